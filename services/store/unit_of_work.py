"""The store as the use cases see it: repositories inside one transaction.

Values in, values out: nothing here knows about SQL. `get` raises NotFound; `find` returns None.
Leaving a unit of work without `commit()` rolls everything back.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from types import TracebackType
from typing import Protocol, Self

from services.domain.answer import Answer
from services.domain.battle import Battle, Turn
from services.domain.direct_run import DirectRun
from services.domain.execution import Execution
from services.domain.interactions import InteractionRecord
from services.domain.judgement import Judgement, Source, Winner
from services.domain.rating import Board, Snapshot
from services.domain.registry_event import RegistryEvent
from services.domain.side import Side
from services.domain.snippet import Snippet
from services.domain.vote import Vote, Voter
from services.domain.vote_details import VoteDetails
from services.domain.vote_record import BattleFacts, Flag, VoteRecord
from services.domain.work import Lease, Waiting, WorkItem, WorkKind
from services.store.account_repositories import PeopleUnit


class BattleRepository(Protocol):
    """Battles and their turns."""

    def add(self, battle: Battle) -> None: ...
    def get(self, battle_id: str) -> Battle: ...
    def get_for_update(self, battle_id: str) -> Battle:
        """Like `get`, and nobody else can change the battle until this transaction ends."""
        ...

    def update(self, battle: Battle) -> None: ...
    def recent(self, limit: int | None) -> Sequence[Battle]:
        """So many (None: all), newest first."""
        ...

    def voted(self, *, after: tuple[datetime, str] | None, limit: int) -> Sequence[Battle]:
        """Battles that were voted on, oldest first, from the one that follows `after` (when it was made, its id) on."""
        ...

    def pair_counts(self, *, before: datetime | None = None) -> dict[tuple[str, str], int]:
        """How often each unordered pair (names sorted) has met in battles that are neither void nor repeats, of those
        that were started `before` (None: all)."""
        ...

    def open_repeat(self, owner: str) -> Battle | None:
        """The battle that was made to be judged again by `owner` and waits for their vote."""
        ...

    def to_repeat(self, voter: str, *, own: bool, voted_before: datetime, limit: int) -> Sequence[Battle]:
        """Blind battles that `voter` can judge again, those voted on longest ago first: neither repeats themselves nor
        repeated for this voter already, voted on before that moment by the voter (`own`), or by somebody else and not
        started by the voter (not `own`)."""
        ...

    def add_turn(self, turn: Turn) -> None: ...
    def get_turn(self, turn_id: str) -> Turn: ...
    def turns(self, battle_id: str) -> Sequence[Turn]:
        """In order of `index`."""
        ...


class AnswerRepository(Protocol):
    """Answers, one per turn and side."""

    def add(self, answer: Answer) -> None: ...
    def get(self, answer_id: str) -> Answer: ...
    def update(self, answer: Answer) -> None: ...
    def of_turn(self, turn_id: str) -> dict[Side, Answer]: ...
    def of_battle(self, battle_id: str) -> Sequence[Answer]: ...


class SnippetRepository(Protocol):
    """Snippets, one per answer."""

    def put(self, snippet: Snippet) -> None:
        """Insert, or replace the one of the same answer."""
        ...

    def find(self, answer_id: str) -> Snippet | None: ...


class ExecutionRepository(Protocol):
    """Executions, one per answer for now: the newest attempt replaces an older one."""

    def put(self, execution: Execution) -> None: ...
    def find(self, answer_id: str) -> Execution | None: ...


class DirectRunRepository(Protocol):
    """Programs that run without a battle."""

    def add(self, runs: Sequence[DirectRun]) -> bool:
        """Insert one, or a whole batch; False (and nothing changed) when its caller has used the idempotency key."""
        ...

    def get(self, run_id: str) -> DirectRun: ...
    def get_for_update(self, run_id: str) -> DirectRun:
        """Like `get`, and nobody else can change the run until this transaction ends."""
        ...

    def update(self, run: DirectRun) -> None: ...
    def remove(self, run_id: str) -> None: ...
    def of_batch(self, batch_id: str) -> Sequence[DirectRun]:
        """In order of `position`."""
        ...

    def of_battle(self, battle_id: str) -> Sequence[DirectRun]:
        """Those that belong to answers of the battle, oldest first."""
        ...

    def of_key(self, caller: str, key: str) -> Sequence[DirectRun]:
        """What this caller started with this idempotency key, in order of `position`."""
        ...


class JudgementRepository(Protocol):
    """Judgements: one per (turn, source, judge, order); a second `put` replaces the first."""

    def put(self, judgement: Judgement) -> None: ...
    def of_battle(self, battle_id: str) -> Sequence[Judgement]:
        """In order of creation."""
        ...

    def records(self, source: Source, *, facts: bool = True) -> Sequence[VoteRecord]:
        """Every judgement of that source on a ranked battle that is not void, with its stored flags, nulls included.

        In order of creation; without `facts` the sides are left empty.
        """
        ...

    def pair_outcomes(self, source: Source) -> Sequence[tuple[str, str, Winner, int]]:
        """How often that source gave each outcome to two contenders in these seats, on ranked battles that are not
        void and whose pair was drawn; nulls are left out."""
        ...


class VoteRepository(Protocol):
    """Votes: one per battle."""

    def add(self, vote: Vote) -> None:
        """Store the vote.

        Raises:
            Conflict: the battle has a vote already.
        """
        ...

    def find(self, battle_id: str) -> Vote | None: ...
    def know(self, voter: Voter) -> None:
        """Keep the voter's pseudonym, unless there is one already."""
        ...

    def pseudonym(self, voter_id: str) -> str:
        """What the voter is called in public; "" when nothing is known of them."""
        ...


