"""Work whose worker died comes back twice; the third lost worker ends the battle with that reason."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from services.container import Services
from services.domain.battle import BattleState
from services.domain.work import Lease, WorkState
from services.errors import StaleLease
from services.store import schema
from services.store.sql import SqlUnitOfWorkFactory, create_engine_for
from tests.fixtures.arena_services import assemble


@pytest.fixture
def services(tmp_path: Path) -> Services:
    url = f"sqlite:///{tmp_path}/arena.db"
    schema.upgrade(url)
    return assemble(store=SqlUnitOfWorkFactory(create_engine_for(url)))


def take_and_die(services: Services, work_id: str) -> Lease:
    with services.store() as uow:
        lease = uow.work.acquire(work_id, owner="doomed", now=datetime.now(UTC) - timedelta(minutes=1))
        uow.commit()
    assert lease is not None
    return lease


def test_a_lost_lease_is_queued_again_and_the_old_owner_may_not_write(services: Services) -> None:
    battle = services.battles.create("build it")
    with services.store() as uow:
        work = uow.work.of_topic(battle.id)[0]
    lease = take_and_die(services, work.id)
    assert services.recovery.sweep() >= 1
    with services.store() as uow:
        assert uow.work.get(work.id).state is WorkState.QUEUED
        with pytest.raises(StaleLease):
            uow.work.finish(lease)


def test_the_third_lost_worker_voids_the_battle_and_says_why(services: Services) -> None:
    battle = services.battles.create("build it")
    with services.store() as uow:
        work = uow.work.of_topic(battle.id)[0]
    for lost in range(1, 4):
        take_and_die(services, work.id)
        services.recovery.sweep()
        with services.store() as uow:
            assert uow.work.get(work.id).lost_workers == lost
    with services.store() as uow:
        ended = uow.battles.get(battle.id)
        assert uow.work.get(work.id).state is WorkState.FAILED
    assert ended.state is BattleState.VOID
    assert ended.problem is not None
    assert ended.problem.code == "workers_lost"
    assert "3 times" in ended.problem.message
