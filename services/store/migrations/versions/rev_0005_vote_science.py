"""Pseudonyms of voters, facts of battles, flags of votes, the history of contenders, published boards."""

import uuid
from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for name in ("owner", "repeat_of"):
        op.add_column("battles", sa.Column(name, sa.Text(), nullable=False, server_default=sa.text("''")))
        op.create_index(op.f(f"ix_battles_{name}"), "battles", [name])
    op.add_column("battles", sa.Column("opened_at", sa.DateTime(timezone=True)))
    op.create_table(
        "voters",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("pseudonym", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_voters")),
        sa.UniqueConstraint("pseudonym", name=op.f("uq_voters_pseudonym")),
    )
    op.create_table(
        "battle_facts",
        sa.Column("battle_id", sa.Text(), nullable=False),
        sa.Column("prompt_key", sa.Text(), nullable=False),
        sa.Column("prompt_group", sa.Text(), nullable=False),
        sa.Column("category", sa.Text(), nullable=False),
        sa.Column("side_a", sa.JSON(), nullable=False),
        sa.Column("side_b", sa.JSON(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["battle_id"], ["battles.id"], name=op.f("fk_battle_facts_battle_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("battle_id", name=op.f("pk_battle_facts")),
    )
    op.create_table(
        "vote_flags",
        sa.Column("judgement_id", sa.Text(), nullable=False),
        sa.Column("flags", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["judgement_id"], ["judgements.id"], name=op.f("fk_vote_flags_judgement_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("judgement_id", name=op.f("pk_vote_flags")),
    )
    op.create_table(
        "registry_events",
        sa.Column("sequence", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("contender", sa.Text(), nullable=False),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("sequence", name=op.f("pk_registry_events")),
    )
    op.create_table(
        "snapshots",
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("board", sa.JSON(), nullable=False),
        sa.Column("input_hash", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("records", sa.Text(), nullable=False),
        sa.Column("superseded", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_snapshots")),
    )
    _name_the_voters()


def _name_the_voters() -> None:
    """Every voter so far gets a pseudonym."""
    connection = op.get_bind()
    voters = sa.table(
        "voters", sa.column("id"), sa.column("pseudonym"), sa.column("created_at", sa.DateTime(timezone=True))
    )
    found = connection.execute(sa.text("SELECT DISTINCT voter FROM votes WHERE voter <> ''")).scalars().all()
    now = datetime.now(UTC)
    rows = [{"id": voter, "pseudonym": uuid.uuid4().hex[:16], "created_at": now} for voter in found]
    if rows:
        connection.execute(sa.insert(voters), rows)
