"""The judge stage: one judge, one seat order, one verdict."""

from collections.abc import Mapping
from dataclasses import dataclass

from services.arena.effects import Effects, Publisher
from services.arena.orchestrator import Orchestrator
from services.clock import Clock, Ids
from services.domain.answer import Answer
from services.domain.appearance import Appearance
from services.domain.judgement import SeatOrder
from services.domain.message import Image
from services.domain.work import Lease
from services.errors import NotFound
from services.judges.judgement import judgement_from_verdict
from services.judges.protocol import Case, Judge, JudgedSide
from services.store.blobs import BlobStore
from services.store.unit_of_work import UnitOfWork, UnitOfWorkFactory

TELLING = ("stable", "frame-3", "keys", "clicked", "full-page", "phone", "scrolled", "typed", "frame-1")
_RANK = {name: rank for rank, name in enumerate(TELLING)}


@dataclass(frozen=True, kw_only=True)
class Judging:
    """Asks one judge."""

    store: UnitOfWorkFactory
    blobs: BlobStore
    publisher: Publisher
    orchestrator: Orchestrator
    judges: Mapping[str, Judge]
    clock: Clock
    ids: Ids

    def run(self, lease: Lease) -> None:
        """Get the verdict and store it as a judgement.

        Raises:
            ProviderError: the judge's endpoint failed.
            NotFound: the judge is not configured here.
            StaleLease: another attempt has taken over.
        """
        name, _, order_text = lease.work.subject.rpartition(":")
        if name not in self.judges:
            raise NotFound(f"There is no judge {name!r} here.", hint=f"There are: {', '.join(self.judges)}.")
        judge, order = self.judges[name], SeatOrder(order_text)
        with self.store() as uow:
            turn_id, case = self._case(uow, lease.work.topic)
        verdict = judge.verdict(case, order)
        judgement = judgement_from_verdict(
            verdict,
            source=judge.source,
            judge=name,
            battle_id=lease.work.topic,
            turn_id=turn_id,
            judgement_id=self.ids.new(),
            created_at=self.clock.now(),
        )
        effects = Effects()
        with self.store() as uow:
            uow.work.finish(lease)
            self.orchestrator.judged(uow, lease.work, judgement, effects)
            uow.commit()
        self.publisher.publish(effects)

    def _case(self, uow: UnitOfWork, battle_id: str) -> tuple[str, Case]:
        turn = uow.battles.turns(battle_id)[-1]
        answers = uow.answers.of_turn(turn.id)
        sides = {side: self._side(uow, answer) for side, answer in answers.items()}
        return turn.id, Case(prompt=turn.prompt, sides=sides)

    def _side(self, uow: UnitOfWork, answer: Answer) -> JudgedSide:
        execution = uow.executions.find(answer.id)
        return JudgedSide(
            answer=answer.text,
            snippet=uow.snippets.find(answer.id),
            execution=execution,
            images=self._images(execution.appearance) if execution and execution.appearance else (),
        )

    def _images(self, appearance: Appearance) -> tuple[Image, ...]:
        """The pictures, those that tell most first, for a judge that sees only some of them."""
        telling = sorted(appearance.pictures, key=lambda picture: _RANK.get(picture.name, len(_RANK)))
        return tuple(Image(media_type="image/png", data=self.blobs.get(picture.digest)) for picture in telling)
