"""What everybody may know of how the arena is doing: how much waits, whether answers come, whether programs can run.

Nothing here tells contenders apart: it would tell voters who is answering.
"""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

import structlog

from services.arena.rested import Rested
from services.clock import Clock
from services.domain.work import WorkKind, WorkState
from services.errors import ArenaError, Unavailable
from services.events.figures import WorkerFigures
from services.store.unit_of_work import UnitOfWorkFactory

FRESH_SECONDS = 5.0
_LATELY = timedelta(minutes=15)
_LEAST = 3
log = structlog.get_logger()


class Health(StrEnum):
    """How a part is doing."""

    GOOD = "good"
    POOR = "poor"
    RESTING = "resting"
    """Nothing has been asked of it since it started."""
    UNKNOWN = "unknown"


@dataclass(frozen=True, kw_only=True)
class Status:
    """`waiting`: pieces of work in all queues. `idle`, `busy`: sandboxes of all workers."""

    waiting: int
    providers: Health
    sandboxes: Health
    idle: int
    busy: int


UNKNOWN = Status(waiting=0, providers=Health.UNKNOWN, sandboxes=Health.UNKNOWN, idle=0, busy=0)


@dataclass(frozen=True, kw_only=True)
class StatusBoard:
    """Looks every few seconds at most, however many pages ask."""

    store: UnitOfWorkFactory
    figures: WorkerFigures
    clock: Clock
    rested: Rested

    def now(self) -> Status:
        """How it is, or was a few seconds ago; everything unknown when nobody can tell."""
        return self.rested.get("status", None, self._look, least_seconds=FRESH_SECONDS)

    def _look(self) -> Status:
        try:
            with self.store() as uow:
                counts = uow.work.count_by_state()
                ended, void = uow.history.recent_ends(self.clock.now() - _LATELY)
        except ArenaError as error:
            log.warning("status_unknown", error=error.message)
            return UNKNOWN
        try:
            told = list(self.figures.read().values())
            programs_wait = counts.get((WorkKind.EXECUTE.queue, WorkState.QUEUED.value), 0) > 0
            # workers start sandboxes, and begin to tell of them, with the first program
            sandboxes = Health.GOOD if told else Health.POOR if programs_wait else Health.RESTING
        except Unavailable:
            told, sandboxes = [], Health.UNKNOWN
        return Status(
            waiting=sum(count for (_, state), count in counts.items() if state == WorkState.QUEUED.value),
            providers=Health.POOR if ended >= _LEAST and 2 * void >= ended else Health.GOOD,
            sandboxes=sandboxes,
            idle=sum(figures.get("idle", 0) for figures in told),
            busy=sum(figures.get("busy", 0) for figures in told),
        )
