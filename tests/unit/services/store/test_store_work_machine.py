"""Any order of steps by workers and reapers, some of them late: one valid lease at most, a fence that only grows."""

import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, MultipleResults, RuleBasedStateMachine, invariant, multiple, rule

from services.domain.work import MAX_LOST_WORKERS, Lease, WorkItem, WorkKind, WorkState
from services.errors import StaleLease
from services.store import schema
from services.store.sql import SqlUnitOfWork, SqlUnitOfWorkFactory, create_engine_for

START = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass
class Model:
    """What the row has to look like."""

    state: WorkState = WorkState.QUEUED
    fence: int = 0
    lost: int = 0
    retries: int = 0
    holder: Lease | None = None


class WorkRow(RuleBasedStateMachine):
    """One row; leases and snapshots of it are kept and used again when they may be long out of date."""

    leases: Bundle[Lease] = Bundle("leases")
    snapshots: Bundle[WorkItem] = Bundle("snapshots")

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        url = f"sqlite:///{Path(self.folder.name) / 'arena.db'}"
        schema.upgrade(url)
        self.factory = SqlUnitOfWorkFactory(create_engine_for(url))
        self.seconds, self.fence_seen = 0, 0
        self.model = Model()
        with self.factory() as uow:
            uow.work.add(WorkItem(id="w", kind=WorkKind.ANSWER, topic="b", subject="a", created_at=START))
            uow.commit()

    def teardown(self) -> None:
        self.factory.close()
        self.folder.cleanup()

    @property
    def now(self) -> datetime:
        return START + timedelta(seconds=self.seconds)

    def valid(self, lease: Lease) -> bool:
        return self.model.holder is not None and self.model.holder.fence == lease.fence

    @rule(seconds=st.integers(0, 20))
    def time_passes(self, seconds: int) -> None:
        self.seconds += seconds

    @rule(target=leases, owner=st.sampled_from(["one", "two", "three"]))
    def acquire(self, owner: str) -> Lease | MultipleResults[Lease]:
        with self.factory() as uow:
            due = (uow.work.get("w").not_before or START) <= self.now
            lease = uow.work.acquire("w", owner=owner, now=self.now)
            uow.commit()
        assert (lease is not None) == (self.model.state is WorkState.QUEUED and due)
        if lease is None:
            return multiple()
        assert lease.fence == self.model.fence + 1
        self.model.state, self.model.fence, self.model.holder = WorkState.RUNNING, lease.fence, lease
        return lease

    @rule(lease=leases)
    def heartbeat(self, lease: Lease) -> None:
        with self.factory() as uow:
            assert uow.work.heartbeat(lease, now=self.now) == self.valid(lease)
            uow.commit()

    @rule(lease=leases, how=st.sampled_from(["finish", "fail", "retry"]), delay=st.integers(0, 15))
    def end(self, lease: Lease, how: str, delay: int) -> None:
        with self.factory() as uow:
            if not self.valid(lease):
                with pytest.raises(StaleLease):
                    self._end(uow, lease, how, delay)
                return
            self._end(uow, lease, how, delay)
            uow.commit()
        self.model.holder = None
        self.model.retries += how == "retry"
        self.model.state = {"finish": WorkState.DONE, "fail": WorkState.FAILED, "retry": WorkState.QUEUED}[how]

    def _end(self, uow: SqlUnitOfWork, lease: Lease, how: str, delay: int) -> None:
        if how == "finish":
            uow.work.finish(lease)
        elif how == "fail":
            uow.work.fail(lease, error="no")
        else:
            uow.work.retry(lease, error="no", not_before=self.now + timedelta(seconds=delay))

    @rule(target=snapshots)
    def look(self) -> WorkItem:
        with self.factory() as uow:
            return uow.work.get("w")

    @rule(seen=snapshots)
    def release(self, seen: WorkItem) -> None:
        with self.factory() as uow:
            before = uow.work.get("w")
            released = uow.work.release(seen, give_up=MAX_LOST_WORKERS)
            uow.commit()
        moved = (seen.fence, seen.heartbeat_at) != (before.fence, before.heartbeat_at)
        assert (released is None) == (moved or before.state is not WorkState.RUNNING)
        if released is not None:
            self.model.lost += 1
            self.model.holder = None
            gone = self.model.lost >= MAX_LOST_WORKERS
            self.model.state = WorkState.FAILED if gone else WorkState.QUEUED

    @rule()
    def reopen(self) -> None:
        with self.factory() as uow:
            uow.work.reopen("w", now=self.now)
            uow.commit()
        if self.model.state in (WorkState.DONE, WorkState.FAILED):
            self.model = Model(fence=self.model.fence)

    @invariant()
    def the_row_is_as_expected(self) -> None:
        with self.factory() as uow:
            row = uow.work.get("w")
        model = self.model
        assert (row.state, row.fence, row.lost_workers, row.retries) == (
            model.state,
            model.fence,
            model.lost,
            model.retries,
        )
        assert row.fence >= self.fence_seen
        self.fence_seen = row.fence
        assert (row.state is WorkState.RUNNING) == (model.holder is not None)


TestWorkRow = WorkRow.TestCase
TestWorkRow.settings = settings(
    max_examples=12, stateful_step_count=30, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
