"""The few statements all repositories are made of: a table row is a domain value and the other way round."""

from collections.abc import Mapping, Sequence
from dataclasses import fields
from typing import Any, Generic, TypeVar

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from services.errors import NotFound
from services.store.trouble import translated

V = TypeVar("V")


class Rows(Generic[V]):
    """Values of the dataclass `value` in `table`, on one connection; errors come out translated."""

    def __init__(self, connection: sa.Connection, table: sa.Table, value: type[V]) -> None:
        self._connection = connection
        self._value = value
        self._names = tuple(field.name for field in fields(value))  # type: ignore[arg-type]
        self.table = table

    def execute(self, statement: sa.Executable) -> sa.CursorResult[*tuple[Any, ...]]:
        """Run any statement."""
        with translated():
            result = self._connection.execute(statement)
            assert isinstance(result, sa.CursorResult)  # noqa: S101 - what a Connection always returns
            return result

    def value(self, row: Sequence[Any]) -> V:
        """The value of a row whose columns are the table's, in order."""
        return self._value(**dict(zip((column.name for column in self.table.columns), row, strict=True)))

    def values(self, value: V) -> dict[str, Any]:
        """The row of a value, by column name."""
        return {name: getattr(value, name) for name in self._names}

    def add(self, value: V) -> None:
        """Insert."""
        self.execute(sa.insert(self.table).values(self.values(value)))

    def add_once(self, value: V, *, key: Sequence[str]) -> bool:
        """Insert unless a row with the same `key` columns exists; whether it was inserted."""
        statement = self._insert().values(self.values(value)).on_conflict_do_nothing(index_elements=key)
        return self.execute(statement.returning(self.table.c[key[0]])).one_or_none() is not None

    def put(self, value: V, *, key: Sequence[str], unless_newer: str = "") -> None:
        """Insert, or replace the row with the same `key` columns (kept when its `unless_newer` is later)."""
        statement = self._insert().values(self.values(value))
        changes: Mapping[str, Any] = {name: statement.excluded[name] for name in self._names if name not in key}
        condition = self.table.c[unless_newer] <= statement.excluded[unless_newer] if unless_newer else None
        self.execute(statement.on_conflict_do_update(index_elements=key, set_=changes, where=condition))

    def find(self, *where: sa.ColumnElement[bool]) -> V | None:
        """The only value for which `where` holds, or None."""
        row = self.execute(sa.select(self.table).where(*where)).one_or_none()
        return None if row is None else self.value(row)

    def get(self, row_id: str, statement: sa.Select[Any] | None = None) -> V:
        """The value with that id (`statement` may say more about how to read it).

        Raises:
            NotFound: there is none.
        """
        wanted = (sa.select(self.table) if statement is None else statement).where(self.table.c.id == row_id)
        row = self.execute(wanted).one_or_none()
        if row is None:
            raise self._missing(row_id)
        return self.value(row)

    def get_locked(self, row_id: str) -> V:
        """Like `get`; the row stays locked until the transaction ends."""
        return self.get(row_id, sa.select(self.table).with_for_update())

    def all(self, *where: sa.ColumnElement[bool], order_by: Sequence[Any], limit: int | None = None) -> list[V]:
        """Every value for which `where` holds."""
        statement = sa.select(self.table).where(*where).order_by(*order_by).limit(limit)
        return [self.value(row) for row in self.execute(statement)]

    def update(self, value: V, *, row_id: str) -> None:
        """Overwrite the row with that id.

        Raises:
            NotFound: there is none.
        """
        statement = sa.update(self.table).where(self.table.c.id == row_id).values(self.values(value))
        if self.execute(statement).rowcount == 0:
            raise self._missing(row_id)

    def _insert(self) -> postgresql.Insert | sqlite.Insert:
        if self._connection.dialect.name == "sqlite":
            return sqlite.insert(self.table)
        return postgresql.insert(self.table)

    def _missing(self, row_id: str) -> NotFound:
        return NotFound(f"No {self._value.__name__.lower()} has the id {row_id!r}.")
