"""Boards on the wire."""

from datetime import datetime

from services.api.schemas.base import WireModel
from services.domain.judgement import Source
from services.domain.rating import Board


class StandingOut(WireModel):
    """A row of a board: score and 95 % interval in rating points, counts are judgements."""

    contender: str
    score: float
    low: float
    high: float
    rank: int
    rank_low: int
    rank_high: int
    judgements: int
    wins: int
    losses: int
    ties: int
    both_bad: int


class BoardOut(WireModel):
    """All standings of one source; `computed_at` is null when nothing has been judged yet."""

    source: Source
    standings: list[StandingOut]
    method: str
    seed: int | None
    anchor: str
    data_hash: str
    judgements: int
    null_judgements: int
    notes: list[str]
    computed_at: datetime | None

    @classmethod
    def of(cls, source: Source, board: Board | None) -> "BoardOut":
        """From the value; an empty board when there is none."""
        if board is not None:
            return cls.model_validate(board)
        return cls(
            source=source,
            standings=[],
            method="",
            seed=None,
            anchor="",
            data_hash="",
            judgements=0,
            null_judgements=0,
            notes=[],
            computed_at=None,
        )
