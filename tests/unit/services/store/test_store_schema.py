"""Migrations: they make exactly the tables the code uses, once, however many start them."""

import multiprocessing
import sqlite3
from dataclasses import asdict, fields, replace
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from services.domain.account import Account, Credential
from services.domain.admin_change import AdminChange
from services.domain.answer import Answer
from services.domain.battle import Battle, Turn
from services.domain.consent import Consent
from services.domain.direct_run import DirectRun
from services.domain.execution import Execution
from services.domain.interactions import InteractionRecord
from services.domain.judgement import Judgement
from services.domain.rating import Snapshot
from services.domain.registry_event import RegistryEvent
from services.domain.snippet import Snippet
from services.domain.vote import Vote, Voter
from services.domain.vote_details import VoteDetails
from services.domain.vote_record import BattleFacts
from services.domain.work import WorkItem
from services.errors import ConfigurationError, PrerequisiteError, Unavailable
from services.store import account_tables, schema, tables
from services.store.engine import create_engine_for
from services.store.sql import SqlUnitOfWorkFactory
from services.store.sql_judgements import KeptBoard
from tests.contract import store_values as some
from tests.fixtures.postgres import postgres_server, postgres_url

__all__ = ["postgres_server", "postgres_url"]


OLD_STANDING = {
    "contender", "score", "low", "high", "rank", "rank_low", "rank_high", "judgements", "wins", "losses", "ties",
    "both_bad",
}  # fmt: skip


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "postgres":
        return str(request.getfixturevalue("postgres_url"))
    return f"sqlite:///{tmp_path / 'new folder 100%' / 'arena.db'}"


@pytest.mark.parametrize(
    ("table", "value"),
    [
        (tables.BATTLES, Battle),
        (tables.TURNS, Turn),
        (tables.ANSWERS, Answer),
        (tables.SNIPPETS, Snippet),
        (tables.EXECUTIONS, Execution),
        (tables.JUDGEMENTS, Judgement),
        (tables.VOTES, Vote),
        (tables.VOTE_DETAILS, VoteDetails),
        (tables.VOTERS, Voter),
        (tables.BATTLE_FACTS, BattleFacts),
        (tables.REGISTRY_EVENTS, RegistryEvent),
        (tables.SNAPSHOTS, Snapshot),
        (tables.BOARDS, KeptBoard),
        (tables.DIRECT_RUNS, DirectRun),
        (tables.INTERACTIONS, InteractionRecord),
        (tables.WORK, WorkItem),
        (account_tables.ACCOUNTS, Account),
        (account_tables.CREDENTIALS, Credential),
        (account_tables.CONSENTS, Consent),
        (account_tables.ADMIN_CHANGES, AdminChange),
    ],
)
def test_columns_are_the_fields_of_the_value(table: sa.Table, value: Any) -> None:
    assert {column.name for column in table.columns} == {field.name for field in fields(value)}


def test_upgrade_goes_from_nothing_to_head_and_stays_there(empty_url: str) -> None:
    assert schema.current(empty_url) is None
    assert not schema.check(empty_url)
    schema.upgrade(empty_url)
    schema.upgrade(empty_url)
    assert schema.current(empty_url) == schema.head() == "0009"
    assert schema.check(empty_url)


def test_looking_at_a_missing_sqlite_file_creates_nothing(tmp_path: Path) -> None:
    assert schema.current(f"sqlite:///{tmp_path / 'arena.db'}") is None
    assert list(tmp_path.iterdir()) == []


def test_migrations_make_the_tables_the_code_uses(empty_url: str) -> None:
    schema.upgrade(empty_url)
    engine = create_engine_for(empty_url)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        assert compare_metadata(context, tables.METADATA) == []
        made = _checks(connection)
    assert made == {check.name for table in tables.METADATA.tables.values() for check in _declared(table)}
    engine.dispose()


def _checks(connection: sa.Connection) -> set[Any]:
    inspector = sa.inspect(connection)
    return {check["name"] for name in inspector.get_table_names() for check in inspector.get_check_constraints(name)}


