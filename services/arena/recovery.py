"""The reaper: leases whose owner went silent are taken back, messages that got lost are sent again."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from services.arena.effects import Effects, Publisher
from services.arena.work_runner import OnFailure
from services.clock import Clock
from services.domain.problem import Problem
from services.domain.work import LEASE_SECONDS, MAX_LOST_WORKERS, WorkItem, WorkKind, WorkState
from services.store.unit_of_work import UnitOfWorkFactory

RESEND_SECONDS, MAX_RESEND_SECONDS = 10.0, 60.0
log = structlog.get_logger()


@dataclass(frozen=True, kw_only=True)
class Recovery:
    """Any number may run at once: every step is a compare-and-set on one row."""

    store: UnitOfWorkFactory
    publisher: Publisher
    failures: Mapping[WorkKind, OnFailure]
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
                    self.failures[released.kind](uow, released, problem, effects)
                uow.commit()
            self.publisher.publish(effects)
        return taken

    def _send_again(self) -> int:
        now = self.clock.now()
        with self.store() as uow:
            waiting = uow.work.unsent(now=now, sent_before=now - timedelta(seconds=RESEND_SECONDS))
        due = [work for work in waiting if _message_may_be_lost(work, now)]
        for work in due:
            self.publisher.send(work)
        return len(due)


def _message_may_be_lost(work: WorkItem, now: datetime) -> bool:
    """Whether to send again: after 10 s, then each time after twice as long, for most of what waits just waits."""
    if work.sent_at is None:
        return True
    waited = (work.sent_at - work.created_at).total_seconds()
    return (now - work.sent_at).total_seconds() >= min(max(RESEND_SECONDS, waited), MAX_RESEND_SECONDS)
