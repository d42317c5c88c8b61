"""`arena data delete`: asks first, says what became of it, and needs to know whose data."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from services.cli.main import build
from services.domain.battle import BattleState
from services.domain.vote import Voter
from services.errors import InvalidRequest, NotFound
from services.store import schema
from services.store.sql import SqlUnitOfWorkFactory, create_engine_for
from tests.contract import store_values as some


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[SqlUnitOfWorkFactory]:
    monkeypatch.setenv("ARENA_DATA_DIR", str(tmp_path))
    url = f"sqlite:///{tmp_path}/arena.db"
    schema.upgrade(url)
    factory = SqlUnitOfWorkFactory(create_engine_for(url))
    with factory() as uow:
        uow.battles.add(some.battle(state=BattleState.VOTED, owner="session-1"))
        uow.battles.add_turn(some.turn())
        uow.votes.know(Voter(id="session-1", pseudonym="p1", created_at=some.NOW))
        uow.votes.add(some.vote())
        uow.commit()
    yield factory
    factory.close()


def prompt(store: SqlUnitOfWorkFactory) -> str:
    with store() as uow:
        return uow.battles.get_turn("turn-1").prompt


def test_it_asks_and_a_no_changes_nothing(store: SqlUnitOfWorkFactory) -> None:
    result = CliRunner().invoke(build(), ["data", "delete", "--pseudonym", "p1"], input="n\n")
    assert result.exit_code == 1
    assert "cannot be undone" in result.output
    assert prompt(store) == some.turn().prompt


def test_a_yes_deletes_and_says_what(store: SqlUnitOfWorkFactory) -> None:
    result = CliRunner().invoke(build(), ["data", "delete", "--voter", "session-1", "--mode", "votes", "--yes"])
    assert (result.exit_code, result.stdout) == (0, "1 battles emptied, 1 votes removed.\n")
    assert prompt(store) == "[deleted on request]"
    with store() as uow:
        assert uow.votes.find("battle-1") is None


@pytest.mark.parametrize("who", [[], ["--voter", "a", "--pseudonym", "b"]])
def test_it_must_be_said_whose_data(store: SqlUnitOfWorkFactory, who: list[str]) -> None:
    result = CliRunner().invoke(build(), ["data", "delete", "--yes", *who])
    assert isinstance(result.exception, InvalidRequest)


def test_an_unknown_pseudonym_is_nobody(store: SqlUnitOfWorkFactory) -> None:
    result = CliRunner().invoke(build(), ["data", "delete", "--pseudonym", "p9", "--yes"])
    assert isinstance(result.exception, NotFound)
