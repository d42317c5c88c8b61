"""Boards on the wire."""

from datetime import UTC, datetime

from pydantic import BaseModel, Field

from services.api.schemas.base import WireModel
from services.domain.judgement import Source
from services.domain.rating import Board, BoardSlice, IntervalKind, Snapshot
from services.ratings.history import HistoryPoint
from services.ratings.matrices import Matrices
from services.ratings.slices import SliceOptions


class StandingOut(WireModel):
    """A row of a board: score and 95 % intervals in rating points, counts are judgements.

    `low` and `high` hold for an amount of data fixed beforehand, `live_low` and `live_high` at all times together.
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
    provisional: bool
    provisional_reason: str
    tied_with: list[str]
    live_low: float | None
    live_high: float | None
    both_bad_rate: float | None


class SliceQuery(BaseModel):
    """Which judgements of a source, as query parameters; empty means all."""

    category: str = Field("", max_length=200)
    language: str = Field("", max_length=200, description="Both sides wrote in it.")
    environment: str = Field("", max_length=200, description="Both sides ran in it.")
    judge: str = Field("", max_length=200)
    since: datetime | None = Field(None, description="From this moment on (UTC unless it says otherwise).")
    until: datetime | None = Field(None, description="Before this moment.")
    style_control: bool = Field(default=False, description="Take out the effect of how answers look.")

    def slice(self) -> BoardSlice:
        """As a value.

        Raises:
            ValueError: it ends before it begins.
        """
        return BoardSlice(
            category=self.category,
            language=self.language,
            environment=self.environment,
            judge=self.judge,
            since=_in_utc(self.since),
            until=_in_utc(self.until),
            style_controlled=self.style_control,
        )


def _in_utc(moment: datetime | None) -> datetime | None:
    return moment if moment is None or moment.tzinfo else moment.replace(tzinfo=UTC)


class SliceOut(WireModel):
    """Which judgements of a source; empty means all."""

    category: str
    language: str
    environment: str
    judge: str
    since: datetime | None
    until: datetime | None
    style_controlled: bool


class BoardOut(WireModel):
    """All standings of one source or of a slice of it; `computed_at` is null when nothing has been judged yet."""

    source: Source
    slice: SliceOut | None
    interval_kind: IntervalKind
    standings: list[StandingOut]
    method: str
    seed: int | None
    anchor: str
    data_hash: str
    judgements: int
    null_judgements: int
    effective_size: float
    clusters: int
    counted_weight: float
    excluded: dict[str, int] = Field(description="Judgements kept out of the board, by the code of the flag.")
    lowered: dict[str, int] = Field(description="Judgements that count for less than one, by the code of the flag.")
    notes: list[str]
    computed_at: datetime | None

    @classmethod
    def of(cls, source: Source, board: Board | None) -> "BoardOut":
        """From the value; an empty board when there is none."""
        if board is not None:
            return cls.model_validate(board)
        return cls(
            source=source,
            slice=None,
            interval_kind=IntervalKind.ANYTIME,
            standings=[],
            method="",
            seed=None,
            anchor="",
            data_hash="",
            judgements=0,
            null_judgements=0,
            effective_size=0.0,
            clusters=0,
            counted_weight=0.0,
            excluded={},
            lowered={},
            notes=[],
            computed_at=None,
        )


class BoardVersionOut(WireModel):
    """When the live board was computed; null when nothing has been judged yet."""

    computed_at: datetime | None


class SliceValueOut(WireModel):
    """A value that the query parameter `name` can have, and how many counted judgements it has."""

    name: str
    value: str
    judgements: int


class SliceOptionsOut(WireModel):
    """What a board can be sliced by."""

    values: list[SliceValueOut]
    first: datetime | None
    last: datetime | None

    @classmethod
    def of(cls, options: SliceOptions) -> "SliceOptionsOut":
        """From the value."""
        return cls.model_validate(options)


class WinRateOut(WireModel):
    """The share of points that the row took from the column, with a 95 % interval."""

    rate: float
    low: float
    high: float
    judgements: int
    effective: float


class MatricesOut(WireModel):
    """Judgements and win rates of every pair; rates are null on the diagonal and where a pair never met."""

    names: list[str]
    counts: list[list[int]]
    rates: list[list[WinRateOut | None]]

    @classmethod
    def of(cls, matrices: Matrices) -> "MatricesOut":
        """From the value."""
        return cls.model_validate(matrices)


class SnapshotOut(WireModel):
    """A published board under its number; `superseded` says what became of its votes, "" when all are there."""

    number: int
    source: Source
    data_hash: str
    judgements: int
    created_at: datetime
    superseded: str

    @classmethod
    def of(cls, snapshot: Snapshot) -> "SnapshotOut":
        """From the value, without its standings."""
        board = snapshot.board
        return cls(
            number=snapshot.number,
            source=board.source,
            data_hash=board.data_hash,
            judgements=board.judgements,
            created_at=snapshot.created_at,
            superseded=snapshot.superseded,
        )


class PublishedBoardOut(SnapshotOut):
    """A published board with its standings."""

    board: BoardOut

    @classmethod
    def of(cls, snapshot: Snapshot) -> "PublishedBoardOut":
        """From the value."""
        board = BoardOut.of(snapshot.board.source, snapshot.board)
        return cls(**SnapshotOut.of(snapshot).model_dump(), board=board)


class HistoryPointOut(WireModel):
    """A contender in one snapshot."""

    number: int
    at: datetime
    score: float
    low: float
    high: float
    rank_low: int
    rank_high: int
    judgements: int
    superseded: str

    @classmethod
    def of(cls, point: HistoryPoint) -> "HistoryPointOut":
        """From the value."""
        return cls.model_validate(point)
