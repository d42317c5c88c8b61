"""What a contender said in one turn, and how far its side has come."""

from dataclasses import dataclass
from enum import StrEnum

from services.domain.problem import Problem
from services.domain.side import Side

STOPPED = "stopped"


class SidePhase(StrEnum):
    """How far one side of a turn has come; `finished` and `failed` are final."""

    QUEUED = "queued"
    WRITING = "writing"
    EXECUTING = "executing"
    FINISHED = "finished"
    FAILED = "failed"

    @property
    def terminal(self) -> bool:
        """Whether nothing more will happen on this side."""
        return self in (SidePhase.FINISHED, SidePhase.FAILED)


@dataclass(frozen=True, kw_only=True)
class Usage:
    """Tokens as the provider counted them; None where it did not say."""

    prompt_tokens: int | None = None
    completion_tokens: int | None = None


@dataclass(frozen=True, kw_only=True)
class Answer:
    """One side's answer in one turn.

    `truncated` is True when text was cut at our size cap or the model ran into its token limit;
    `finish_reason` keeps the provider's word (`stop`, `length`, `size_limit`), or is `stopped` when a person ended it.
    """

    id: str
    battle_id: str
    turn_id: str
    side: Side
    contender: str
    phase: SidePhase = SidePhase.QUEUED
    text: str = ""
    finish_reason: str = ""
    truncated: bool = False
    usage: Usage = Usage()
    first_token_seconds: float | None = None
    wall_seconds: float | None = None
    problem: Problem | None = None
