"""Ratings and standings: numbers on the 400-per-decade scale."""

from dataclasses import dataclass
from datetime import datetime

from services.domain.judgement import Source


@dataclass(frozen=True, kw_only=True)
class Standing:
    """A leaderboard row: score and 95 % interval in rating points; counts are judgements."""

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


@dataclass(frozen=True, kw_only=True)
class Board:
    """All standings of one source, with what is needed to compute them again.

    `method` names the estimator, `seed` drives the bootstrap, `data_hash` is the SHA-256 of the rows used,
    `anchor` the fixed contender or empty when the mean is fixed at 1000; `notes` lists what a reader must
    know (for example a ridge prior used because the win graph is not connected).
    """

    source: Source
    standings: tuple[Standing, ...]
    method: str
    seed: int
    anchor: str
    data_hash: str
    judgements: int
    null_judgements: int
    notes: tuple[str, ...]
    computed_at: datetime


@dataclass(frozen=True, kw_only=True)
class Snapshot:
    """A board that was published under a number, to be cited and computed again from the rows of `input_hash`.

    `superseded` is empty as long as those rows are all there; else it says what became of them.
    """

    number: int
    board: Board
    input_hash: str
    created_at: datetime
    superseded: str = ""
