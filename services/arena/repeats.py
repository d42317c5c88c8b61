"""Battles shown again with the seats exchanged: how well does a person agree with themself, and with others?"""

import random
from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum

from services.clock import Clock, Ids
from services.domain.battle import REPEAT_POLICY, Battle, BattleState
from services.errors import NotFound
from services.store.unit_of_work import UnitOfWork, UnitOfWorkFactory

VERSION = "1"
OWN_SHARE = 0.5
_AMONG = 50


class RepeatMode(StrEnum):
    """Whose battles a voter is shown again: nobody's, those they voted on themself, or anybody's."""

    OFF = "off"
    OWN = "own"
    ALL = "all"


@dataclass(frozen=True, kw_only=True)
class Repeats:
    """Makes the battles. A vote on one never counts on a board (`FlagCode.REPEAT`); it measures agreement.

    `after` is how long a person's own vote must lie back before they are shown the battle again. Battles of other
    people show these people's prompts: only an arena that has told them so should use `RepeatMode.ALL`.
    """

    store: UnitOfWorkFactory
    clock: Clock
    ids: Ids
    rng: random.Random
    mode: RepeatMode
    after: timedelta

    def next(self, voter: str) -> Battle:
        """A battle for `voter` to judge again; the one that still waits for their vote, if there is one.

        Raises:
            NotFound: there is none now; the message says why.
        """
        if self.mode is RepeatMode.OFF:
            raise NotFound("This arena shows no battle again.", hint="Start a battle of your own.")
        with self.store() as uow:
            waiting = uow.battles.open_repeat(voter)
            if waiting is not None:
                return waiting
            chosen = self._chosen(uow, voter)
            if chosen is None:
                raise NotFound("There is nothing to judge again yet.", hint="Start a battle, or come back later.")
            made = self._copy(uow, chosen, voter)
            uow.commit()
        return made

    def _chosen(self, uow: UnitOfWork, voter: str) -> Battle | None:
        now = self.clock.now()
        own = uow.battles.to_repeat(voter, own=True, voted_before=now - self.after, limit=_AMONG)
        others = (
            uow.battles.to_repeat(voter, own=False, voted_before=now, limit=_AMONG)
            if self.mode is RepeatMode.ALL
            else ()
        )
        first = own if own and (not others or self.rng.random() < OWN_SHARE) else others
        return self.rng.choice(first) if first else None

    def _copy(self, uow: UnitOfWork, battle: Battle, voter: str) -> Battle:
        now = self.clock.now()
        made = replace(
            battle,
            id=self.ids.new(),
            state=BattleState.COMPLETE,
            contender_a=battle.contender_b,
            contender_b=battle.contender_a,
            policy=REPEAT_POLICY,
            policy_version=VERSION,
            pair_probability=1.0,
            judges=(),
            owner=voter,
            repeat_of=battle.id,
            record_interactions=False,
            consent_version="",
            training_consent=False,
            created_at=now,
            opened_at=now,
            finished_at=now,
        )
        uow.battles.add(made)
        turn = uow.battles.turns(battle.id)[-1]
        again = replace(turn, id=self.ids.new(), battle_id=made.id, index=0, created_at=now)
        uow.battles.add_turn(again)
        for side, answer in uow.answers.of_turn(turn.id).items():
            copied = replace(answer, id=self.ids.new(), battle_id=made.id, turn_id=again.id, side=side.other)
            uow.answers.add(copied)
            snippet, execution = uow.snippets.find(answer.id), uow.executions.find(answer.id)
            if snippet is not None:
                snippet = replace(snippet, id=self.ids.new(), answer_id=copied.id)
                uow.snippets.put(snippet)
            if execution is not None:
                snippet_id = snippet.id if snippet else execution.snippet_id
                # an app that was left running has ended long ago
                ran = replace(execution, id=self.ids.new(), battle_id=made.id, answer_id=copied.id, app=None)
                uow.executions.put(replace(ran, snippet_id=snippet_id))
        return made
