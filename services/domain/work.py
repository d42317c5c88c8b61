"""Work in flight: what has to be done, who holds it, and when it counts as lost.

The truth about work is this row in the database, not the broker: a message only says "look at row N".
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

HEARTBEAT_SECONDS = 2.0
LEASE_SECONDS = 6.0
REAPER_PERIOD_SECONDS = 2.0
MAX_LOST_WORKERS = 3
MAX_INFRASTRUCTURE_RETRIES = 5
MAX_PROVIDER_RETRIES = 2


class WorkKind(StrEnum):
    """What runs on a worker: the stages of a battle, and direct runs."""

    ANSWER = "answer"
    EXECUTE = "execute"
    JUDGE = "judge"
    RATE = "rate"
    RUN = "run"

    @property
    def queue(self) -> str:
        """The queue this kind of work travels on."""
        return {
            WorkKind.ANSWER: "generation",
            WorkKind.EXECUTE: "execution",
            WorkKind.JUDGE: "judgement",
            WorkKind.RATE: "rating",
            WorkKind.RUN: "execution",
        }[self]


class WorkState(StrEnum):
    """`queued` waits for a worker, `running` has a lease, the rest is final."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True, kw_only=True)
class WorkItem:
    """One piece of work; `id` is derived from what it does, so adding it twice adds it once.

    `topic` is what the work belongs to and whose event log tells of it: a battle's id, or a direct run's. `subject` is
    what the stage works on: an answer id (answer, execute), `judge-name:order` (judge), a source name (rate), a direct
    run's id (run). `fence` grows with every lease; a write that carries an older one is refused.
    `lost_workers` counts leases that expired, `retries` infrastructure troubles; `not_before` delays a retry.
    """

    id: str
    kind: WorkKind
    topic: str
    subject: str
    state: WorkState = WorkState.QUEUED
    owner: str = ""
    fence: int = 0
    lost_workers: int = 0
    retries: int = 0
    not_before: datetime | None = None
    sent_at: datetime | None = None
    heartbeat_at: datetime | None = None
    error: str = ""
    created_at: datetime


@dataclass(frozen=True, kw_only=True)
class Lease:
    """The right to finish a piece of work, valid while `fence` is the newest."""

    work: WorkItem
    owner: str
    fence: int


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """How many pieces of work of a kind wait for a worker, and since when the oldest does."""

    count: int
    oldest: datetime | None


def retry_delay_seconds(retries: int) -> float:
    """Exponential back-off for infrastructure trouble: 1, 2, 4, 8, 15, 15 ... seconds."""
    return float(min(15, 2 ** max(0, retries)))
