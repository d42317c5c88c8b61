"""A person's vote -> a Judgement."""

from services.domain.answer import Usage
from services.domain.judgement import Judgement, SeatOrder, Source
from services.domain.vote import Vote

HUMAN_JUDGE = "human"


def judgement_from_vote(vote: Vote, turn_id: str, judgement_id: str) -> Judgement:
    """The judgement a vote amounts to; people see the battle's own seats, so nothing is turned round."""
    return Judgement(
        id=judgement_id,
        battle_id=vote.battle_id,
        turn_id=turn_id,
        source=Source.HUMAN,
        judge=HUMAN_JUDGE,
        order=SeatOrder.AB,
        winner=vote.choice,
        strength=1,
        reason="",
        raw=vote.choice.value,
        prompt_hash="",
        usage=Usage(),
        wall_seconds=None,
        created_at=vote.created_at,
    )
