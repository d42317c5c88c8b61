"""How ratings went from snapshot to snapshot."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from services.domain.judgement import Source
from services.domain.rating import BoardSlice, IntervalKind, Snapshot


@dataclass(frozen=True, kw_only=True)
class HistoryPoint:
    """A contender's score in one snapshot, with its ordinary 95 % interval and rank bounds."""

    number: int
    at: datetime
    score: float
    low: float
    high: float
    rank_low: int
    rank_high: int
    judgements: int
    superseded: str


def series(
    snapshots: Sequence[Snapshot], *, source: Source, part: BoardSlice | None = None
) -> Mapping[str, tuple[HistoryPoint, ...]]:
    """By contender, its points in the snapshots of `source` and exactly this slice (none: the whole), oldest first.

    Scores of two snapshots compare only when both have the same anchor; without one, the mean of whoever was there
    is 1000. Snapshots whose intervals are not ordinary ones are refused.

    Raises:
        ValueError: a snapshot carries live intervals.
    """
    wanted = part or BoardSlice()
    found: dict[str, list[HistoryPoint]] = {}
    for snapshot in sorted(snapshots, key=lambda one: one.number):
        board = snapshot.board
        if board.interval_kind is not IntervalKind.FIXED:
            raise ValueError(f"Snapshot {snapshot.number} carries live intervals; snapshots must carry ordinary ones.")
        if board.source is not source or board.slice != wanted:
            continue
        for row in board.standings:
            point = HistoryPoint(
                number=snapshot.number,
                at=snapshot.created_at,
                score=row.score,
                low=row.low,
                high=row.high,
                rank_low=row.rank_low,
                rank_high=row.rank_high,
                judgements=row.judgements,
                superseded=snapshot.superseded,
            )
            found.setdefault(row.contender, []).append(point)
    return {contender: tuple(found[contender]) for contender in sorted(found)}