class VoteDetailsRepository(Protocol):
    """What voters added to their votes."""

    def put(self, details: VoteDetails) -> None:
        """Insert, or replace those of the same battle."""
        ...

    def find(self, battle_id: str) -> VoteDetails | None: ...


class FactsRepository(Protocol):
    """What battles were about, found out once."""

    def put(self, facts: BattleFacts) -> None:
        """Insert, or replace those of the same battle."""
        ...

    def find(self, battle_id: str) -> BattleFacts | None: ...
    def missing(self, *, version: str, limit: int) -> Sequence[str]:
        """Battles that were judged but have no facts of this version, oldest first."""
        ...

    def first_prompts(self) -> Sequence[str]:
        """One prompt of every group: that which gave the group its name."""
        ...


class FlagRepository(Protocol):
    """Flags of judgements."""

    def put(self, flags: Mapping[str, Sequence[Flag]]) -> None:
        """Replace the flags of these judgements."""
        ...

    def known(self) -> Mapping[str, tuple[Flag, ...]]:
        """The flags of every judgement that has been looked at, () where nothing was noticed."""
        ...


class RegistryRepository(Protocol):
    """The history of contenders and rules: it only grows."""

    def append(self, events: Sequence[RegistryEvent]) -> bool:
        """Insert; False (and nothing changed) when another process has used one of the sequence numbers."""
        ...

    def all(self) -> Sequence[RegistryEvent]:
        """In order of `sequence`."""
        ...


class SnapshotRepository(Protocol):
    """Published boards."""

    def add(self, snapshot: Snapshot) -> bool:
        """Insert; False (and nothing changed) when the number is taken."""
        ...

    def get(self, number: int) -> Snapshot: ...
    def all(self) -> Sequence[Snapshot]:
        """In order of `number`."""
        ...

    def supersede(self, number: int, *, reason: str) -> None:
        """Say what became of its rows; the first reason stays."""
        ...

    def rewrite(self, number: int, *, records: str) -> None:
        """Name another blob that holds its votes."""
        ...


class ErasureRepository(Protocol):
    """Takes out what a person wrote and who they were. `person` is a session id; digests name blobs."""

    def voter_of(self, pseudonym: str) -> str:
        """The session id behind a pseudonym; "" when nobody has it."""
        ...

    def is_busy(self, person: str) -> bool:
        """Whether a battle or a direct run that they started has not ended."""
        ...

    def battles_of(self, person: str) -> Sequence[str]:
        """The battles that they started, and those that show these again to anybody."""
        ...

    def erase_texts(self, battle_ids: Collection[str]) -> frozenset[str]:
        """Empty all texts of these battles; the blobs that they named."""
        ...

    def erase_runs(self, person: str) -> frozenset[str]:
        """Remove their direct runs; the blobs that these named."""
        ...

    def remove_votes(self, person: str) -> int:
        """Remove their votes and the judgements these are; how many."""
        ...

    def forget(self, person: str) -> int:
        """Their votes become nobody's, their battles too, and their pseudonym is gone; how many votes."""
        ...

    def still_used(self, digests: Collection[str]) -> frozenset[str]:
        """Those of the blobs that anything in the store names."""
        ...


