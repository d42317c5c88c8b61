"""Connections to SQLite and PostgreSQL, set up so that both keep the same promises.

SQLite: WAL, foreign keys, `synchronous=FULL` (a vote that was acknowledged survives a power cut), 15 s of
patience for the write lock, and every transaction begins with `BEGIN IMMEDIATE`, so a unit of work never fails
half-way because somebody else wrote first. PostgreSQL: psycopg 3, time-outs on connecting, on locks and on
statements, and a connection is probed before it is used again.
"""

import fcntl
import os
import sqlite3
import weakref
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.engine import URL, Engine, make_url
from sqlalchemy.exc import ArgumentError
from sqlalchemy.pool import Pool

from services.errors import ConfigurationError

BUSY_SECONDS = 15
CONNECT_SECONDS = 5
STATEMENT_SECONDS = 60

_DRIVERS = {
    "sqlite": "sqlite+pysqlite",
    "postgres": "postgresql+psycopg",
    "postgresql": "postgresql+psycopg",
}


def parse_url(text: str) -> URL:
    """The database address with its driver filled in.

    Takes `sqlite:///FILE`, `postgresql://...` and `postgres://...`.

    Raises:
        ConfigurationError: it is no address, names another kind of database, or SQLite without a file.
    """
    hint = "Use sqlite:////absolute/path/arena.db or postgresql://user:password@host:5432/name."
    try:
        url = make_url(text)
    except ArgumentError:
        raise ConfigurationError("The database address cannot be read.", hint=hint) from None
    kind = url.drivername.partition("+")[0]
    if kind not in _DRIVERS:
        raise ConfigurationError(f"Databases of the kind {kind!r} are not supported.", hint=hint)
    if kind == "sqlite" and url.database in (None, "", ":memory:"):
        raise ConfigurationError("SQLite needs a file: several processes share it.", hint=hint)
    return url.set(drivername=_DRIVERS[kind])


def sqlite_path(url: URL) -> Path | None:
    """The database file, or None when `url` is not SQLite's."""
    return Path(url.database) if url.get_backend_name() == "sqlite" and url.database else None


def create_engine_for(text: str) -> Engine:
    """An engine for that address; connects to nothing yet, and a forked child starts with an empty pool.

    Raises:
        ConfigurationError: the address is wrong (see `parse_url`).
    """
    url = parse_url(text)
    path = sqlite_path(url)
    engine = _postgres_engine(url) if path is None else _sqlite_engine(url, path)
    _forget_connections_after_fork(engine)
    return engine


def _postgres_engine(url: URL) -> Engine:
    options = (
        f"-c timezone=UTC -c lock_timeout={BUSY_SECONDS}s -c statement_timeout={STATEMENT_SECONDS}s"
        f" -c idle_in_transaction_session_timeout={STATEMENT_SECONDS}s"
    )
    defaults = {"connect_timeout": str(CONNECT_SECONDS), "options": options, "application_name": "runarena"}
    arguments = {name: value for name, value in defaults.items() if name not in url.query}
    return sa.create_engine(url, pool_pre_ping=True, pool_timeout=BUSY_SECONDS, connect_args=arguments)


def _sqlite_engine(url: URL, path: Path) -> Engine:
    engine = sa.create_engine(url, pool_timeout=BUSY_SECONDS, connect_args={"timeout": BUSY_SECONDS})

    @event.listens_for(engine, "connect")
    def prepare(connection: sqlite3.Connection, _record: Any) -> None:
        connection.isolation_level = None  # transactions are begun below, never by the driver
        _switch_to_wal(connection, path)
        connection.execute("PRAGMA foreign_keys=ON")
        connection.execute("PRAGMA synchronous=FULL")

    @event.listens_for(engine, "begin")
    def begin(connection: sa.Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine


def _switch_to_wal(connection: sqlite3.Connection, path: Path) -> None:
    """Set WAL mode. SQLite's own busy time-out does not cover this switch, hence the file lock."""
    with Path(f"{path}.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        connection.execute("PRAGMA journal_mode=WAL")


def _forget_connections_after_fork(engine: Engine) -> None:
    """Give a forked child a fresh pool. The parent's is kept aside: closing it there would harm the parent."""
    reference = weakref.ref(engine)
    inherited: list[Pool] = []

    def renew() -> None:
        mine = reference()
        if mine is not None:
            inherited.append(mine.pool)
            mine.dispose(close=False)

    os.register_at_fork(after_in_child=renew)
