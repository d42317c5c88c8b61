"""The reaper: leases whose owner went silent are taken back, messages that got lost are sent again."""

from dataclasses import dataclass
from datetime import timedelta

import structlog

from services.arena.effects import Effects, Publisher
from services.arena.orchestrator import Orchestrator
from services.clock import Clock
from services.domain.problem import Problem
from services.domain.work import LEASE_SECONDS, MAX_LOST_WORKERS, WorkState
from services.store.unit_of_work import UnitOfWorkFactory

RESEND_SECONDS = 10.0
log = structlog.get_logger()


@dataclass(frozen=True, kw_only=True)
class Recovery:
    """Any number may run at once: every step is a compare-and-set on one row."""

    store: UnitOfWorkFactory
    publisher: Publisher
    orchestrator: Orchestrator
    clock: Clock

    def sweep(self) -> int:
        """One round; how many pieces of work were put back or sent again."""
        return self._take_back() + self._send_again()

    def _take_back(self) -> int:
        with self.store() as uow:
            expired = uow.work.expired(before=self.clock.now() - timedelta(seconds=LEASE_SECONDS))
        taken = 0
        for stale in expired:
            effects = Effects()
            with self.store() as uow:
                released = uow.work.release(stale, give_up=MAX_LOST_WORKERS)
                if released is None:
                    continue
                taken += 1
                log.warning("lease_expired", work=stale.id, owner=stale.owner, lost=released.lost_workers)
                if released.state is WorkState.FAILED:
                    problem = Problem(
                        code="workers_lost",
                        message=f"The {stale.kind} stage lost its worker {released.lost_workers} times.",
                        hint="See the worker's log; `arena doctor` checks the machine.",
                    )
                    self.orchestrator.work_failed(uow, released, problem, effects)
                uow.commit()
            self.publisher.publish(effects)
        return taken

    def _send_again(self) -> int:
        now = self.clock.now()
        with self.store() as uow:
            waiting = uow.work.unsent(now=now, sent_before=now - timedelta(seconds=RESEND_SECONDS))
        for work in waiting:
            self.publisher.send(work)
        return len(waiting)
