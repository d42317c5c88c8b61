"""Records of interactions in SQL."""

from collections.abc import Sequence

import sqlalchemy as sa

from services.domain.interactions import InteractionRecord
from services.store.rows import Rows
from services.store.tables import INTERACTIONS


class SqlInteractions:
    """`InteractionRepository` on one connection."""

    def __init__(self, connection: sa.Connection) -> None:
        self._rows = Rows(connection, INTERACTIONS, InteractionRecord)

    def put(self, record: InteractionRecord) -> None:
        self._rows.put(record, key=("id",))

    def of_subject(self, subject: str) -> Sequence[InteractionRecord]:
        columns = INTERACTIONS.c
        return self._rows.all(columns.subject == subject, order_by=(columns.collected_at, columns.id))
