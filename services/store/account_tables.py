"""The tables about people; see `services.store.tables` for the rest and for the rules."""

import sqlalchemy as sa

from services.domain.account import CredentialKind, Role
from services.domain.admin_change import ChangeKind
from services.store.columns import Document, Moment, StoredText, Word
from services.store.tables import METADATA

__all__ = ["ACCOUNTS", "ADMIN_CHANGES", "CONSENTS", "CREDENTIALS", "METADATA"]


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, StoredText, nullable=False)


ACCOUNTS = sa.Table(
    "accounts",
    METADATA,
    sa.Column("id", StoredText, primary_key=True),
    _text("name"),
    sa.Column("role", Word(Role), nullable=False),
    sa.Column("created_at", Moment, nullable=False),
    _text("created_by"),
    sa.Column("closed_at", Moment),
    sa.UniqueConstraint("name"),
)

CREDENTIALS = sa.Table(
    "credentials",
    METADATA,
    sa.Column("id", StoredText, primary_key=True),
    sa.Column("account_id", StoredText, sa.ForeignKey("accounts.id", ondelete="CASCADE"), nullable=False),
    sa.Column("kind", Word(CredentialKind), nullable=False),
    _text("name"),
    _text("digest"),
    sa.Column("created_at", Moment, nullable=False),
    _text("created_by"),
    sa.Column("expires_at", Moment),
    sa.Column("last_used_at", Moment),
    sa.Column("revoked_at", Moment),
    sa.UniqueConstraint("digest"),
    sa.Index(None, "account_id"),
)

CONSENTS = sa.Table(
    "consents",
    METADATA,
    sa.Column("voter", StoredText, primary_key=True),
    _text("version"),
    sa.Column("training", sa.Boolean, nullable=False),
    sa.Column("agreed_at", Moment, nullable=False),
)

ADMIN_CHANGES = sa.Table(
    "admin_changes",
    METADATA,
    sa.Column("sequence", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("at", Moment, nullable=False),
    _text("actor"),
    sa.Column("kind", Word(ChangeKind), nullable=False),
    _text("subject"),
    sa.Column("details", Document(dict[str, str]), nullable=False),
)
