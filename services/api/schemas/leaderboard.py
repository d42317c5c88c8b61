"""Boards on the wire."""

from datetime import UTC, datetime

from pydantic import BaseModel, Field

from services.api.schemas.base import WireModel
from services.domain.judgement import Source
from services.domain.rating import (
    Board,
    BoardSlice,
    IntervalKind,
    PublicationRules,
    Snapshot,
    Standing,
    StyleEffect,
)


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


class BoardOut(WireModel):
    """All standings of one source or of a slice of it; `computed_at` is null when nothing has been judged yet."""

    source: Source
    slice: BoardSlice | None
    interval_kind: IntervalKind
    rules: PublicationRules | None
    standings: list[Standing]
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
    style_effects: list[StyleEffect]
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
            rules=None,
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
            style_effects=[],
            notes=[],
            computed_at=None,
        )


class BoardVersionOut(WireModel):
    """When the live board was computed; null when nothing has been judged yet."""

    computed_at: datetime | None


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