def _declared(table: sa.Table) -> list[sa.Constraint]:
    everywhere = [*table.constraints, *(one for column in table.columns for one in column.constraints)]
    return [one for one in everywhere if isinstance(one, sa.CheckConstraint)]


def test_boards_from_before_they_were_documents_are_kept(empty_url: str) -> None:
    """The store of revision 0005 held a board as columns; all it said is there afterwards, the rest is the default."""
    if empty_url.startswith("sqlite"):
        Path(empty_url.removeprefix("sqlite:///")).parent.mkdir()
    engine = create_engine_for(empty_url)
    with engine.connect() as connection, connection.begin():
        config = schema._config()
        config.attributes["connection"] = connection
        command.upgrade(config, "0005")
    old = replace(some.board(), standings=(replace(some.board().standings[0], low=900.0),))
    columns = {name: getattr(old, name) for name in ("source", "method", "seed", "anchor", "data_hash", "judgements")}
    table = sa.table(
        "boards",
        *(sa.column(name) for name in (*columns, "null_judgements")),
        sa.column("standings", sa.JSON()),
        sa.column("notes", sa.JSON()),
        sa.column("computed_at", sa.DateTime(timezone=True)),
    )
    row = {name: value for name, value in asdict(old.standings[0]).items() if name in OLD_STANDING}
    with engine.begin() as connection:
        connection.execute(
            sa.insert(table),
            {
                **columns,
                "source": old.source.value,
                "null_judgements": old.null_judgements,
                "standings": [row],
                "notes": list(old.notes),
                "computed_at": old.computed_at,
            },
        )
    engine.dispose()
    schema.upgrade(empty_url)
    with SqlUnitOfWorkFactory(create_engine_for(empty_url))() as uow:
        assert uow.boards.find(old.source) == old


def test_processes_that_upgrade_at_once_all_succeed(empty_url: str) -> None:
    spawn = multiprocessing.get_context("spawn")
    processes = [spawn.Process(target=schema.upgrade, args=(empty_url,)) for _ in range(4)]
    for process in processes:
        process.start()
    for process in processes:
        process.join(60)
    assert [process.exitcode for process in processes] == [0] * 4
    assert schema.check(empty_url)


def test_a_migration_that_fails_leaves_nothing_behind(empty_url: str) -> None:
    """`work` is in the way, so 0001 fails in the middle; the tables made before it are gone again."""
    if empty_url.startswith("sqlite"):
        Path(empty_url.removeprefix("sqlite:///")).parent.mkdir()
    engine = create_engine_for(empty_url)
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE work (id TEXT)")
    with pytest.raises((sa.exc.ProgrammingError, Unavailable)):
        schema.upgrade(empty_url)
    with engine.connect() as connection:
        assert sa.inspect(connection).get_table_names() == ["work"]
    engine.dispose()


def test_a_database_from_the_future_is_refused(empty_url: str) -> None:
    schema.upgrade(empty_url)
    engine = create_engine_for(empty_url)
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    engine.dispose()
    assert not schema.check(empty_url)
    with pytest.raises(PrerequisiteError) as caught:
        schema.upgrade(empty_url)
    assert caught.value.hint


@pytest.mark.parametrize("url", ["", "nonsense", "mysql://host/db", "sqlite://", "sqlite:///:memory:"])
def test_an_address_that_cannot_work_is_a_configuration_error(url: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        schema.upgrade(url)
    assert "postgresql://" in caught.value.hint


def test_a_password_is_never_in_the_error() -> None:
    with pytest.raises(ConfigurationError) as caught:
        create_engine_for("oracle://me:secret@host/db")
    assert "secret" not in str(caught.value)


def test_a_server_that_is_not_there_is_unavailable() -> None:
    with pytest.raises(Unavailable) as caught:
        schema.current("postgres://me:secret@127.0.0.1:1/db")
    assert "secret" not in str(caught.value)


def test_a_file_that_is_no_database_is_not_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "arena.db"
    path.write_text("my diary, not a database" * 100)
    with pytest.raises((Unavailable, sa.exc.DatabaseError, sqlite3.DatabaseError)):
        schema.upgrade(f"sqlite:///{path}")
    assert path.read_text().startswith("my diary")
