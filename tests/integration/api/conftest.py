"""The application over a real SQLite store and a real Redis; the test plays the workers."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi import FastAPI

from services.api.application import create_app
from services.api.streaming import StreamLimits
from services.container import Services
from services.events.redis_controls import RedisControls
from services.events.redis_figures import RedisFigures
from services.events.redis_follower import RedisEventFollower
from services.events.redis_streams import RedisEventLog
from services.redis_server import EmbeddedRedis
from services.store import schema
from services.store.blob_folder import BlobFolder
from services.store.engine import create_engine_for
from services.store.sql import SqlUnitOfWorkFactory
from services.web.site import add_pages
from tests.fixtures import arena_services


@pytest.fixture(scope="module")
def services(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Services]:
    """An arena in a folder of its own."""
    folder: Path = tmp_path_factory.mktemp("arena")
    url = f"sqlite:///{folder / 'arena.db'}"
    schema.upgrade(url)
    redis = EmbeddedRedis(folder / "redis")
    address = redis.ensure()
    engine = create_engine_for(url)
    try:
        yield arena_services.assemble(
            store=SqlUnitOfWorkFactory(engine),
            events=RedisEventLog(address),
            follower=RedisEventFollower(address),
            controls=RedisControls(address),
            figures=RedisFigures(address),
            blobs=BlobFolder(folder / "blobs"),
            ready=lambda: {"redis": redis.alive()},
        )
    finally:
        engine.dispose()
        redis.release()


@pytest.fixture(scope="module")
def app(services: Services) -> FastAPI:
    """The application with its pages; streams are short."""
    found = create_app(services, stream_limits=StreamLimits(life_seconds=0.2, ping_seconds=0.1))
    add_pages(found, services)
    return found
