"""What has to leave the house after a transaction: messages for workers and events for viewers."""

from dataclasses import dataclass, field

import structlog

from services.clock import Clock
from services.dispatch import TaskDispatcher
from services.domain.events import LogEvent
from services.domain.work import WorkItem
from services.errors import Unavailable
from services.events.protocol import EventLog
from services.store.unit_of_work import UnitOfWorkFactory

log = structlog.get_logger()


@dataclass(kw_only=True)
class Effects:
    """Collected inside a transaction, published after its commit."""

    work: list[WorkItem] = field(default_factory=list)
    events: list[tuple[str, LogEvent]] = field(default_factory=list)

    def event(self, topic: str, event: LogEvent) -> None:
        """Remember an event."""
        self.events.append((topic, event))


@dataclass(frozen=True, kw_only=True)
class Publisher:
    """Publishes effects. Failing is survivable: unsent work is sent again by the reaper, and a lost event costs
    liveness, not truth."""

    store: UnitOfWorkFactory
    events: EventLog
    dispatcher: TaskDispatcher
    clock: Clock

    def announce(self, topic: str, event: LogEvent) -> bool:
        """Append one event now; False when it is lost."""
        try:
            self.events.append(topic, event)
        except Unavailable as error:
            log.warning("event_lost", topic=topic, kind=event.kind, error=error.message)
            return False
        return True

    def publish(self, effects: Effects) -> None:
        """Send everything."""
        for topic, event in effects.events:
            self.announce(topic, event)
        for work in effects.work:
            self.send(work)

    def send(self, work: WorkItem) -> None:
        """Tell a worker about `work` and remember when."""
        try:
            self.dispatcher.send(work)
            with self.store() as uow:
                uow.work.mark_sent(work.id, now=self.clock.now())
                uow.commit()
        except Unavailable as error:
            log.warning("work_not_sent", work=work.id, error=error.message)
