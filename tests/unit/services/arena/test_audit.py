"""The audit of a stored arena: what is chosen or shown again was not drawn. On a real SQLite store."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from services.arena.audit import Audit
from services.arena.registry import events_between
from services.clock import SystemClock
from services.container import Services
from services.domain.contender import Contender
from services.domain.judgement import Winner
from services.domain.registry_event import RegistryEvent, RegistryEventKind
from services.errors import Conflict
from services.store import schema
from services.store.sql import SqlUnitOfWorkFactory, create_engine_for
from tests.fixtures.arena_services import NAMES, assemble, finish_sides

_HOUR = timedelta(hours=1)


@pytest.fixture
def services(tmp_path: Path) -> Iterator[Services]:
    url = f"sqlite:///{tmp_path}/arena.db"
    schema.upgrade(url)
    store = SqlUnitOfWorkFactory(create_engine_for(url))
    yield assemble(store=store)
    store.close()


def register(services: Services) -> None:
    contenders = [Contender(name=name, model=name, organisation="Elm", licence="MIT") for name in NAMES]
    with services.store() as uow:
        start = SystemClock().now() - _HOUR
        assert uow.registry.append(events_between([], contenders, {"policy": "x", "version": "1"}, now=start))
        uow.commit()


def test_drawn_battles_and_votes_are_audited(services: Services) -> None:
    register(services)
    drawn = services.battles.create("build it")
    services.battles.create("build it", contenders=(NAMES[0], NAMES[1]))
    finish_sides(services, drawn.id)
    services.voting.cast(drawn.id, Winner.A, voter="v", idempotency_key="k")
    report = Audit(store=services.store, clock=SystemClock()).report()
    assert (report.events, report.draws, report.judgements) == (len(NAMES) + 1, 1, 1)
    assert report.findings == ()
    assert report.access[0].provider == "Elm"


def test_a_history_that_cannot_be_read_says_what_is_wrong(services: Services) -> None:
    bad = RegistryEvent(
        sequence=1, at=SystemClock().now(), kind=RegistryEventKind.REGISTERED, contender="a", details={"weight": "much"}
    )
    with services.store() as uow:
        uow.registry.append([bad])
        uow.commit()
    with pytest.raises(Conflict, match="not a number: 'much'"):
        Audit(store=services.store, clock=SystemClock()).report()
