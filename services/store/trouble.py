"""SQLAlchemy's errors said in RunArena's words; nothing above the store sees the others."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import exc

from services.errors import ArenaError, Conflict, InvalidRequest, PrerequisiteError, Unavailable

_NO_TABLE = ("no such table", "no such column", "undefinedtable", "undefinedcolumn")
_OPERATIONAL = (exc.OperationalError, exc.InterfaceError, exc.InternalError, exc.TimeoutError, OSError)


def _first_line(error: BaseException) -> str:
    origin = getattr(error, "orig", None) or error
    return (str(origin).strip().splitlines() or [type(origin).__name__])[0]


def _lacks_tables(error: exc.DBAPIError) -> bool:
    said = f"{type(error.orig).__name__} {error.orig}".lower()
    return any(sign in said for sign in _NO_TABLE)


def _named(error: exc.SQLAlchemyError | OSError) -> ArenaError | None:
    """What `error` is called here; None for a mistake in our own code."""
    if isinstance(error, exc.DBAPIError) and _lacks_tables(error):
        return PrerequisiteError("The database lacks the tables of this version.", hint="Run `arena db upgrade`.")
    if isinstance(error, exc.IntegrityError):
        return Conflict(f"The database refuses this: {_first_line(error)}")
    if isinstance(error, exc.DataError):
        return InvalidRequest(f"The database cannot hold this value: {_first_line(error)}")
    if isinstance(error, _OPERATIONAL) or getattr(error, "connection_invalidated", False):
        return Unavailable(
            f"The database did not answer: {_first_line(error)}",
            hint="See that it is running and that ARENA_DATABASE_URL is right.",
        )
    return None


@contextmanager
def translated() -> Iterator[None]:
    """Turn database trouble inside the block into an ArenaError.

    Raises:
        Unavailable: no connection, a lock or statement time-out, a deadlock, a lost server.
        Conflict: a constraint refused the change.
        InvalidRequest: a number is too big for its column.
        PrerequisiteError: the tables are missing or older than the code.
    """
    try:
        yield
    except (exc.SQLAlchemyError, OSError) as error:
        named = _named(error)
        if named is None:
            raise
        raise named from error
