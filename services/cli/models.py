"""`arena models`: the contenders."""

from typing import Annotated

import typer


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(help="Contenders.", no_args_is_help=True)
    group.command("list")(show)
    group.command("check")(check)
    app.add_typer(group, name="models")


def show(*, json: Annotated[bool, typer.Option("--json", help="One JSON document on stdout.")] = False) -> None:
    """Every contender of the catalogue."""
    from services.cli.output import print_json, results
    from services.entrypoints.bootstrap import Assembly
    from services.settings import load_settings

    contenders = list(Assembly(load_settings()).catalogue.contenders())
    if json:
        print_json("contenders", contenders)
        return
    for contender in contenders:
        state = "plays" if contender.enabled else "does not play"
        results().print(f"{contender.name:24} {contender.model:28} {state}", markup=False)


def check(
    names: Annotated[list[str] | None, typer.Argument(help="Contenders; default all that play.")] = None,
) -> None:
    """Ask each contender for one word, for real."""
    from services.cli.output import results
    from services.contenders.protocol import AnswerEnd, ChatRequest
    from services.domain.message import Message, Role
    from services.entrypoints.bootstrap import Assembly
    from services.errors import ArenaError
    from services.settings import load_settings

    catalogue = Assembly(load_settings()).catalogue
    failed = 0
    for name in names or [contender.name for contender in catalogue.contenders() if contender.enabled]:
        request = ChatRequest(messages=(Message(role=Role.USER, text="Say: ready"),), max_tokens=8)
        try:
            end = next(chunk for chunk in catalogue.open(name).stream(request) if isinstance(chunk, AnswerEnd))
        except ArenaError as error:
            failed += 1
            results().print(f"{name:24} {error.code}: {error.message} {error.hint}", markup=False)
            continue
        results().print(f"{name:24} answered in {end.wall_seconds:.1f} s", markup=False)
    if failed:
        raise typer.Exit(6)
