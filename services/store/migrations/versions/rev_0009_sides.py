"""Battles have a mode, parameters and marks; runs of given programs can belong to a side; votes have details."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("battles", sa.Column("marks", sa.Text(), nullable=False, server_default=sa.text("''")))
    op.add_column("battles", sa.Column("mode", sa.Text(), nullable=False, server_default=sa.text("'battle'")))
    op.add_column("battles", sa.Column("parameters", sa.JSON()))
    op.add_column("direct_runs", sa.Column("battle_id", sa.Text(), nullable=False, server_default=sa.text("''")))
    op.add_column("direct_runs", sa.Column("side", sa.Text()))
    op.create_index(op.f("ix_direct_runs_battle_id"), "direct_runs", ["battle_id"])
    op.create_table(
        "vote_details",
        sa.Column("battle_id", sa.Text(), nullable=False),
        sa.Column("aspects", sa.JSON(), nullable=False),
        sa.Column("comment", sa.Text(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["battle_id"], ["battles.id"], name=op.f("fk_vote_details_battle_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("battle_id", name=op.f("pk_vote_details")),
    )
