"""What battles were about and what their sides were like: found out once for every battle that was judged."""

import threading

from services.arena.side_facts import facts_of
from services.domain.side import Side
from services.domain.vote_record import BattleFacts, SideFacts, prompt_key_of
from services.extraction import category
from services.ratings.duplicates import PromptGroups
from services.store.unit_of_work import UnitOfWork, UnitOfWorkFactory

VERSION = f"1 {category.NAME}"
"""Changes when facts are found in another way: all are then found again."""
AT_ONCE = 20


class FactFinder:
    """Finds facts that are missing, or that were found in an older way.

    Prompts that are nearly the same get one group. It knows the groups that were there when it began and those it
    made: two processes that find facts at the same time may give near-duplicates two groups, which weighs them as two.
    """

    def __init__(self, store: UnitOfWorkFactory) -> None:
        self.store = store
        self._lock = threading.Lock()
        self._groups: PromptGroups | None = None

    def catch_up(self, *, at_most: int) -> int:
        """Find the facts of so many battles, the longest judged first; of how many it did. One thread at a time."""
        with self._lock:
            return self._catch_up(at_most)

    def _catch_up(self, at_most: int) -> int:
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
            turns = uow.battles.turns(battle_id)
            sides = [_side(uow, turns[-1].id, side) for side in Side]
        prompt = turns[0].prompt
        facts = BattleFacts(
            battle_id=battle_id,
            prompt_key=prompt_key_of(prompt),
            prompt_group=self._group_of(prompt),
            category=category.category_of(prompt),
            side_a=sides[0],
            side_b=sides[1],
            version=VERSION,
        )
        with self.store() as uow:
            uow.facts.put(facts)
            uow.commit()

    def _group_of(self, prompt: str) -> str:
        if self._groups is None:
            self._groups = PromptGroups()
            with self.store() as uow:
                known = uow.facts.first_prompts()
            for first in known:
                self._groups.add(first, group=prompt_key_of(first))
        return self._groups.add(prompt)


def _side(uow: UnitOfWork, turn_id: str, side: Side) -> SideFacts:
    answer = uow.answers.of_turn(turn_id).get(side)
    if answer is None:
        return SideFacts()
    return facts_of(answer, uow.snippets.find(answer.id), uow.executions.find(answer.id))
