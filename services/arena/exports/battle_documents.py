"""Battles as whole documents: what was asked, answered, run, judged and voted, in the values that the arena keeps."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from pydantic import TypeAdapter

from services.domain.answer import Answer
from services.domain.battle import Battle, Turn
from services.domain.execution import CapturedStream, Execution
from services.domain.judgement import Judgement, Winner
from services.domain.side import Side
from services.domain.snippet import Snippet
from services.domain.vote_details import Aspect

DOCUMENT_VERSION = 1


@dataclass(frozen=True, kw_only=True)
class SideDocument:
    """One side of a turn: what was answered, the program in it, and how that ran."""

    answer: Answer
    snippet: Snippet | None
    execution: Execution | None


@dataclass(frozen=True, kw_only=True)
class TurnDocument:
    """One prompt and what both sides made of it."""

    turn: Turn
    sides: Mapping[Side, SideDocument]


@dataclass(frozen=True, kw_only=True)
class VoteDocument:
    """What a person chose and what they added; `voter` is their pseudonym, "" when nobody knows (any more)."""

    choice: Winner
    voter: str
    created_at: datetime
    aspects: Mapping[Aspect, Winner] = field(default_factory=dict)
    comment: str = ""


@dataclass(frozen=True, kw_only=True)
class BattleDocument:
    """A battle that is over, with all its names. `texts` tells whether what people and models wrote is in it.

    Nothing in it leads to a session or to an app that still runs.
    """

    schema_version: int
    texts: bool
    battle: Battle
    turns: tuple[TurnDocument, ...]
    judgements: tuple[Judgement, ...]
    vote: VoteDocument | None


_ADAPTER = TypeAdapter(BattleDocument)


def line_of(document: BattleDocument) -> bytes:
    """The document as one line of JSON."""
    return _ADAPTER.dump_json(document) + b"\n"


def document_of(line: bytes) -> BattleDocument:
    """The document in such a line.

    Raises:
        ValueError: there is none.
    """
    return _ADAPTER.validate_json(line)


def without_texts(document: BattleDocument) -> BattleDocument:
    """The same battle without what people and models wrote, and what programs printed, left or showed."""
    return replace(
        document,
        texts=False,
        battle=replace(document.battle, problem=None),
        turns=tuple(
            TurnDocument(
                turn=replace(turn.turn, prompt=""),
                sides={side: _side_without_texts(found) for side, found in turn.sides.items()},
            )
            for turn in document.turns
        ),
        judgements=tuple(replace(judgement, reason="", raw="") for judgement in document.judgements),
        vote=document.vote and replace(document.vote, comment=""),
    )


def _side_without_texts(side: SideDocument) -> SideDocument:
    return SideDocument(
        answer=replace(side.answer, text="", problem=None),
        snippet=side.snippet and replace(side.snippet, files=(), entry="", dependencies=(), reason=""),
        execution=side.execution
        and replace(
            side.execution,
            message="",
            stdout=_size(side.execution.stdout),
            stderr=_size(side.execution.stderr),
            files=(),
            skipped_files=(),
            appearance=None,
        ),
    )


def _size(stream: CapturedStream) -> CapturedStream:
    return CapturedStream(total_bytes=stream.total_bytes, truncated=stream.truncated)
