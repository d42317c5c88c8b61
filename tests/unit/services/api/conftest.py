"""The application over in-memory parts."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from services.api.application import create_app
from services.api.streaming import StreamLimits
from services.container import Services
from services.domain.registry_event import RegistryEvent, RegistryEventKind
from services.store import schema
from services.store.engine import create_engine_for
from services.store.sql import SqlUnitOfWorkFactory
from services.web.site import add_pages
from tests.fixtures import arena_services


@pytest.fixture
def services() -> Services:
    """An arena whose workers the test plays."""
    return arena_services.assemble()


@pytest.fixture
def client(services: Services) -> Iterator[TestClient]:
    """A program that talks to it (no browser headers)."""
    app = create_app(services, stream_limits=StreamLimits(life_seconds=0.3, ping_seconds=0.05))
    add_pages(app, services)
    with TestClient(app, raise_server_exceptions=False) as found:
        yield found


@pytest.fixture
def stored(tmp_path: Path) -> Iterator[Services]:
    """An arena over a real SQLite store, with a contender that is not shown yet and an admin."""
    url = f"sqlite:///{tmp_path / 'arena.db'}"
    schema.upgrade(url)
    engine = create_engine_for(url)
    found = arena_services.assemble(store=SqlUnitOfWorkFactory(engine), admin=arena_services.ADMIN, private=("mole-9",))
    details = {"public": "no", "family": "mole-9"}
    kind, now = RegistryEventKind.REGISTERED, found.clock.now()
    with found.store() as uow:
        uow.registry.append([RegistryEvent(sequence=1, at=now, kind=kind, contender="mole-9", details=details)])
        uow.commit()
    yield found
    engine.dispose()


@pytest.fixture
def visitor(stored: Services) -> Iterator[TestClient]:
    """A program that talks to the arena over the real store."""
    app = create_app(stored)
    add_pages(app, stored)
    with TestClient(app, raise_server_exceptions=False) as found:
        yield found
