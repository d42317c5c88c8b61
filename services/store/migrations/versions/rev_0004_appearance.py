"""How programs with a face looked, and which of them were left running."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for name in ("appearance", "app"):
        op.add_column("executions", sa.Column(name, sa.JSON()))
