"""A pair as it was drawn: what the sampling audit counts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from services.domain.battle import CHOSEN_POLICY, Battle
from services.domain.vote_record import VoteRecord


@dataclass(frozen=True, kw_only=True)
class Draw:
    """One drawn battle; `pair_probability` is what was declared for its unordered pair when it was drawn."""

    at: datetime
    contender_a: str
    contender_b: str
    policy: str
    policy_version: str
    pair_probability: float


def draws_of_battles(battles: Sequence[Battle]) -> list[Draw]:
    """Every drawn battle, voided ones too, oldest first; not those whose pair was named, or shown again."""
    found = [
        Draw(
            at=battle.created_at,
            contender_a=battle.contender_a,
            contender_b=battle.contender_b,
            policy=battle.policy,
            policy_version=battle.policy_version,
            pair_probability=battle.pair_probability,
        )
        for battle in battles
        if battle.blind and not battle.repeat_of and battle.contender_a != battle.contender_b
    ]
    return sorted(found, key=lambda draw: draw.at)


def draws_of_records(records: Sequence[VoteRecord]) -> list[Draw]:
    """The drawn battles that were judged, each once, oldest first: where the battles themselves are not known."""
    firsts: dict[str, VoteRecord] = {}
    for record in records:
        if record.policy == CHOSEN_POLICY or record.repeat_of or record.contender_a == record.contender_b:
            continue
        known = firsts.get(record.battle_id)
        if known is None or record.created_at < known.created_at:
            firsts[record.battle_id] = record
    found = [
        Draw(
            at=record.created_at,
            contender_a=record.contender_a,
            contender_b=record.contender_b,
            policy=record.policy,
            policy_version=record.policy_version,
            pair_probability=record.pair_probability,
        )
        for record in firsts.values()
    ]
    return sorted(found, key=lambda draw: draw.at)
