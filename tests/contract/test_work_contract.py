"""Leases on work rows: at most one is valid at any time, and a stale one writes nothing."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest

from services.domain.work import Lease, WorkItem, WorkKind, WorkState
from services.errors import NotFound, StaleLease
from services.store.sql import SqlUnitOfWork, SqlUnitOfWorkFactory
from tests.contract import store_values as some


def start(factory: SqlUnitOfWorkFactory, owner: str = "one", seconds: float = 0) -> Lease:
    """Add the row if it is not there, and take its lease."""
    with factory() as uow:
        uow.work.add(some.work())
        lease = uow.work.acquire("work-1", owner=owner, now=some.at(seconds))
        uow.commit()
    assert lease is not None
    return lease


def stored(factory: SqlUnitOfWorkFactory) -> WorkItem:
    with factory() as uow:
        return uow.work.get("work-1")


def test_adding_twice_adds_once(store_factory: SqlUnitOfWorkFactory) -> None:
    with store_factory() as uow:
        assert uow.work.add(some.work())
        assert not uow.work.add(some.work(subject="other"))
        assert uow.work.of_topic("battle-1") == [some.work()]


def test_the_first_to_acquire_gets_the_lease(store_factory: SqlUnitOfWorkFactory) -> None:
    lease = start(store_factory)
    assert lease == Lease(work=stored(store_factory), owner="one", fence=1)
    assert lease.work == some.work(state=WorkState.RUNNING, owner="one", fence=1, heartbeat_at=some.NOW)
    with store_factory() as uow:
        assert uow.work.acquire("work-1", owner="two", now=some.at(1)) is None
        assert uow.work.acquire("nothing", owner="two", now=some.at(1)) is None


def test_of_eight_threads_exactly_one_gets_the_lease(store_factory: SqlUnitOfWorkFactory) -> None:
    with store_factory() as uow:
        for number in range(3):
            uow.work.add(some.work(id=f"work-{number}"))
        uow.commit()
    barrier = threading.Barrier(8)

    def grab(owner: str) -> list[Lease | None]:
        leases = []
        for number in range(3):
            barrier.wait(timeout=60)
            with store_factory() as uow:
                leases.append(uow.work.acquire(f"work-{number}", owner=owner, now=some.NOW))
                uow.commit()
        return leases

    with ThreadPoolExecutor(8) as pool:
        taken = list(pool.map(grab, (f"owner-{number}" for number in range(8))))
    for number in range(3):
        winners = [leases[number] for leases in taken if leases[number] is not None]
        assert len(winners) == 1
        with store_factory() as uow:
            assert uow.work.get(f"work-{number}") == winners[0].work  # type: ignore[union-attr]


def test_a_retry_waits_until_it_is_due(store_factory: SqlUnitOfWorkFactory) -> None:
    lease = start(store_factory)
    with store_factory() as uow:
        uow.work.mark_sent("work-1", now=some.NOW)
        work = uow.work.retry(lease, error="engine gone", not_before=some.at(4))
        uow.commit()
    assert work == some.work(fence=1, retries=1, error="engine gone", not_before=some.at(4))
    assert stored(store_factory) == work
    with store_factory() as uow:
        assert uow.work.acquire("work-1", owner="two", now=some.at(3.999)) is None
        assert uow.work.unsent(now=some.at(3.999), sent_before=some.at(3)) == []
        assert uow.work.unsent(now=some.at(4), sent_before=some.at(3)) == [work]
        again = uow.work.acquire("work-1", owner="two", now=some.at(4))
    assert again is not None
    assert again.fence == 2


@pytest.mark.parametrize(
    ("end", "state", "error"),
    [
        (lambda uow, lease: uow.work.finish(lease), WorkState.DONE, ""),
        (lambda uow, lease: uow.work.fail(lease, error="no\x00code"), WorkState.FAILED, "no\u2400code"),
    ],
)
def test_a_held_lease_ends_the_work_once(
    store_factory: SqlUnitOfWorkFactory,
    end: Callable[[SqlUnitOfWork, Lease], None],
    state: WorkState,
    error: str,
) -> None:
    lease = start(store_factory)
    with store_factory() as uow:
        end(uow, lease)
        uow.commit()
    assert stored(store_factory) == replace(lease.work, state=state, error=error)
    with store_factory() as uow:
        with pytest.raises(StaleLease):
            end(uow, lease)
        assert not uow.work.heartbeat(lease, now=some.at(1))
        assert uow.work.acquire("work-1", owner="two", now=some.at(1)) is None


@pytest.mark.parametrize("taken_again", [False, True], ids=["queued", "held-by-another"])
def test_a_stale_lease_writes_nothing(store_factory: SqlUnitOfWorkFactory, taken_again: bool) -> None:
    lease = start(store_factory)
    with store_factory() as uow:
        assert uow.work.release(lease.work, give_up=3) is not None
        uow.commit()
    if taken_again:
        start(store_factory, owner="two", seconds=9)
    before = stored(store_factory)
    steps: tuple[Callable[[SqlUnitOfWork], object], ...] = (
        lambda uow: uow.work.finish(lease),
        lambda uow: uow.work.fail(lease, error="late"),
        lambda uow: uow.work.retry(lease, error="late", not_before=some.at(1)),
    )
    for step in steps:
        with store_factory() as uow:
            with pytest.raises(StaleLease):
                step(uow)
            uow.commit()
    with store_factory() as uow:
        assert not uow.work.heartbeat(lease, now=some.at(10))
        uow.commit()
    assert stored(store_factory) == before


def test_only_silent_work_is_expired(store_factory: SqlUnitOfWorkFactory) -> None:
    lease = start(store_factory)
    with store_factory() as uow:
        assert uow.work.expired(before=some.NOW) == []
        assert uow.work.expired(before=some.at(0.000001)) == [lease.work]
        assert uow.work.heartbeat(lease, now=some.at(5))
        assert uow.work.expired(before=some.at(5)) == []
        uow.work.finish(lease)
        assert uow.work.expired(before=some.at(100)) == []


def test_three_lost_workers_fail_the_work(store_factory: SqlUnitOfWorkFactory) -> None:
    for lost in (1, 2, 3):
        lease = start(store_factory, owner=f"owner-{lost}", seconds=lost)
        assert lease.fence == lost
        with store_factory() as uow:
            uow.work.mark_sent("work-1", now=some.NOW)
            released = uow.work.release(lease.work, give_up=3)
            uow.commit()
        assert released == stored(store_factory)
        assert released.lost_workers == lost
        assert released.state is (WorkState.FAILED if lost == 3 else WorkState.QUEUED)
        assert (released.owner, released.heartbeat_at, released.sent_at) == ("", None, None)
    assert stored(store_factory).error == "lost its worker 3 times"


def test_release_leaves_work_that_moved_meanwhile(store_factory: SqlUnitOfWorkFactory) -> None:
    lease = start(store_factory)
    with store_factory() as uow:
        assert uow.work.heartbeat(lease, now=some.at(1))
        assert uow.work.release(lease.work, give_up=3) is None
        seen = uow.work.get("work-1")
        assert uow.work.release(seen, give_up=3) is not None
        assert uow.work.release(seen, give_up=3) is None
        assert uow.work.release(some.work(), give_up=3) is None


def test_unsent_work_is_offered_until_it_was_sent_lately(store_factory: SqlUnitOfWorkFactory) -> None:
    with store_factory() as uow:
        uow.work.add(some.work())
        uow.work.add(some.work(id="work-0", created_at=some.at(-1)))
        uow.work.mark_sent("work-1", now=some.at(10))
        never, sent = some.work(id="work-0", created_at=some.at(-1)), some.work(sent_at=some.at(10))
        assert uow.work.unsent(now=some.at(12), sent_before=some.at(10)) == [never]
        assert uow.work.unsent(now=some.at(12), sent_before=some.at(10) + timedelta(microseconds=1)) == [never, sent]


def test_only_closed_work_is_reopened(store_factory: SqlUnitOfWorkFactory) -> None:
    lease = start(store_factory)
    with store_factory() as uow:
        uow.work.reopen("work-1", now=some.at(1))
        assert uow.work.get("work-1") == lease.work
        uow.work.fail(lease, error="x")
        uow.work.reopen("work-1", now=some.at(1))
        reopened = uow.work.get("work-1")
        assert reopened == some.work(fence=1, not_before=some.at(1))
        uow.work.reopen("work-1", now=some.at(2))
        assert uow.work.get("work-1") == reopened
        with pytest.raises(NotFound):
            uow.work.reopen("nothing", now=some.at(2))
        again = uow.work.acquire("work-1", owner="two", now=some.at(1))
    assert again is not None
    assert again.fence == 2


def test_rows_are_counted_by_queue_and_state(store_factory: SqlUnitOfWorkFactory) -> None:
    with store_factory() as uow:
        uow.work.add(some.work())
        uow.work.add(some.work(id="work-2"))
        uow.work.add(some.work(id="work-3", kind=WorkKind.RATE, topic="", subject="human"))
        uow.work.acquire("work-2", owner="one", now=some.NOW)
        assert uow.work.count_by_state() == {
            ("execution", "queued"): 1,
            ("execution", "running"): 1,
            ("rating", "queued"): 1,
        }


def test_other_work_on_the_same_subject_waits_or_does_not(store_factory: SqlUnitOfWorkFactory) -> None:
    mine = some.work(subject="human")
    with store_factory() as uow:
        uow.work.add(mine)
        uow.work.add(some.work(id="other", subject="llm"))
        uow.work.add(some.work(id="late", subject="human", not_before=some.at(9)))
        assert not uow.work.another_waits(mine)
        uow.work.add(some.work(id="same", subject="human"))
        assert uow.work.another_waits(mine)
        assert uow.work.acquire("same", owner="me", now=some.at(1)) is not None
        assert not uow.work.another_waits(mine)
