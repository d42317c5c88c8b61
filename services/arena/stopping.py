"""Stops a side, or both, at whatever they are: what came until then is kept."""

from dataclasses import dataclass, replace

from services.arena.effects import Effects, Publisher
from services.arena.orchestrator import Orchestrator
from services.domain.answer import STOPPED, Answer, SidePhase
from services.domain.battle import BattleState
from services.domain.battle_mark import BattleMark
from services.domain.side import Side
from services.domain.work import WorkKind
from services.errors import Conflict
from services.events.controls import RunControls
from services.store.unit_of_work import UnitOfWorkFactory


@dataclass(frozen=True, kw_only=True)
class Stopping:
    """A text that is being written ends where it is, and the program in it runs; a program that runs is ended."""

    store: UnitOfWorkFactory
    publisher: Publisher
    orchestrator: Orchestrator
    controls: RunControls

    def stop(self, battle_id: str, side: Side | None = None) -> None:
        """Stop `side` (None: both). The battle is marked: no judgement of it counts on a board.

        Raises:
            NotFound: there is no such battle.
            Conflict: nothing runs there.
            Unavailable: the worker cannot be told; asking again is safe.
        """
        effects, running = Effects(), []
        with self.store() as uow:
            battle = uow.battles.get_for_update(battle_id)
            answers = uow.answers.of_turn(uow.battles.turns(battle_id)[-1].id)
            chosen = [answers[one] for one in Side if side in (None, one) and one in answers]
            chosen = [answer for answer in chosen if not answer.phase.terminal]
            if battle.state not in (BattleState.RUNNING, BattleState.VOID) or not chosen:
                raise Conflict("Nothing runs there any more.", hint="Look at the battle again.")
            uow.battles.update(battle.marked(BattleMark.STOPPED))
            for answer in chosen:
                if uow.work.withdraw(_work_of(answer)):
                    ended = answer if answer.phase is SidePhase.EXECUTING else replace(answer, finish_reason=STOPPED)
                    self.orchestrator.side_finished(uow, ended, "Stopped before it began.", effects)
                else:
                    running.append(_work_of(answer))
            uow.commit()
        self.publisher.publish(effects)
        for work_id in running:
            self.controls.cancel(work_id)


def _work_of(answer: Answer) -> str:
    kind = WorkKind.EXECUTE if answer.phase is SidePhase.EXECUTING else WorkKind.ANSWER
    return f"{kind}:{answer.id}"
