"""A person's vote: committed before it is confirmed, one per battle, repeatable without harm."""

from collections.abc import Mapping
from dataclasses import dataclass

from services.arena.effects import Effects, Publisher
from services.arena.orchestrator import Orchestrator
from services.clock import Clock, Ids
from services.domain.battle import BattleEventKind, BattleState
from services.domain.events import DoneEvent
from services.domain.judgement import Source, Winner
from services.domain.possible import possible
from services.domain.vote import Vote, Voter
from services.domain.vote_details import Aspect, VoteDetails
from services.errors import Conflict, Forbidden
from services.judges.human import judgement_from_vote
from services.store.unit_of_work import UnitOfWorkFactory


@dataclass(frozen=True, kw_only=True)
class Voting:
    """Takes votes."""

    store: UnitOfWorkFactory
    publisher: Publisher
    orchestrator: Orchestrator
    clock: Clock
    ids: Ids

    def cast(self, battle_id: str, choice: Winner, *, voter: str, idempotency_key: str) -> Vote:
        """Record the vote and return it; the same key and choice again returns the first.

        Raises:
            NotFound: there is no such battle.
            Conflict: the battle has another vote, is not open yet, or is void.
        """
        effects = Effects()
        with self.store() as uow:
            battle = uow.battles.get_for_update(battle_id)
            earlier = uow.votes.find(battle_id)
            if earlier is not None:
                if (earlier.idempotency_key, earlier.choice) == (idempotency_key, choice):
                    return earlier
                raise Conflict(f"This battle has been voted on already: {earlier.choice}.")
            if not battle.open_to_vote:
                why = possible(battle, has_program=True)["vote"]
                raise Conflict(f"This battle is {battle.state}. {why}", hint="Look at the battle again.")
            vote = Vote(
                id=self.ids.new(),
                battle_id=battle_id,
                choice=choice,
                voter=voter,
                idempotency_key=idempotency_key,
                created_at=self.clock.now(),
            )
            uow.votes.add(vote)
            uow.votes.know(Voter(id=voter, pseudonym=self.ids.new()[:16], created_at=vote.created_at))
            turn = uow.battles.turns(battle_id)[-1]
            uow.judgements.put(judgement_from_vote(vote, turn.id, self.ids.new()))
            uow.battles.update(battle.after(BattleEventKind.VOTED, now=vote.created_at))
            if not battle.state.terminal:
                effects.event(battle_id, DoneEvent(state=BattleState.VOTED))
            self.orchestrator.ask_rating(uow, Source.HUMAN, battle_id, effects)
            uow.commit()
        self.publisher.publish(effects)
        return vote

    def describe(self, battle_id: str, *, voter: str, aspects: Mapping[Aspect, Winner], comment: str) -> VoteDetails:
        """Say more about one's own vote; what was said before is replaced.

        Raises:
            NotFound: there is no such battle.
            Conflict: there is no vote on it.
            Forbidden: the vote is somebody else's.
            InvalidRequest: aspects or comment break a rule.
        """
        details = VoteDetails(
            battle_id=battle_id, updated_at=self.clock.now(), aspects=dict(aspects), comment=comment.strip()
        )
        with self.store() as uow:
            uow.battles.get(battle_id)
            vote = uow.votes.find(battle_id)
            if vote is None:
                raise Conflict("There is no vote on this battle.", hint="Vote first.")
            if vote.voter != voter:
                raise Forbidden("This vote is somebody else's.")
            uow.vote_details.put(details)
            uow.commit()
        return details
