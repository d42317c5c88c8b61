"""SQLite is set up for safety and sharing; forked children and other processes do no harm."""

import multiprocessing
import os
from pathlib import Path

import pytest

from services.domain.work import WorkItem, WorkKind
from services.errors import Unavailable
from services.store import schema
from services.store.engine import create_engine_for, parse_url
from services.store.sql import SqlUnitOfWorkFactory
from tests.contract import store_values as some
from tests.fixtures.postgres import postgres_server, postgres_url

__all__ = ["postgres_server", "postgres_url"]


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    url = f"sqlite:///{tmp_path / 'arena.db'}"
    schema.upgrade(url)
    return url


def test_sqlite_is_set_up_for_votes_that_survive(sqlite_url: str) -> None:
    with create_engine_for(sqlite_url).connect() as connection:
        found = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        }
    assert found == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 15000}


@pytest.mark.parametrize("text", ["postgres://u:p@h/d", "postgresql://u:p@h/d", "postgresql+psycopg2://u:p@h/d"])
def test_postgres_addresses_get_our_driver(text: str) -> None:
    assert parse_url(text).render_as_string(hide_password=False) == "postgresql+psycopg://u:p@h/d"


@pytest.mark.postgres
def test_postgres_is_set_up_with_time_outs(postgres_url: str) -> None:
    engine = create_engine_for(postgres_url)
    with engine.connect() as connection:
        found = [connection.exec_driver_sql(f"SHOW {name}").scalar() for name in ("lock_timeout", "timezone")]
        found.append(connection.exec_driver_sql("SHOW statement_timeout").scalar())
    engine.dispose()
    assert found == ["15s", "UTC", "1min"]


@pytest.mark.postgres
def test_a_connection_the_server_dropped_is_unavailable_then_replaced(postgres_url: str) -> None:
    schema.upgrade(postgres_url)
    factory, killer = SqlUnitOfWorkFactory(create_engine_for(postgres_url)), create_engine_for(postgres_url)

    def lose() -> None:
        with factory() as uow:
            uow.battles.recent(1)
            with killer.connect() as connection:
                connection.exec_driver_sql(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
                )
            uow.battles.recent(1)

    with pytest.raises(Unavailable):
        lose()
    with factory() as uow:
        assert uow.battles.recent(1) == []
    factory.close()
    killer.dispose()


def _add_work(url: str, name: str, times: int) -> None:
    factory = SqlUnitOfWorkFactory(create_engine_for(url))
    for number in range(times):
        with factory() as uow:
            work_id = f"{name}-{number}"
            uow.work.add(WorkItem(id=work_id, kind=WorkKind.ANSWER, topic="b", subject="s", created_at=some.NOW))
            uow.commit()


def test_processes_that_write_at_once_lose_nothing(sqlite_url: str) -> None:
    spawn = multiprocessing.get_context("spawn")
    processes = [spawn.Process(target=_add_work, args=(sqlite_url, f"p{number}", 20)) for number in range(3)]
    for process in processes:
        process.start()
    for process in processes:
        process.join(60)
    assert [process.exitcode for process in processes] == [0, 0, 0]
    with SqlUnitOfWorkFactory(create_engine_for(sqlite_url))() as uow:
        assert len(uow.work.of_topic("b")) == 60


def _check_fork(url: str) -> None:
    """Use a store, fork, use it in the child, then go on in the parent."""
    factory = SqlUnitOfWorkFactory(create_engine_for(url))
    with factory() as uow:
        uow.battles.add(some.battle())
        uow.commit()
    child = os.fork()
    if child == 0:
        status = 1
        try:
            with factory() as uow:
                uow.battles.add(some.battle(id="of the child"))
                uow.commit()
            status = 0
        finally:
            os._exit(status)
    assert os.waitpid(child, 0)[1] == 0
    with factory() as uow:
        assert {battle.id for battle in uow.battles.recent(9)} == {"battle-1", "of the child"}
    factory.close()


def test_a_forked_child_has_connections_of_its_own_on_sqlite(sqlite_url: str) -> None:
    _check_fork(sqlite_url)


@pytest.mark.postgres
def test_a_forked_child_has_connections_of_its_own_on_postgres(postgres_url: str) -> None:
    schema.upgrade(postgres_url)
    _check_fork(postgres_url)
