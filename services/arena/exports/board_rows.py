"""A board as rows of a table: one a standing, each with what is needed to cite it."""

from typing import Any

from services.arena.exports.columns import Column, Kind
from services.domain.rating import Board, Standing

_BOARD: tuple[Column, ...] = (
    Column(name="snapshot", kind=Kind.WHOLE, nullable=True),
    Column(name="source"),
    Column(name="computed_at", kind=Kind.MOMENT),
    Column(name="interval_kind"),
    Column(name="anchor"),
    Column(name="data_hash"),
)
_STANDING: tuple[Column, ...] = (
    Column(name="contender"),
    *(Column(name=name, kind=Kind.NUMBER) for name in ("score", "low", "high")),
    *(
        Column(name=name, kind=Kind.WHOLE)
        for name in ("rank", "rank_low", "rank_high", "judgements", "wins", "losses", "ties", "both_bad")
    ),
    Column(name="provisional", kind=Kind.TRUTH),
    Column(name="provisional_reason"),
    Column(name="tied_with"),
    *(
        Column(name=name, kind=Kind.NUMBER, nullable=True)
        for name in ("live_low", "live_high", "both_bad_rate", "style_change")
    ),
)
COLUMNS = (*_BOARD, *_STANDING)


def rows_of(board: Board, *, snapshot: int = 0) -> list[dict[str, Any]]:
    """The rows of a board; `snapshot` is its number where it has one."""
    shared = {
        "snapshot": snapshot or None,
        "source": board.source.value,
        "computed_at": board.computed_at,
        "interval_kind": board.interval_kind.value,
        "anchor": board.anchor,
        "data_hash": board.data_hash,
    }
    return [shared | _row(standing) for standing in board.standings]


def _row(standing: Standing) -> dict[str, Any]:
    row = {column.name: getattr(standing, column.name) for column in _STANDING}
    return row | {"tied_with": " ".join(standing.tied_with)}
