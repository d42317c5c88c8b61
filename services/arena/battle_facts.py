"""What battles were about and what their sides were like: found out once for every battle that was judged."""

from dataclasses import dataclass

from services.arena.side_facts import facts_of
from services.domain.side import Side
from services.domain.vote_record import BattleFacts, SideFacts, prompt_key_of
from services.extraction import category
from services.store.unit_of_work import UnitOfWork, UnitOfWorkFactory

VERSION = f"1 {category.NAME}"
"""Changes when facts are found in another way: all are then found again."""
AT_ONCE = 20


@dataclass(frozen=True, kw_only=True)
class FactFinder:
    """Finds facts that are missing, or that were found in an older way."""

    store: UnitOfWorkFactory

    def catch_up(self, *, at_most: int) -> int:
        """Find the facts of so many battles, the longest judged first; of how many it did."""
        done = 0
        while done < at_most:
            with self.store() as uow:
                missing = uow.facts.missing(version=VERSION, limit=min(AT_ONCE, at_most - done))
            for battle_id in missing:
                self._find(battle_id)
            done += len(missing)
            if not missing:
                break
        return done

    def _find(self, battle_id: str) -> None:
        with self.store() as uow:
            prompt = uow.battles.turns(battle_id)[-1]
            sides = [self._side(uow, prompt.id, side) for side in Side]
        key = prompt_key_of(prompt.prompt)
        facts = BattleFacts(
            battle_id=battle_id,
            prompt_key=key,
            prompt_group=key,
            category=category.category_of(prompt.prompt),
            side_a=sides[0],
            side_b=sides[1],
            version=VERSION,
        )
        with self.store() as uow:
            uow.facts.put(facts)
            uow.commit()

    def _side(self, uow: UnitOfWork, turn_id: str, side: Side) -> SideFacts:
        answer = uow.answers.of_turn(turn_id).get(side)
        if answer is None:
            return SideFacts()
        return facts_of(answer, uow.snippets.find(answer.id), uow.executions.find(answer.id))
