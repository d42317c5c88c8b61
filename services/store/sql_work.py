"""Work rows and their leases in SQL.

Every step is one UPDATE whose WHERE names the state and the fence it expects, so it either happens whole or
touches no row, whoever else is at the same row in whichever process. `error` keeps the last trouble.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from services.domain.work import Lease, Waiting, WorkItem, WorkKind, WorkState
from services.errors import StaleLease
from services.store.rows import Rows
from services.store.tables import WORK

_C = WORK.c
_COUNT_LOCK = 0x52756E51756575  # "RunQueu"
_UNOWNED: dict[str, Any] = {"owner": "", "heartbeat_at": None, "sent_at": None}


def _holds(lease: Lease) -> sa.ColumnElement[bool]:
    return sa.and_(_C.id == lease.work.id, _C.state == WorkState.RUNNING, _C.fence == lease.fence)


def _lost(times: int) -> str:
    return f"lost its worker {times} time{'' if times == 1 else 's'}"


class SqlWork:
    """`WorkRepository` on one connection."""

    def __init__(self, connection: sa.Connection) -> None:
        self._rows = Rows(connection, WORK, WorkItem)
        self._locks = connection.dialect.name == "postgresql"

    def add(self, work: WorkItem) -> bool:
        return self._rows.add_once(work, key=("id",))

    def get(self, work_id: str) -> WorkItem:
        return self._rows.get(work_id)

    def of_topic(self, topic: str) -> Sequence[WorkItem]:
        """In order of creation."""
        return self._rows.all(_C.topic == topic, order_by=(_C.created_at, _C.id))

    def acquire(self, work_id: str, *, owner: str, now: datetime) -> Lease | None:
        due = sa.or_(_C.not_before.is_(None), _C.not_before <= now)
        work = self._change(
            sa.and_(_C.id == work_id, _C.state == WorkState.QUEUED, due),
            state=WorkState.RUNNING,
            owner=owner,
            fence=_C.fence + 1,
            heartbeat_at=now,
        )
        return None if work is None else Lease(work=work, owner=owner, fence=work.fence)

    def heartbeat(self, lease: Lease, *, now: datetime) -> bool:
        return self._change(_holds(lease), heartbeat_at=now) is not None

    def finish(self, lease: Lease) -> None:
        self._change_held(lease, state=WorkState.DONE)

    def fail(self, lease: Lease, *, error: str) -> None:
        self._change_held(lease, state=WorkState.FAILED, error=error)

    def retry(self, lease: Lease, *, error: str, not_before: datetime) -> WorkItem:
        """Running becomes queued and unsent again with one more retry; raises StaleLease as `finish` does."""
        again = {"state": WorkState.QUEUED, "retries": _C.retries + 1, "error": error, "not_before": not_before}
        return self._change_held(lease, **again, **_UNOWNED)

    def withdraw(self, work_id: str) -> bool:
        queued = sa.and_(_C.id == work_id, _C.state == WorkState.QUEUED)
        return self._change(queued, state=WorkState.DONE, **_UNOWNED) is not None

    def waiting(self, kind: WorkKind) -> Waiting:
        if self._locks:  # a transaction on SQLite has the database for itself
            self._rows.execute(sa.select(sa.func.pg_advisory_xact_lock(_COUNT_LOCK)))
        queued = (_C.kind == kind, _C.state == WorkState.QUEUED)
        statement = sa.select(sa.func.count(), sa.func.min(_C.created_at, type_=_C.created_at.type)).where(*queued)
        count, oldest = self._rows.execute(statement).one()
        return Waiting(count=count, oldest=oldest)

    def another_waits(self, work: WorkItem) -> bool:
        same = (_C.kind == work.kind, _C.subject == work.subject, _C.id != work.id)
        waits = (_C.state == WorkState.QUEUED, _C.not_before.is_(None))
        return self._rows.execute(sa.select(_C.id).where(*same, *waits).limit(1)).first() is not None

    def reopen(self, work_id: str, *, now: datetime) -> None:
        """A done or failed row becomes queued again, due from `now`; a queued or running one stays as it is.

        Raises:
            NotFound: no work has that id.
        """
        closed = sa.and_(_C.id == work_id, _C.state.in_((WorkState.DONE, WorkState.FAILED)))
        fresh = {"state": WorkState.QUEUED, "lost_workers": 0, "retries": 0, "error": "", "not_before": now}
        if self._change(closed, **fresh, **_UNOWNED) is None:
            self.get(work_id)

    def expired(self, *, before: datetime) -> Sequence[WorkItem]:
        """Running rows whose last heartbeat is older than `before`, the longest silent first."""
        silent = (_C.state == WorkState.RUNNING, _C.heartbeat_at < before)
        return self._rows.all(*silent, order_by=(_C.heartbeat_at, _C.id))

    def release(self, work: WorkItem, *, give_up: int) -> WorkItem | None:
        lost = work.lost_workers + 1
        unmoved = sa.and_(
            _C.id == work.id,
            _C.state == WorkState.RUNNING,
            _C.fence == work.fence,
            _C.lost_workers == work.lost_workers,
            _C.heartbeat_at == work.heartbeat_at,
        )
        state = WorkState.FAILED if lost >= give_up else WorkState.QUEUED
        return self._change(unmoved, state=state, lost_workers=lost, error=_lost(lost), **_UNOWNED)

    def unsent(self, *, now: datetime, sent_before: datetime) -> Sequence[WorkItem]:
        """Queued rows that are due and were never sent or last sent before `sent_before`, oldest first."""
        due = sa.or_(_C.not_before.is_(None), _C.not_before <= now)
        waiting = sa.or_(_C.sent_at.is_(None), _C.sent_at < sent_before)
        return self._rows.all(_C.state == WorkState.QUEUED, due, waiting, order_by=(_C.created_at, _C.id))

    def mark_sent(self, work_id: str, *, now: datetime) -> None:
        """Remember that a message about the row went out; a row that is no longer queued stays as it is."""
        self._change(sa.and_(_C.id == work_id, _C.state == WorkState.QUEUED), sent_at=now)

    def count_by_state(self) -> dict[tuple[str, str], int]:
        statement = sa.select(_C.kind, _C.state, sa.func.count()).group_by(_C.kind, _C.state)
        counts: Counter[tuple[str, str]] = Counter()
        for kind, state, times in self._rows.execute(statement):
            counts[kind.queue, state.value] += times
        return dict(counts)

    def _change(self, where: sa.ColumnElement[bool], **changes: Any) -> WorkItem | None:
        """The row after the change, or None when `where` held for none."""
        statement = sa.update(WORK).where(where).values(changes).returning(*WORK.columns)
        row = self._rows.execute(statement).one_or_none()
        return None if row is None else self._rows.value(row)

    def _change_held(self, lease: Lease, **changes: Any) -> WorkItem:
        work = self._change(_holds(lease), **changes)
        if work is None:
            raise StaleLease(f"Lease {lease.fence} on {lease.work.id} is stale: another attempt owns the work.")
        return work
