"""Direct runs in every database: values, keys, and a bound on the queue that holds."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from services.domain.direct_run import RunState
from services.domain.work import Waiting, WorkKind, WorkState
from services.errors import Conflict, NotFound
from services.store.sql import SqlUnitOfWorkFactory
from tests.contract import store_values as some


def queued(number: int) -> dict[str, object]:
    return {"id": f"run:{number}", "kind": WorkKind.RUN, "topic": f"{number}", "created_at": some.at(number)}


def test_a_run_comes_back_as_it_was(store_factory: SqlUnitOfWorkFactory) -> None:
    bare = some.direct_run(
        id="run-2",
        position=0,
        state=RunState.QUEUED,
        idempotency_key=None,
        started_at=None,
        ended_at=None,
        cancel_asked_at=None,
        report=None,
        problem=None,
    )
    with store_factory() as uow:
        assert uow.runs.add([some.direct_run(), bare])
        uow.commit()
    with store_factory() as uow:
        assert uow.runs.get("run-1") == uow.runs.get_for_update("run-1") == some.direct_run()
        assert uow.runs.of_batch("batch-1") == [bare, some.direct_run()]
        assert uow.runs.of_key("me", "key") == [some.direct_run()]
        uow.runs.update(some.direct_run(attempts=3))
        uow.runs.remove("run-2")
        assert uow.runs.get("run-1").attempts == 3
        assert uow.runs.of_batch("nothing") == []
        with pytest.raises(NotFound):
            uow.runs.get("run-2")


def test_a_key_is_used_once_by_each_caller_and_none_is_no_key(store_factory: SqlUnitOfWorkFactory) -> None:
    with store_factory() as uow:
        assert uow.runs.add([some.direct_run(id="1", position=0), some.direct_run(id="2", position=1)])
        assert not uow.runs.add([some.direct_run(id="3", position=0)])
        assert uow.runs.add([some.direct_run(id="4", position=0, caller="you")])
        assert uow.runs.add([some.direct_run(id="5", position=0, idempotency_key=None)])
        assert uow.runs.add([some.direct_run(id="6", position=0, idempotency_key=None)])
        uow.commit()
    with store_factory() as uow:
        assert [run.id for run in uow.runs.of_key("me", "key")] == ["1", "2"]


def test_of_simultaneous_runs_with_one_key_exactly_one_is_added(store_factory: SqlUnitOfWorkFactory) -> None:
    barrier = threading.Barrier(6)

    def add(number: int) -> tuple[bool, list[str]]:
        barrier.wait(timeout=30)
        with store_factory() as uow:
            added = uow.runs.add([some.direct_run(id=f"run-{number}", position=0)])
            known = [run.id for run in uow.runs.of_key("me", "key")]
            uow.commit()
        return added, known

    with ThreadPoolExecutor(6) as pool:
        found = list(pool.map(add, range(6)))
    assert [added for added, _ in found].count(True) == 1
    winner = next(known for added, known in found if added)
    assert all(known == winner for _, known in found)


def test_an_ended_run_has_a_report(store_factory: SqlUnitOfWorkFactory) -> None:
    with store_factory() as uow, pytest.raises(Conflict):
        uow.runs.add([some.direct_run(report=None)])


def test_what_waits_is_counted_by_kind_with_the_oldest(store_factory: SqlUnitOfWorkFactory) -> None:
    with store_factory() as uow:
        assert uow.work.waiting(WorkKind.RUN) == Waiting(count=0, oldest=None)
        for number in (3, 2, 5):
            uow.work.add(some.work(**queued(number)))
        uow.work.add(some.work())
        uow.work.acquire("run:2", owner="w", now=some.at(9))
        assert uow.work.waiting(WorkKind.RUN) == Waiting(count=2, oldest=some.at(3))


def test_withdrawn_work_is_taken_up_by_nobody_and_running_work_stays(store_factory: SqlUnitOfWorkFactory) -> None:
    with store_factory() as uow:
        uow.work.add(some.work(**queued(1)))
        uow.work.add(some.work(**queued(2)))
        uow.work.acquire("run:2", owner="w", now=some.NOW)
        assert [uow.work.withdraw(f"run:{number}") for number in (1, 1, 2, 3)] == [True, False, False, False]
        assert uow.work.acquire("run:1", owner="w", now=some.NOW) is None
        assert uow.work.get("run:1").state is WorkState.DONE
        assert uow.work.get("run:2").state is WorkState.RUNNING


def test_a_bound_on_what_waits_holds_among_simultaneous_callers(store_factory: SqlUnitOfWorkFactory) -> None:
    barrier = threading.Barrier(8)

    def add(number: int) -> bool:
        barrier.wait(timeout=30)
        with store_factory() as uow:
            room = uow.work.waiting(WorkKind.RUN).count < 3
            if room:
                uow.work.add(some.work(**queued(number)))
            uow.commit()
        return room

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(add, range(8))).count(True) == 3
