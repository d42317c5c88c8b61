"""Rows of the public arena-battles form: what other programs read, with our columns beside theirs."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from services.arena.exports.columns import Column, Kind, Row, RowTrouble, checked
from services.arena.exports.vote_rows import CIRCUMSTANCES, IDENTITY, check_record, record_of, row_of
from services.arena.vote_records import CHOSEN
from services.domain.battle import CHOSEN_POLICY
from services.domain.judgement import SeatOrder, Source, Winner
from services.domain.side import Side
from services.domain.vote_record import VoteRecord

PERSON = "arena_user_"
UNKNOWN_LANGUAGE = "unknown"

_WORDS = {Winner.A: "model_a", Winner.B: "model_b", Winner.TIE: "tie", Winner.BOTH_BAD: "tie (bothbad)"}
_WINNERS = {word: winner for winner, word in _WORDS.items()}
_THEIRS: tuple[Column, ...] = (
    Column(name="question_id"),
    Column(name="model_a"),
    Column(name="model_b"),
    Column(name="winner"),
    Column(name="judge"),
    Column(name="turn", kind=Kind.WHOLE),
    Column(name="anony", kind=Kind.TRUTH),
    Column(name="language"),
    Column(name="tstamp", kind=Kind.NUMBER),
)
_CONVERSATIONS: tuple[Column, ...] = tuple(
    Column(name=f"conversation_{side}", kind=Kind.MESSAGES, nullable=True) for side in "ab"
)
_JUDGED_BY = Column(name="judged_by")
_OURS = (*(column for column in IDENTITY if column.name != "judge"), _JUDGED_BY, *CIRCUMSTANCES)


@dataclass(frozen=True, kw_only=True)
class Conversation:
    """What was asked and what both sides answered, turn by turn."""

    prompts: tuple[str, ...]
    answers_a: tuple[str, ...]
    answers_b: tuple[str, ...]

    def of(self, side: Side) -> list[dict[str, str]]:
        """The messages of one side's thread."""
        answers = self.answers_a if side is Side.A else self.answers_b
        thread = []
        for prompt, answer in zip(self.prompts, answers, strict=True):
            thread += [{"role": "user", "content": prompt}, {"role": "assistant", "content": answer}]
        return thread


def columns(*, texts: bool) -> tuple[Column, ...]:
    """The columns, with those of the conversations where `texts` are wanted."""
    return (*_THEIRS, *(_CONVERSATIONS if texts else ()), *_OURS)


def arena_row(record: VoteRecord, conversation: Conversation | None = None) -> dict[str, Any]:
    """The row of a record that has a winner: this form has no word for a null verdict.

    Raises:
        ValueError: it has none.
    """
    if record.winner is None:
        raise ValueError("A null verdict has no row in the arena-battles form.")
    ours = row_of(record)
    return ours | {
        "question_id": record.battle_id,
        "model_a": record.contender_a,
        "model_b": record.contender_b,
        "winner": _WORDS[record.winner],
        "judge": f"{PERSON}{record.voter or record.id}" if record.source is Source.HUMAN else record.judge,
        "turn": len(conversation.prompts) if conversation else 1,
        "anony": record.policy != CHOSEN_POLICY,
        "language": _language(record),
        "tstamp": record.created_at.timestamp(),
        "conversation_a": conversation.of(Side.A) if conversation else None,
        "conversation_b": conversation.of(Side.B) if conversation else None,
        "judged_by": record.judge,
    }


def arena_record(row: Row, *, number: int) -> VoteRecord:
    """The record of a row; with our columns it is the one that was written, without them what can be told of it.

    `number` names a row that has no id.

    Raises:
        RowTrouble: a value is missing, of another kind, or outside its range.
    """
    winner = _winner(checked(row.get("winner"), _THEIRS[3]))
    names = {"contender_a": row.get("model_a"), "contender_b": row.get("model_b")}
    if row.get("schema_version") is not None:
        return record_of({**row, **names, "winner": winner.value, "judge": row.get("judged_by")})
    return _foreign(row, winner, number)


def _foreign(row: Row, winner: Winner, number: int) -> VoteRecord:
    theirs = {column.name: column for column in _THEIRS}
    judge = checked(_text(row.get("judge")) or PERSON, theirs["judge"])
    human = judge.startswith(PERSON)
    named = row.get("anony") is False
    record = VoteRecord(
        id=_text(row.get("question_id")) or f"row-{number}",
        battle_id=_text(row.get("question_id")) or f"row-{number}",
        source=Source.HUMAN if human else Source.LLM,
        judge="human" if human else judge,
        order=SeatOrder.AB,
        contender_a=checked(row.get("model_a"), theirs["model_a"]),
        contender_b=checked(row.get("model_b"), theirs["model_b"]),
        winner=winner,
        created_at=_moment(row.get("tstamp")),
        voter="" if judge == PERSON or not human else judge,
        policy=CHOSEN_POLICY if named else "imported",
        flags=(CHOSEN,) if named else (),
    )
    check_record(record)
    return record


def _winner(said: str) -> Winner:
    try:
        return _WINNERS[said]
    except KeyError:
        raise RowTrouble(f"winner: {said[:60]!r} is none of {', '.join(_WINNERS)}.") from None


def _text(value: Any) -> str:
    return str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""


def _moment(value: Any) -> datetime:
    if value is None or value == "":
        return datetime.fromtimestamp(0, UTC)
    if isinstance(value, datetime):
        return value if value.tzinfo else value.replace(tzinfo=UTC)
    try:
        return datetime.fromtimestamp(float(value), UTC)
    except (TypeError, ValueError, OverflowError, OSError):
        raise RowTrouble(f"tstamp: {str(value)[:60]!r} is no Unix time in seconds.") from None


def _language(record: VoteRecord) -> str:
    first, second = record.side_a.language, record.side_b.language
    return first if first and first == second else UNKNOWN_LANGUAGE


def recognises(names: Sequence[str]) -> bool:
    """Whether a table with these columns is of this form."""
    return {"model_a", "model_b", "winner"} <= set(names)