class BoardRepository(Protocol):
    """The newest board of each source."""

    def put(self, board: Board) -> None: ...
    def find(self, source: Source) -> Board | None: ...


class InteractionRepository(Protocol):
    """Records of how apps were used."""

    def put(self, record: InteractionRecord) -> None:
        """Insert, or replace that of the same app."""
        ...

    def of_subject(self, subject: str) -> Sequence[InteractionRecord]: ...


class WorkRepository(Protocol):
    """Work rows and their leases. Every method is one atomic step on one row (or says otherwise)."""

    def add(self, work: WorkItem) -> bool:
        """Insert; False (and nothing changed) when the id is there already."""
        ...

    def get(self, work_id: str) -> WorkItem: ...
    def of_topic(self, topic: str) -> Sequence[WorkItem]: ...
    def acquire(self, work_id: str, *, owner: str, now: datetime) -> Lease | None:
        """Take the lease: queued and due becomes running, the fence grows by one. None when it can't be had."""
        ...

    def heartbeat(self, lease: Lease, *, now: datetime) -> bool:
        """Say that the owner is alive; False when the lease is no longer the newest."""
        ...

    def finish(self, lease: Lease) -> None:
        """Running becomes done.

        Raises:
            StaleLease: another attempt owns the work; the caller must roll back.
        """
        ...

    def fail(self, lease: Lease, *, error: str) -> None:
        """Running becomes failed. Raises StaleLease as `finish` does."""
        ...

    def retry(self, lease: Lease, *, error: str, not_before: datetime) -> WorkItem:
        """Running becomes queued again with one more retry; raises StaleLease as `finish` does."""
        ...

    def withdraw(self, work_id: str) -> bool:
        """Queued becomes done, so that no worker takes it up; False when it is no longer queued."""
        ...

    def waiting(self, kind: WorkKind) -> Waiting:
        """The queued rows of this kind. Others that ask wait until this transaction ends: a bound on them holds."""
        ...

    def another_waits(self, work: WorkItem) -> bool:
        """Whether other work of the same kind and subject is queued and due at once."""
        ...

    def reopen(self, work_id: str, *, now: datetime) -> None:
        """A done or failed row becomes queued again, unsent, with its counters at zero (the fence stays)."""
        ...

    def expired(self, *, before: datetime) -> Sequence[WorkItem]:
        """Running rows whose last heartbeat is older than `before`."""
        ...

    def release(self, work: WorkItem, *, give_up: int) -> WorkItem | None:
        """Take an expired lease back (compare-and-set on its fence and heartbeat): one more lost worker, then
        queued and unsent again, or failed when `give_up` workers have been lost. None when it moved meanwhile."""
        ...

    def unsent(self, *, now: datetime, sent_before: datetime) -> Sequence[WorkItem]:
        """Queued rows that are due (`not_before`) and were never sent or last sent before `sent_before`."""
        ...

    def mark_sent(self, work_id: str, *, now: datetime) -> None: ...
    def count_by_state(self) -> dict[tuple[str, str], int]:
        """How many rows per (queue, state)."""
        ...


class UnitOfWork(PeopleUnit, Protocol):
    """One transaction over all repositories; use it as a context manager."""

    battles: BattleRepository
    answers: AnswerRepository
    snippets: SnippetRepository
    executions: ExecutionRepository
    judgements: JudgementRepository
    votes: VoteRepository
    vote_details: VoteDetailsRepository
    facts: FactsRepository
    flags: FlagRepository
    registry: RegistryRepository
    snapshots: SnapshotRepository
    erasure: ErasureRepository
    boards: BoardRepository
    runs: DirectRunRepository
    interactions: InteractionRepository
    work: WorkRepository

    def __enter__(self) -> Self: ...
    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None: ...
    def commit(self) -> None:
        """Make everything since the start durable.

        Raises:
            Unavailable: the database did not answer, or refused for now.
        """
        ...


UnitOfWorkFactory = Callable[[], UnitOfWork]
