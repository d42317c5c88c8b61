"""A board is one document, as in snapshots: what boards say can grow without columns."""

from datetime import UTC
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_COLUMNS = (
    "source", "standings", "method", "seed", "anchor", "data_hash", "judgements", "null_judgements", "notes",
    "computed_at",
)  # fmt: skip


def upgrade() -> None:
    connection = op.get_bind()
    typed: dict[str, Any] = {"standings": sa.JSON(), "notes": sa.JSON(), "computed_at": sa.DateTime(timezone=True)}
    old = sa.table("boards", *(sa.column(name, typed.get(name, sa.Text())) for name in _COLUMNS))
    kept = [_document(row) for row in connection.execute(sa.select(old)).mappings()]
    op.drop_table("boards")
    op.create_table(
        "boards",
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("computed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("board", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("source", name=op.f("pk_boards")),
    )
    new = sa.table(
        "boards",
        sa.column("source", sa.Text()),
        sa.column("computed_at", sa.DateTime(timezone=True)),
        sa.column("board", sa.JSON()),
    )
    if kept:
        connection.execute(sa.insert(new), kept)


def _document(row: sa.RowMapping) -> dict[str, Any]:
    """The new row of an old one; SQLite tells moments without their zone, which is UTC."""
    moment = row["computed_at"]
    written = (moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)).isoformat()
    return {"source": row["source"], "computed_at": moment, "board": {**row, "computed_at": written}}
