"""The version of the database's tables: read it, compare it, bring it up to date."""

from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util.exc import CommandError

from services.errors import PrerequisiteError
from services.store.engine import create_engine_for, parse_url, sqlite_path
from services.store.trouble import translated

_ADVISORY_LOCK = 0x52756E4172656E61  # "RunArena"


def head() -> str:
    """The newest version this code knows."""
    return str(ScriptDirectory.from_config(_config()).get_current_head())


def current(url: str) -> str | None:
    """The version of the database at `url`, None when it holds no tables of ours; creates nothing.

    Raises:
        Unavailable: the database cannot be reached.
        ConfigurationError: the address is wrong.
    """
    path = sqlite_path(parse_url(url))
    if path is not None and not path.exists():
        return None
    engine = create_engine_for(url)
    try:
        with translated(), engine.connect() as connection:
            return MigrationContext.configure(connection).get_current_revision()
    finally:
        engine.dispose()


def check(url: str) -> bool:
    """Whether the database at `url` is exactly at the version of this code; raises as `current` does."""
    return current(url) == head()


def upgrade(url: str) -> None:
    """Bring the database to the newest version, creating it (and its folder) if it is SQLite.

    All or nothing, in one transaction; several processes may call it at once: one works, the others wait for
    it and then find nothing to do.

    Raises:
        Unavailable: the database cannot be reached or stayed locked.
        PrerequisiteError: the database was made by a newer version than this one.
        ConfigurationError: the address is wrong.
    """
    path = sqlite_path(parse_url(url))
    engine = create_engine_for(url)
    try:
        with translated():
            if path is not None:
                path.parent.mkdir(parents=True, exist_ok=True)
            with engine.connect() as connection, connection.begin():  # on SQLite this is the write lock
                _lock(connection)
                _migrate(connection)
    finally:
        engine.dispose()


def _lock(connection: sa.Connection) -> None:
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("SET LOCAL statement_timeout = 0")
        connection.exec_driver_sql("SET LOCAL lock_timeout = '60s'")
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_ADVISORY_LOCK)))


def _migrate(connection: sa.Connection) -> None:
    config = _config()
    config.attributes["connection"] = connection
    try:
        command.upgrade(config, "head")
    except CommandError as error:
        raise PrerequisiteError(
            f"The tables cannot be brought up to date: {error}", hint="Install the version that made this database."
        ) from error


def _config() -> Config:
    config = Config()
    folder = Path(__file__).parent / "migrations"
    config.set_main_option("script_location", str(folder).replace("%", "%%"))
    return config
