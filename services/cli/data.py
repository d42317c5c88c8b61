"""`arena data delete`: a person's data, on their request."""

from typing import Annotated

import typer

from services.domain.deletion_mode import DeletionMode


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(help="People's data.", no_args_is_help=True)
    # one command would become the group itself
    group.callback()(lambda: None)
    group.command("delete")(delete)
    app.add_typer(group, name="data")


def delete(
    voter: Annotated[str, typer.Option(help="Session id of the person.")] = "",
    pseudonym: Annotated[str, typer.Option(help="Or what they are called in exports.")] = "",
    mode: Annotated[
        DeletionMode, typer.Option(help="forget: their votes stay, of nobody; votes: these go, too.")
    ] = DeletionMode.FORGET,
    *,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    json: Annotated[bool, typer.Option("--json", help="One JSON document on stdout.")] = False,
) -> None:
    """Delete what a person wrote, who they were, and if you say so their votes. It cannot be undone."""
    from services.cli.output import print_json, results
    from services.entrypoints.bootstrap import Assembly
    from services.errors import InvalidRequest
    from services.settings import load_settings

    if bool(voter) == bool(pseudonym):
        raise InvalidRequest("Say whose data.", hint="Either --voter ID or --pseudonym P.")
    deletion = Assembly(load_settings()).deletion
    person = voter or deletion.voter_of(pseudonym)
    if not yes:
        typer.confirm(f"Delete all data of {pseudonym or voter} ({mode})? It cannot be undone.", abort=True, err=True)
    deleted = deletion.delete(person, mode)
    if json:
        print_json("deletion", deleted)
        return
    numbers = ", ".join(str(number) for number in deleted.snapshots)
    superseded = f" Superseded by it: snapshots {numbers}." if numbers else ""
    results().print(f"{deleted.battles} battles emptied, {deleted.votes} votes {_word(mode)}.{superseded}")


def _word(mode: DeletionMode) -> str:
    return "removed" if mode is DeletionMode.VOTES else "without a name"
