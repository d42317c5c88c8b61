"""`arena leaderboard show`: the boards, one per source, never summed."""

from typing import Annotated

import typer

from services.domain.judgement import Source
from services.domain.rating import Board


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(help="Standings by source of judgement.", no_args_is_help=True)
    group.command("show")(show)
    app.add_typer(group, name="leaderboard")


def show(
    source: Annotated[list[Source] | None, typer.Option(help="Only this source; may be given more than once.")] = None,
    *,
    json: Annotated[bool, typer.Option("--json", help="One JSON document on stdout.")] = False,
) -> None:
    """The standings as last computed."""
    from services.cli.output import print_json
    from services.entrypoints.bootstrap import Assembly
    from services.settings import load_settings

    store = Assembly(load_settings()).store
    with store() as uow:
        found = [uow.boards.find(item) for item in source or list(Source)]
    boards = [board for board in found if board is not None]
    if json:
        print_json("leaderboard", boards)
        return
    print_boards(boards)


def print_boards(boards: list[Board]) -> None:
    """One table per source on stdout."""
    from rich.table import Table

    from services.cli.output import results

    console = results()
    if not boards:
        console.print("No judgements yet. Play a battle: arena battle run --prompt '...'")
    for board in boards:
        table = Table(
            title=f"{board.source} judgements · {board.judgements} counted, {board.null_judgements} null",
            title_justify="left",
        )
        for name in ("rank", "contender", "score", "95 % interval", "n", "won", "lost", "tied"):
            table.add_column(name, justify="left" if name == "contender" else "right")
        for row in board.standings:
            rank = str(row.rank) if row.rank_low == row.rank_high else f"{row.rank_low}-{row.rank_high}"
            counts = [row.judgements, row.wins, row.losses, row.ties + row.both_bad]
            interval = f"{row.low:.0f} .. {row.high:.0f}"
            table.add_row(rank, row.contender, f"{row.score:.0f}", interval, *[str(count) for count in counts])
        console.print(table)
        for note in board.notes:
            console.print(f"  note: {note}", markup=False, style="dim")
