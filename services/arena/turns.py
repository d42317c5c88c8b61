"""Battles go on: a follow-up to both sides or one, and a failed side asked again."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from services.arena.effects import Effects, Publisher
from services.clock import Clock, Ids
from services.domain.answer import Answer, SidePhase
from services.domain.battle import Battle, BattleEventKind, Turn
from services.domain.battle_mark import BattleMark
from services.domain.possible import MOST_TURNS, possible
from services.domain.prompt import check_prompt
from services.domain.side import Side
from services.domain.work import WorkItem, WorkKind, WorkState
from services.errors import Conflict
from services.events.controls import RunControls
from services.events.protocol import EventLog
from services.store.unit_of_work import UnitOfWork, UnitOfWorkFactory


@dataclass(frozen=True, kw_only=True)
class Turns:
    """Begins turns. What was told of the turn before is in the store: its events are dropped, so that whoever follows
    the battle now follows the new turn, from its first event to its `done`."""

    store: UnitOfWorkFactory
    publisher: Publisher
    events: EventLog
    controls: RunControls
    clock: Clock
    ids: Ids

    def follow_up(self, battle_id: str, prompt: str, *, to: Side | None = None) -> Turn:
        """Ask on: `to` one side, or (None) both, each in the thread of its own answers.

        A turn to one side marks the battle: from then on its answers are not compared on any board.

        Raises:
            NotFound: there is no such battle.
            InvalidRequest: the prompt is not acceptable.
            Conflict: sides or judges are at work, a side failed, the vote is cast, or there were enough turns.
            Unavailable: the event log cannot be reached.
        """
        text, now, effects = check_prompt(prompt), self.clock.now(), Effects()
        self._forget(battle_id, _follow_up_refused)
        with self.store() as uow:
            battle, turns = uow.battles.get_for_update(battle_id), uow.battles.turns(battle_id)
            _follow_up_refused(uow, battle)
            sides = [side for side in sides_of(battle) if to in (None, side)]
            if not sides:
                raise Conflict(f"This battle has no side {to}.")
            began = battle.after(BattleEventKind.TURN_BEGAN, now=now)
            one_sided = len(sides) < len(sides_of(battle))
            uow.battles.update(began.marked(BattleMark.ONE_SIDED) if one_sided else began)
            turn = Turn(id=self.ids.new(), battle_id=battle_id, index=len(turns), prompt=text, created_at=now)
            uow.battles.add_turn(turn)
            for side in sides:
                ask(uow, battle, turn, side, answer_id=self.ids.new(), effects=effects)
            uow.commit()
        self.publisher.publish(effects)
        return turn

    def retry(self, battle_id: str) -> None:
        """Ask the failed sides of a void battle again. Its names were shown, so a vote on it counts on no board.

        Raises:
            NotFound: there is no such battle.
            Conflict: no side has failed, or another is still at work.
            Unavailable: the event log cannot be reached.
        """
        effects = Effects()
        self._forget(battle_id, _retry_refused)
        with self.store() as uow:
            battle = uow.battles.get_for_update(battle_id)
            _retry_refused(uow, battle)
            answers = uow.answers.of_turn(uow.battles.turns(battle_id)[-1].id).values()
            again = battle.after(BattleEventKind.RETRIED, now=self.clock.now())
            uow.battles.update(again.marked(BattleMark.RETRIED))
            known = {work.id: work for work in uow.work.of_topic(battle_id)}
            for answer in answers:
                if answer.phase is SidePhase.FAILED:
                    self._again(uow, answer, known, effects)
            uow.commit()
        for work in effects.work:
            # a stop that came too late for the attempt that failed must not end this one
            self.controls.forget(work.id)
        self.publisher.publish(effects)

    def _forget(self, battle_id: str, refused: Callable[[UnitOfWork, Battle], None]) -> None:
        """Drop the events of the turn before, unless what is wanted is refused. Not in the transaction that begins the
        turn: the database waits for nobody's network. Who fails in between has lost events whose truth is stored."""
        with self.store() as uow:
            refused(uow, uow.battles.get(battle_id))
        self.events.forget(battle_id)

    def _again(self, uow: UnitOfWork, answer: Answer, known: dict[str, WorkItem], effects: Effects) -> None:
        """From the stage that failed: a written answer is not asked for again."""
        execution = known.get(f"{WorkKind.EXECUTE}:{answer.id}")
        runs = execution is not None and execution.state is WorkState.FAILED
        work = execution if runs else known[f"{WorkKind.ANSWER}:{answer.id}"]
        assert work is not None  # noqa: S101 - every answer has had its work
        phase = SidePhase.EXECUTING if runs else SidePhase.QUEUED
        uow.answers.update(replace(answer, phase=phase, problem=None))
        uow.work.reopen(work.id, now=self.clock.now())
        effects.work.append(work)


def _follow_up_refused(uow: UnitOfWork, battle: Battle) -> None:
    turns = len(uow.battles.turns(battle.id))
    if reason := possible(battle, has_program=True, turns=turns)["follow_up"]:
        raise Conflict(reason, hint=f"A battle has at most {MOST_TURNS} turns.")


def _retry_refused(uow: UnitOfWork, battle: Battle) -> None:
    if reason := possible(battle, has_program=True)["retry"]:
        raise Conflict(reason)
    answers = uow.answers.of_turn(uow.battles.turns(battle.id)[-1].id)
    if any(not answer.phase.terminal for answer in answers.values()):
        raise Conflict("The other side is still at work.", hint="Wait until it is finished, or stop it.")


def sides_of(battle: Battle) -> tuple[Side, ...]:
    """The sides that take part."""
    return tuple(side for side in Side if battle.contender(side))


def ask(uow: UnitOfWork, battle: Battle, turn: Turn, side: Side, *, answer_id: str, effects: Effects) -> None:
    """Have one side answer a turn."""
    contender = battle.contender(side)
    uow.answers.add(Answer(id=answer_id, battle_id=battle.id, turn_id=turn.id, side=side, contender=contender))
    work = WorkItem(
        id=f"{WorkKind.ANSWER}:{answer_id}",
        kind=WorkKind.ANSWER,
        topic=battle.id,
        subject=answer_id,
        created_at=turn.created_at,
    )
    uow.work.add(work)
    effects.work.append(work)
