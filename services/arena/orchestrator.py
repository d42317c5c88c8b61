"""What follows from what: every step of a battle after a stage has ended.

Each method runs inside the caller's transaction, holds the battle row, and adds what has to leave the house to
`effects`. That makes "store the result, move the battle, ask for the next stage" one atomic step.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from services.arena.effects import Effects
from services.clock import Clock, Ids
from services.domain.answer import Answer, SidePhase, Usage
from services.domain.battle import Battle, BattleEventKind, BattleState, Turn
from services.domain.events import DoneEvent, JudgementEvent, PhaseEvent, ProblemEvent
from services.domain.judgement import Judgement, SeatOrder, Source
from services.domain.problem import Problem
from services.domain.work import WorkItem, WorkKind, WorkState
from services.errors import NotFound
from services.judges.protocol import Judge
from services.store.unit_of_work import UnitOfWork


@dataclass(frozen=True, kw_only=True)
class Orchestrator:
    """Moves battles on."""

    judges: Mapping[str, Judge]
    clock: Clock
    ids: Ids

    def to_execution(self, uow: UnitOfWork, answer: Answer, reason: str, effects: Effects) -> None:
        """The answer is written and holds a program: run it."""
        uow.answers.update(replace(answer, phase=SidePhase.EXECUTING))
        effects.event(answer.battle_id, PhaseEvent(side=answer.side, phase=SidePhase.EXECUTING, detail=reason))
        self._ask(uow, effects, WorkKind.EXECUTE, answer.battle_id, answer.id)

    def side_finished(self, uow: UnitOfWork, answer: Answer, detail: str, effects: Effects) -> None:
        """Nothing more happens on this side; when both are through, judging starts."""
        battle = uow.battles.get_for_update(answer.battle_id)
        uow.answers.update(replace(answer, phase=SidePhase.FINISHED))
        effects.event(answer.battle_id, PhaseEvent(side=answer.side, phase=SidePhase.FINISHED, detail=detail))
        if battle.state is not BattleState.RUNNING:
            return
        answers = uow.answers.of_turn(answer.turn_id)
        if all(other.phase is SidePhase.FINISHED for other in answers.values()):
            self._all_finished(uow, battle, uow.battles.get_turn(answer.turn_id), effects, compared=len(answers) > 1)

    def side_failed(self, uow: UnitOfWork, answer: Answer, problem: Problem, effects: Effects) -> None:
        """A provider or sandbox failed for good on this side: the battle is void, the other side is kept."""
        battle = uow.battles.get_for_update(answer.battle_id)
        uow.answers.update(replace(answer, phase=SidePhase.FAILED, problem=problem))
        effects.event(battle.id, PhaseEvent(side=answer.side, phase=SidePhase.FAILED))
        effects.event(battle.id, ProblemEvent(side=answer.side, code=problem.code, message=problem.message))
        if battle.state in (BattleState.RUNNING, BattleState.VOID):
            self._move(uow, battle, BattleEventKind.SIDE_FAILED, effects, problem)

    def judged(self, uow: UnitOfWork, work: WorkItem, judgement: Judgement, effects: Effects) -> None:
        """A judge has spoken (null verdicts included); the last one completes the battle."""
        battle = uow.battles.get_for_update(work.topic)
        uow.judgements.put(judgement)
        effects.event(
            battle.id,
            JudgementEvent(
                source=judgement.source,
                judge=judgement.judge,
                order=judgement.order,
                winner=judgement.winner,
                reason=judgement.reason,
            ),
        )
        pending = [
            other
            for other in uow.work.of_topic(battle.id)
            if other.kind is WorkKind.JUDGE
            and other.id != work.id
            and other.state in (WorkState.QUEUED, WorkState.RUNNING)
        ]
        if not pending and battle.state in (BattleState.JUDGING, BattleState.VOTED):
            self._move(uow, battle, BattleEventKind.JUDGES_DONE, effects)
            for source in sorted({self.judges[name].source for name in battle.judges if name in self.judges}):
                self.ask_rating(uow, source, battle.id, effects)

    def ask_rating(self, uow: UnitOfWork, source: Source, battle_id: str, effects: Effects) -> None:
        """Have the board of `source` computed again because of this battle."""
        self._ask(uow, effects, WorkKind.RATE, battle_id, source)

    def work_failed(self, uow: UnitOfWork, work: WorkItem, problem: Problem, effects: Effects) -> None:
        """A piece of work has failed for good: the battle ends in a state that says so."""
        if work.kind in (WorkKind.ANSWER, WorkKind.EXECUTE):
            self.side_failed(uow, uow.answers.get(work.subject), problem, effects)
        elif work.kind is WorkKind.JUDGE:
            effects.event(work.topic, ProblemEvent(code=problem.code, message=problem.message))
            self.judged(uow, work, self._null_judgement(uow, work, problem), effects)

    def _all_finished(self, uow: UnitOfWork, battle: Battle, turn: Turn, effects: Effects, *, compared: bool) -> None:
        """Every side that had the turn is through; judges compare two."""
        if not battle.judges or not compared:
            self._move(uow, battle, BattleEventKind.SIDES_FINISHED, effects)
            return
        self._move(uow, battle, BattleEventKind.SIDES_FINISHED_TO_JUDGE, effects)
        for name in battle.judges:
            if name not in self.judges:
                raise NotFound(
                    f"There is no judge {name!r} on this worker.", hint="Give all workers one configuration."
                )
            for order in self.judges[name].orders:
                self._ask(uow, effects, WorkKind.JUDGE, battle.id, f"{name}:{order}", turn=turn.index)

    def _move(
        self,
        uow: UnitOfWork,
        battle: Battle,
        event: BattleEventKind,
        effects: Effects,
        problem: Problem | None = None,
    ) -> None:
        moved = battle.after(event, now=self.clock.now(), problem=problem)
        uow.battles.update(moved)
        if moved.state.terminal and not battle.state.terminal:
            effects.event(battle.id, DoneEvent(state=moved.state))

    def _ask(
        self, uow: UnitOfWork, effects: Effects, kind: WorkKind, battle_id: str, subject: str, *, turn: int = 0
    ) -> None:
        parts = [kind.value, subject] if kind is WorkKind.EXECUTE else [kind.value, battle_id, subject]
        # the first turn's work has the names it always had
        parts += [str(turn)] if turn else []
        work = WorkItem(id=":".join(parts), kind=kind, topic=battle_id, subject=subject, created_at=self.clock.now())
        if uow.work.add(work):
            effects.work.append(work)

    def _null_judgement(self, uow: UnitOfWork, work: WorkItem, problem: Problem) -> Judgement:
        name, _, order = work.subject.rpartition(":")
        judge = self.judges.get(name)
        answer = uow.answers.of_battle(work.topic)[-1]
        return Judgement(
            id=self.ids.new(),
            battle_id=work.topic,
            turn_id=answer.turn_id,
            source=judge.source if judge else Source.LLM,
            judge=name,
            order=SeatOrder(order),
            winner=None,
            strength=1,
            reason=problem.message,
            raw="",
            prompt_hash="",
            usage=Usage(),
            wall_seconds=None,
            created_at=self.clock.now(),
        )
