"""What all judgements of one battle say together."""

from collections.abc import Sequence
from dataclasses import dataclass

from services.domain.judgement import Winner
from services.domain.side import Side
from services.domain.vote_record import VoteRecord

_SIGNS = {Winner.A: 1, Winner.B: -1, Winner.TIE: 0, Winner.BOTH_BAD: 0}


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """Which side is preferred, None for a tie (`both_bad`: neither is good), and how clearly.

    `margin`: |sum w s d| / sum w, 0 to 2, over the counted judgements, d = 1 (A), -1 (B), 0 (tie, both bad), s their
    strength (2 for a strong label), w their weight. `confidence`: sum w d / sum w towards the preferred side, at least
    0: 1 when all prefer it, 0 when they contradict each other, as a judge does that follows the seats. `weight`: the
    mean of w.
    """

    preferred: Side | None
    both_bad: bool
    margin: float
    confidence: float
    weight: float
    judgements: int


def outcome_of(records: Sequence[VoteRecord]) -> Outcome | None:
    """The outcome of the records of one battle and source; None when none of them counts."""
    counted = [record for record in records if record.counted and record.winner is not None]
    if not counted:
        return None
    total = sum(record.weight for record in counted)
    net = sum(record.weight * _SIGNS[record.winner] for record in counted if record.winner) / total
    strong = sum(record.weight * record.strength * _SIGNS[record.winner] for record in counted if record.winner) / total
    preferred = None if abs(strong) < 1e-12 else Side.A if strong > 0 else Side.B
    return Outcome(
        preferred=preferred,
        both_bad=preferred is None and all(record.winner is Winner.BOTH_BAD for record in counted),
        margin=abs(strong) if preferred else 0.0,
        confidence=max(0.0, net if preferred is Side.A else -net) if preferred else 0.0,
        weight=total / len(counted),
        judgements=len(counted),
    )
