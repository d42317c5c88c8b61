"""One judgement with everything that ratings, audits and exports need of it: nobody's name, but a pseudonym."""

import hashlib
import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from services.domain.judgement import SeatOrder, Source, Winner
from services.domain.prompt import ERASED
from services.domain.side import Side


class FlagCode(StrEnum):
    """What can be said of a judgement beside its outcome."""

    CHOSEN_PAIR = "chosen_pair"
    IDENTITY_LEAK = "identity_leak"
    REPEAT = "repeat"
    EDITED = "edited"
    STOPPED = "stopped"
    ONE_SIDED = "one_sided"
    RETRIED = "retried"
    PRIVATE = "private"
    ANOMALOUS_VOTER = "anomalous_voter"
    REPEATED_PROMPT = "repeated_prompt"
    TOO_FAST = "too_fast"
    SAME_SEAT = "same_seat"
    BURST = "burst"
    UNTRIED = "untried"


@dataclass(frozen=True, kw_only=True)
class Flag:
    """Something that is known about a judgement, why, and what it does to its weight.

    `factor` multiplies the weight: 0 keeps the judgement out of boards, 1 only informs. A flag never deletes.
    """

    code: FlagCode
    reason: str
    factor: float

    def __post_init__(self) -> None:
        if not 0 <= self.factor <= 1:
            raise ValueError(f"The factor of a flag lies between 0 and 1: {self.factor}")

    def unexplained(self) -> "Flag":
        """The same without its reason, which may quote what somebody wrote."""
        return replace(self, reason=ERASED)


@dataclass(frozen=True, kw_only=True)
class SideFacts:
    """What one side's answer was like and what became of its program.

    `environment`, `language`, `outcome` are "" where there was no program. `style` holds features of how the answer
    looks, `effects` what happened when it ran; both are named numbers (see docs/reference/ratings.md).
    """

    environment: str = ""
    language: str = ""
    outcome: str = ""
    style: Mapping[str, float] = field(default_factory=dict)
    effects: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class VoteRecord:
    """A judgement as it is exported: boards can be computed from these alone.

    `winner` is None for a null verdict. `voter` is a random pseudonym, "" for automatic judges and for deleted people.
    `prompt_key` is the same for equal prompts, `prompt_group` for near-duplicates too. `dwell_seconds` is
    the time between the moment both sides could be seen and the vote; `tried_a`, `tried_b` tell that the voter used
    that side's running program (None: it has none, or nobody may know). `repeat_of` is the battle that this one shows
    again with the seats exchanged, "" for an ordinary one.
    """

    id: str
    battle_id: str
    source: Source
    judge: str
    order: SeatOrder
    contender_a: str
    contender_b: str
    winner: Winner | None
    created_at: datetime
    strength: int = 1
    voter: str = ""
    prompt_key: str = ""
    prompt_group: str = ""
    category: str = ""
    side_a: SideFacts = SideFacts()
    side_b: SideFacts = SideFacts()
    policy: str = ""
    policy_version: str = ""
    pair_probability: float = 1.0
    dwell_seconds: float | None = None
    tried_a: bool | None = None
    tried_b: bool | None = None
    repeat_of: str = ""
    flags: tuple[Flag, ...] = ()

    @property
    def weight(self) -> float:
        """The product of the flags' factors."""
        return math.prod(flag.factor for flag in self.flags)

    @property
    def counted(self) -> bool:
        """Whether boards use it: it has a winner, and no flag keeps it out."""
        return self.winner is not None and self.weight > 0 and self.contender_a != self.contender_b

    @property
    def cluster(self) -> str:
        """What its error may be shared with: all of one voter; for automatic judges, all of one prompt."""
        if self.source is Source.HUMAN:
            return f"voter:{self.voter}" if self.voter else f"vote:{self.id}"
        return f"prompt:{self.prompt_group or self.prompt_key or self.battle_id}"

    def contender(self, side: Side) -> str:
        """Who sat on `side`."""
        return self.contender_a if side is Side.A else self.contender_b

    def facts(self, side: Side) -> SideFacts:
        """What `side` was like."""
        return self.side_a if side is Side.A else self.side_b


@dataclass(frozen=True, kw_only=True)
class BattleFacts:
    """What a battle was about and what its sides were like, found out once; `version` names the way it was found."""

    battle_id: str
    prompt_key: str
    prompt_group: str
    category: str
    side_a: SideFacts
    side_b: SideFacts
    version: str


def prompt_key_of(prompt: str) -> str:
    """16 hexadecimal digits that are equal for prompts that differ in case and white space only."""
    return hashlib.sha256(" ".join(prompt.casefold().split()).encode()).hexdigest()[:16]
