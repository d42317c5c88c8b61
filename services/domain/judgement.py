"""Who won, according to whom: the normalised form that ratings are computed from."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from services.domain.answer import Usage
from services.domain.side import Side


class Source(StrEnum):
    """Where a judgement comes from. Boards by source are separate and never summed."""

    HUMAN = "human"
    LLM = "llm"
    EXECUTION = "execution"


class Winner(StrEnum):
    """The four classes of a judgement."""

    A = "a"
    B = "b"
    TIE = "tie"
    BOTH_BAD = "both_bad"

    @property
    def swapped(self) -> "Winner":
        """The same judgement with the seats exchanged."""
        return {Winner.A: Winner.B, Winner.B: Winner.A}.get(self, self)


class Label(StrEnum):
    """A judge's five labels, about the first and the second answer *as the judge saw them*."""

    A_MUCH_BETTER = "A>>B"
    A_BETTER = "A>B"
    TIE = "A=B"
    B_BETTER = "B>A"
    B_MUCH_BETTER = "B>>A"


class SeatOrder(StrEnum):
    """Which side the judge saw first."""

    AB = "ab"
    BA = "ba"

    @property
    def first(self) -> Side:
        """The side in the first seat."""
        return Side.A if self is SeatOrder.AB else Side.B


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """A judge's raw say about one battle turn in one seat order; `label` is None for a null verdict."""

    order: SeatOrder
    label: Label | None
    reason: str = ""
    raw: str = ""
    prompt_hash: str = ""
    usage: Usage = Usage()
    wall_seconds: float | None = None


@dataclass(frozen=True, kw_only=True)
class Judgement:
    """A verdict brought back to the battle's own seats.

    `winner` is None for a null verdict, which is shown and never counted. `strength` is 2 for a strong
    label (`>>`) and 1 otherwise.
    """

    id: str
    battle_id: str
    turn_id: str
    source: Source
    judge: str
    order: SeatOrder
    winner: Winner | None
    strength: int
    reason: str
    raw: str
    prompt_hash: str
    usage: Usage
    wall_seconds: float | None
    created_at: datetime


def normalise(label: Label, order: SeatOrder) -> tuple[Winner, int]:
    """The winner in the battle's own seats and the strength (1 or 2) of a label seen in `order`."""
    seen, strength = {
        Label.A_MUCH_BETTER: (Winner.A, 2),
        Label.A_BETTER: (Winner.A, 1),
        Label.TIE: (Winner.TIE, 1),
        Label.B_BETTER: (Winner.B, 1),
        Label.B_MUCH_BETTER: (Winner.B, 2),
    }[label]
    return (seen if order is SeatOrder.AB else seen.swapped), strength
