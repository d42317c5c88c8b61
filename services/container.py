"""Everything a use case, a router or a task is given: protocols, never concrete backends."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from sandboxes.environment import Environment
from sandboxes.runner import Runner
from services.arena.access import Access
from services.arena.battles import Battles
from services.arena.board_facts import BoardFacts
from services.arena.boards import Boards
from services.arena.deletion import Deletion
from services.arena.direct_runs import DirectRuns
from services.arena.interactions import Interactions
from services.arena.orchestrator import Orchestrator
from services.arena.recovery import Recovery
from services.arena.repeats import Repeats
from services.arena.side_runs import SideRuns
from services.arena.snapshots import Snapshots
from services.arena.stopping import Stopping
from services.arena.turns import Turns
from services.arena.voting import Voting
from services.clock import Clock, Ids
from services.contenders.protocol import Catalogue
from services.dispatch import TaskDispatcher
from services.domain.work import WorkItem
from services.events.figures import WorkerFigures
from services.events.protocol import EventFollower, EventLog
from services.judges.protocol import Judge
from services.store.blobs import BlobStore
from services.store.unit_of_work import UnitOfWorkFactory

Stage = Callable[[WorkItem], None]


@dataclass(frozen=True, kw_only=True)
class Services:
    """The assembled application."""

    clock: Clock
    ids: Ids
    store: UnitOfWorkFactory
    blobs: BlobStore
    events: EventLog
    follower: EventFollower
    dispatcher: TaskDispatcher
    catalogue: Catalogue
    runner: Runner
    judges: Mapping[str, Judge]
    environments: Sequence[Environment]
    battles: Battles
    repeats: Repeats
    boards: Boards
    facts: BoardFacts
    snapshots: Snapshots
    deletion: Deletion
    access: Access
    runs: DirectRuns
    side_runs: SideRuns
    turns: Turns
    stopping: Stopping
    interactions: Interactions
    wait_seconds: float
    figures: WorkerFigures
    voting: Voting
    orchestrator: Orchestrator
    recovery: Recovery
    ready: Callable[[], Mapping[str, bool]]
