"""Boards and matrices as tables."""

from collections.abc import Sequence

from rich.markup import escape
from rich.table import Table

from services.cli.output import results
from services.domain.rating import Board, BoardSlice, IntervalKind, Standing
from services.ratings.matrices import Matrices

_NAMED = 3
_KINDS = {
    IntervalKind.ANYTIME: "live: ranks and live intervals hold however often one looks",
    IntervalKind.FIXED: "ranks and ordinary intervals, for one look at a fixed amount of data",
}


def print_board(board: Board) -> None:
    """One table on stdout, with what must be known beside it."""
    console = results()
    table = Table(title="\n".join(_title(board)), title_justify="left")
    for name in ("rank", "contender", "score", "95 %", "n", "won", "lost", "tied", "both bad"):
        table.add_column(name, justify="left" if name == "contender" else "right")
    for row in board.standings:
        table.add_row(*_cells(row, board.interval_kind))
    console.print(table)
    for row in board.standings:
        if row.tied_with:
            console.print(f"  {row.contender}: not distinguishable from {_named(row.tied_with)}", markup=False)
    provisional = [row for row in board.standings if row.provisional]
    for row in provisional:
        console.print(f"  * provisional: {row.contender}: {row.provisional_reason}", markup=False, style="dim")
    for effect in board.style_effects:
        console.print(
            f"  style: one standard deviation more {effect.feature}: {effect.value:+.3f} logits "
            f"({effect.low:+.3f} .. {effect.high:+.3f}), variance inflation {effect.inflation:.1f}",
            markup=False,
        )
    for row in board.standings if board.style_effects else ():
        console.print(f"  style control moved {row.contender} by {row.style_change:+.0f} points", markup=False)
    for note in board.notes:
        console.print(f"  note: {note}", markup=False, style="dim")


def print_matrices(found: Matrices) -> None:
    """One line for each pair that met, from the side of the alphabetically smaller name, and the same of the other."""
    console = results()
    if not found.names:
        console.print("No judgements yet. Play a battle: arena battle run --prompt '...'")
        return
    table = Table(title="Share of points that the contender took from the opponent", title_justify="left")
    for name in ("contender", "opponent", "n", "rate", "95 %"):
        table.add_column(name, justify="left" if name in ("contender", "opponent") else "right")
    for name, line in zip(found.names, found.rates, strict=True):
        for opponent, cell in zip(found.names, line, strict=True):
            if cell is not None:
                interval = f"{cell.low:.3f} .. {cell.high:.3f}"
                table.add_row(escape(name), escape(opponent), str(cell.judgements), f"{cell.rate:.3f}", interval)
    console.print(table)


def _title(board: Board) -> list[str]:
    counted = f"{board.source} judgements · {board.judgements} counted"
    if board.counted_weight and board.counted_weight != board.judgements:
        counted += f" with weight {board.counted_weight:.1f}"
    counted += f", {board.null_judgements} null"
    if board.excluded:
        counted += ", kept out: " + ", ".join(f"{count} {code}" for code, count in board.excluded.items())
    part = ", ".join(f"{name} {escape(str(value))}" for name, value in vars(board.slice).items() if value)
    sliced = [f"slice: {part}"] if board.slice != BoardSlice() else []
    return [counted, *sliced, _KINDS[board.interval_kind]]


def _named(names: Sequence[str]) -> str:
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return ", ".join(names[:_NAMED]) + more


def _cells(row: Standing, kind: IntervalKind) -> list[str]:
    rank = str(row.rank) if row.rank_low == row.rank_high else f"{row.rank_low}-{row.rank_high}"
    name = escape(row.contender) + (" *" if row.provisional else "")
    low, high = row.interval(kind)
    bad = "" if row.both_bad_rate is None else f"{100 * row.both_bad_rate:.0f} %"
    return [
        rank,
        name,
        f"{row.score:.0f}",
        f"{low:.0f} .. {high:.0f}",
        str(row.judgements),
        str(row.wins),
        str(row.losses),
        str(row.ties + row.both_bad),
        bad,
    ]
