"""Direct runs; a work row names the topic it belongs to, which may be a battle or a direct run."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_index(op.f("ix_work_battle_id"), table_name="work")
    op.execute("ALTER TABLE work RENAME COLUMN battle_id TO topic")
    op.create_index(op.f("ix_work_topic"), "work", ["topic"])
    op.create_table(
        "direct_runs",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("batch_id", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("environment", sa.Text(), nullable=False),
        sa.Column("interactive", sa.Boolean(), nullable=False),
        sa.Column("program", sa.Text(), nullable=False),
        sa.Column("request_hash", sa.Text(), nullable=False),
        sa.Column("caller", sa.Text(), nullable=False),
        sa.Column("idempotency_key", sa.Text(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cancel_asked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("report", sa.JSON(), nullable=True),
        sa.Column("problem", sa.JSON(), nullable=True),
        sa.CheckConstraint("state <> 'ended' OR report IS NOT NULL", name=op.f("ck_direct_runs_ended_has_report")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_direct_runs")),
        sa.UniqueConstraint(
            "caller", "idempotency_key", "position", name=op.f("uq_direct_runs_caller_idempotency_key_position")
        ),
    )
    op.create_index(op.f("ix_direct_runs_batch_id"), "direct_runs", ["batch_id"])
