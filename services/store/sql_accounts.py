"""Accounts, their secrets, consents and what admins changed, in SQL."""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa

from services.domain.account import Account, Credential, CredentialKind
from services.domain.admin_change import AdminChange, ChangeKind
from services.domain.consent import Consent
from services.store.account_tables import ACCOUNTS, ADMIN_CHANGES, CONSENTS, CREDENTIALS
from services.store.rows import Rows


class SqlAccounts:
    """`AccountRepository` on one connection."""

    def __init__(self, connection: sa.Connection) -> None:
        self._rows = Rows(connection, ACCOUNTS, Account)

    def add(self, account: Account) -> bool:
        return self._rows.add_once(account, key=("name",))

    def get(self, account_id: str) -> Account:
        return self._rows.get(account_id)

    def named(self, name: str) -> Account | None:
        return self._rows.find(ACCOUNTS.c.name == name)

    def update(self, account: Account) -> None:
        self._rows.update(account, row_id=account.id)

    def all(self) -> Sequence[Account]:
        return self._rows.all(order_by=(ACCOUNTS.c.name,))


class SqlCredentials:
    """`CredentialRepository` on one connection."""

    def __init__(self, connection: sa.Connection) -> None:
        self._rows = Rows(connection, CREDENTIALS, Credential)

    def add(self, credential: Credential) -> None:
        self._rows.add(credential)

    def find(self, digest: str) -> Credential | None:
        return self._rows.find(CREDENTIALS.c.digest == digest)

    def get(self, credential_id: str) -> Credential:
        return self._rows.get(credential_id)

    def of_kind(self, kind: CredentialKind) -> Sequence[Credential]:
        columns = CREDENTIALS.c
        return self._rows.all(columns.kind == kind, order_by=(columns.created_at.desc(), columns.id))

    def used(self, credential_id: str, *, now: datetime) -> None:
        self._rows.execute(sa.update(CREDENTIALS).where(CREDENTIALS.c.id == credential_id).values(last_used_at=now))

    def revoke(self, credential_id: str, *, now: datetime) -> bool:
        columns = CREDENTIALS.c
        still_good = sa.update(CREDENTIALS).where(columns.id == credential_id, columns.revoked_at.is_(None))
        return self._rows.execute(still_good.values(revoked_at=now)).rowcount == 1

    def revoke_all(self, account_id: str, *, now: datetime) -> None:
        columns = CREDENTIALS.c
        theirs = sa.update(CREDENTIALS).where(columns.account_id == account_id, columns.revoked_at.is_(None))
        self._rows.execute(theirs.values(revoked_at=now))

    def sweep(self, *, before: datetime) -> int:
        columns = CREDENTIALS.c
        passing = columns.kind.in_((CredentialKind.LINK, CredentialKind.SESSION))
        return self._rows.execute(sa.delete(CREDENTIALS).where(passing, columns.expires_at < before)).rowcount


class SqlConsents:
    """`ConsentRepository` on one connection."""

    def __init__(self, connection: sa.Connection) -> None:
        self._rows = Rows(connection, CONSENTS, Consent)

    def put(self, consent: Consent) -> None:
        self._rows.put(consent, key=("voter",))

    def find(self, voter: str) -> Consent | None:
        return self._rows.find(CONSENTS.c.voter == voter)


class SqlChanges:
    """`ChangeRepository` on one connection."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection
        self._rows = Rows(connection, ADMIN_CHANGES, AdminChange)

    def append(self, changes: Sequence[AdminChange]) -> bool:
        with self._connection.begin_nested() as step:
            if all(self._rows.add_once(change, key=("sequence",)) for change in changes):
                return True
            step.rollback()
        return False

    def last(self) -> int:
        return int(self._rows.execute(sa.select(sa.func.max(ADMIN_CHANGES.c.sequence))).scalar_one() or 0)

    def of_kinds(self, kinds: Sequence[ChangeKind]) -> Sequence[AdminChange]:
        return self._rows.all(ADMIN_CHANGES.c.kind.in_(kinds), order_by=(ADMIN_CHANGES.c.sequence,))

    def recent(self, limit: int) -> Sequence[AdminChange]:
        return self._rows.all(order_by=(ADMIN_CHANGES.c.sequence.desc(),), limit=limit)
