"""`arena leaderboard publish` and `snapshots`: boards under a number, to be cited and computed again."""

from typing import Annotated

import typer

from services.domain.judgement import Source
from services.domain.rating import Snapshot


def add_to(group: typer.Typer) -> None:
    """Add the commands."""
    group.command("publish")(publish)
    group.command("snapshots")(snapshots)


def publish(
    source: Annotated[Source, typer.Option(help="Whose judgements.")] = Source.HUMAN,
    *,
    json: Annotated[bool, typer.Option("--json", help="One JSON document on stdout.")] = False,
) -> None:
    """Publish the board as it is now: ordinary intervals, a number of its own, and the votes beside it."""
    from services.cli.output import print_json
    from services.entrypoints.bootstrap import Assembly
    from services.settings import load_settings

    made = Assembly(load_settings()).snapshots.publish(source)
    if json:
        print_json("snapshot", made)
    else:
        _print([made])


def snapshots(*, json: Annotated[bool, typer.Option("--json", help="One JSON document on stdout.")] = False) -> None:
    """Every published board."""
    from services.cli.output import print_json
    from services.entrypoints.bootstrap import Assembly
    from services.settings import load_settings

    with Assembly(load_settings()).store() as uow:
        found = list(uow.snapshots.all())
    if json:
        print_json("snapshots", found)
    else:
        _print(found)


def _print(found: list[Snapshot]) -> None:
    from services.cli.output import results

    console = results()
    if not found:
        console.print("Nothing is published yet: arena leaderboard publish")
    for one in found:
        note = f" ({one.superseded})" if one.superseded else ""
        board = one.board
        console.print(
            f"snapshot {one.number}: {board.source}, {board.judgements} judgements, {len(board.standings)} contenders, "
            f"{one.created_at:%Y-%m-%d %H:%M} UTC, votes {one.input_hash[:12]}{note}",
            markup=False,
        )
