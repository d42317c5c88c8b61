"""Ratings and standings: numbers on the 400-per-decade scale."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from services.domain.judgement import Source


class IntervalKind(StrEnum):
    """What a 95 % claim is good for."""

    FIXED = "fixed"
    """It holds for an amount of data that was not chosen by looking at the board: what snapshots carry."""
    ANYTIME = "anytime"
    """It holds at all times together, however often the board is looked at: what the live board carries."""


@dataclass(frozen=True, kw_only=True)
class BoardSlice:
    """Which judgements of a source a board is computed from; every empty field means all of them.

    `language` and `environment` are matched: both sides wrote in that language, both ran in that environment.
    `since` is included, `until` is not. `style_controlled` takes the effect of how answers look out of the scores.

    Raises:
        ValueError: a moment without a time zone, or `since` not before `until`.
    """

    category: str = ""
    language: str = ""
    environment: str = ""
    judge: str = ""
    since: datetime | None = None
    until: datetime | None = None
    style_controlled: bool = False

    def __post_init__(self) -> None:
        for moment in (self.since, self.until):
            if moment is not None and moment.tzinfo is None:
                raise ValueError(f"A moment that bounds a board needs a time zone: {moment.isoformat()}")
        if self.since and self.until and self.since >= self.until:
            raise ValueError(f"A board from {self.since.isoformat()} cannot end at {self.until.isoformat()}.")


@dataclass(frozen=True, kw_only=True)
class PublicationRules:
    """A standing is provisional below `minimum_votes` judgements or while its ordinary 95 % interval is wider than
    `widest_interval` points; live intervals are tuned for that width.

    Raises:
        ValueError: a threshold makes no sense.
    """

    minimum_votes: int = 50
    widest_interval: float = 200.0

    def __post_init__(self) -> None:
        if self.minimum_votes < 0:
            raise ValueError(f"The minimum of votes cannot be negative: {self.minimum_votes}")
        if not 0 < self.widest_interval < math.inf:
            raise ValueError(f"The widest interval must be positive and finite: {self.widest_interval}")


@dataclass(frozen=True, kw_only=True)
class StyleEffect:
    """What a standard deviation more of a feature is worth in logits, with its 95 % interval.

    `inflation`: by how much the other features and the contenders inflate its variance (VIF).
    """

    feature: str
    value: float
    low: float
    high: float
    inflation: float


@dataclass(frozen=True, kw_only=True)
class Standing:
    """A leaderboard row: score and 95 % intervals in rating points; counts are judgements.

    `low` and `high` are the ordinary interval, `live_low` and `live_high` the anytime-valid one (None on boards of
    older programs). `rank_low` and `rank_high` hold for all rows at once; `tied_with` names the contenders that
    cannot be told apart from this one; both are claims of the board's `interval_kind`. A `provisional` row is not yet
    to be cited, for `provisional_reason`. `both_bad_rate` is the share of judgements that found both sides bad.
    `style_change` are the points by which style control moved the score.
    """

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
    provisional: bool = False
    provisional_reason: str = ""
    tied_with: tuple[str, ...] = ()
    live_low: float | None = None
    live_high: float | None = None
    both_bad_rate: float | None = None
    style_change: float | None = None

    def interval(self, kind: IntervalKind) -> tuple[float, float]:
        """The 95 % interval of that kind; the ordinary one where no other is known."""
        if kind is IntervalKind.ANYTIME and self.live_low is not None and self.live_high is not None:
            return self.live_low, self.live_high
        return self.low, self.high


@dataclass(frozen=True, kw_only=True)
class Board:
    """All standings of one source, with what is needed to compute them again.

    `method` names the estimator, `seed` drives the simulation behind rank bounds, `data_hash` is the SHA-256 of the
    rows used, `anchor` the fixed contender or empty when the mean is fixed at 1000; `notes` lists what a reader must
    know (for example a ridge prior used because the win graph is not connected). `interval_kind` says which of a
    standing's intervals is to be read, `rules` what makes a standing provisional. `judgements` were counted, with
    `counted_weight` as the sum of their weights and `effective_size` = (sum w)^2 / sum w^2; they form `clusters`
    independent units. `excluded` counts, by flag code, what was kept out, `lowered` what counts for less than one.
    `style_effects` are the coefficients of a style-controlled board.
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
    slice: BoardSlice = BoardSlice()
    interval_kind: IntervalKind = IntervalKind.FIXED
    rules: PublicationRules = PublicationRules()
    effective_size: float = 0.0
    clusters: int = 0
    counted_weight: float = 0.0
    excluded: Mapping[str, int] = field(default_factory=dict)
    lowered: Mapping[str, int] = field(default_factory=dict)
    style_effects: tuple[StyleEffect, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Snapshot:
    """A board that was published under a number, to be cited and computed again from the rows of `input_hash`.

    `records` names the blob that holds the votes as they were then, in the export's form. `superseded` is empty as long
    as they are all there; else it says what became of them.
    """

    number: int
    board: Board
    input_hash: str
    created_at: datetime
    records: str = ""
    superseded: str = ""
