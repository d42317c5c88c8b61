"""How sure the environment of a snippet is; of those taken before, nobody knows (0)."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("snippets", sa.Column("confidence", sa.Float(), nullable=False, server_default="0"))
