"""The history of the registry and published boards, in SQL."""

from collections.abc import Sequence

import sqlalchemy as sa

from services.domain.rating import Snapshot
from services.domain.registry_event import RegistryEvent
from services.errors import NotFound
from services.store.rows import Rows
from services.store.tables import REGISTRY_EVENTS, SNAPSHOTS


class SqlRegistry:
    """`RegistryRepository` on one connection."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection
        self._rows = Rows(connection, REGISTRY_EVENTS, RegistryEvent)

    def append(self, events: Sequence[RegistryEvent]) -> bool:
        with self._connection.begin_nested() as step:
            if all(self._rows.add_once(event, key=("sequence",)) for event in events):
                return True
            step.rollback()
        return False

    def all(self) -> Sequence[RegistryEvent]:
        return self._rows.all(order_by=(REGISTRY_EVENTS.c.sequence,))


class SqlSnapshots:
    """`SnapshotRepository` on one connection."""

    def __init__(self, connection: sa.Connection) -> None:
        self._rows = Rows(connection, SNAPSHOTS, Snapshot)

    def add(self, snapshot: Snapshot) -> bool:
        return self._rows.add_once(snapshot, key=("number",))

    def get(self, number: int) -> Snapshot:
        found = self._rows.find(SNAPSHOTS.c.number == number)
        if found is None:
            raise NotFound(f"There is no snapshot {number}.")
        return found

    def all(self) -> Sequence[Snapshot]:
        return self._rows.all(order_by=(SNAPSHOTS.c.number,))

    def supersede(self, number: int, *, reason: str) -> None:
        columns = SNAPSHOTS.c
        statement = sa.update(SNAPSHOTS).where(columns.number == number, columns.superseded == "")
        self._rows.execute(statement.values(superseded=reason))

    def rewrite(self, number: int, *, records: str) -> None:
        self._rows.execute(sa.update(SNAPSHOTS).where(SNAPSHOTS.c.number == number).values(records=records))
