"""Work rows as the use cases see them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from services.domain.work import Lease, Waiting, WorkItem, WorkKind


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
