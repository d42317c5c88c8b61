"""Fixtures of the contract suites; those of the store begin with `store_`."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from services.store import schema
from services.store.sql import SqlUnitOfWorkFactory, create_engine_for
from tests.fixtures.postgres import postgres_server, postgres_url

__all__ = ["postgres_server", "postgres_url", "store_factory", "store_url"]


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def store_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A database at the newest schema: the same tests run on both kinds."""
    url = f"sqlite:///{tmp_path / 'arena.db'}"
    if request.param == "postgres":
        url = str(request.getfixturevalue("postgres_url"))
    schema.upgrade(url)
    return url


@pytest.fixture
def store_factory(store_url: str) -> Iterator[SqlUnitOfWorkFactory]:
    """Units of work on that database."""
    factory = SqlUnitOfWorkFactory(create_engine_for(store_url))
    yield factory
    factory.close()
