"""The application over in-memory parts."""

from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient

from services.api.application import create_app
from services.api.streaming import StreamLimits
from services.container import Services
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
