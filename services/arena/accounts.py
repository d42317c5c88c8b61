"""Accounts and their secrets: made, listed, taken back. A secret is told once, to whoever makes it."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from services.arena.change_log import note
from services.clock import Clock, Ids
from services.domain.account import (
    Account,
    Credential,
    CredentialKind,
    Role,
    check_name,
    check_title,
    digest_of,
)
from services.domain.admin_change import ChangeKind
from services.errors import Conflict, InvalidRequest, NotFound
from services.store.unit_of_work import UnitOfWork, UnitOfWorkFactory

TOKEN_MARK, LINK_MARK = "arena_", "link_"
LINK_LIFE = timedelta(minutes=15)
MOST_DAYS = 3650


@dataclass(frozen=True, kw_only=True)
class Issued:
    """A new secret: nobody can be told it again."""

    secret: str
    credential: Credential


@dataclass(frozen=True, kw_only=True)
class Accounts:
    """What admins do with accounts; every change is noted under `by`."""

    store: UnitOfWorkFactory
    clock: Clock
    ids: Ids

    def all(self) -> tuple[Sequence[Account], Sequence[Credential]]:
        """Every account, and every token, revoked ones too."""
        with self.store() as uow:
            return uow.accounts.all(), uow.credentials.of_kind(CredentialKind.TOKEN)

    def create(self, name: str, role: Role, *, by: str) -> Account:
        """A new account, which nothing opens yet.

        Raises:
            InvalidRequest: that is no name.
            Conflict: there is, or was, an account of that name.
        """
        now = self.clock.now()
        account = Account(id=self.ids.new(), name=check_name(name), role=role, created_at=now, created_by=by)
        with self.store() as uow:
            if not uow.accounts.add(account):
                raise Conflict(f"The name {name} is taken.", hint="Names are never given twice; choose another.")
            note(uow, ChangeKind.ACCOUNT, name, {"did": "created", "role": role.value}, actor=by, now=now)
            uow.commit()
        return account

    def close(self, name: str, *, by: str) -> None:
        """Close an account for good: nothing opens it any more.

        Raises:
            NotFound: there is no open account of that name.
        """
        now = self.clock.now()
        with self.store() as uow:
            account = self._open(uow, name)
            uow.accounts.update(replace(account, closed_at=now))
            uow.credentials.revoke_all(account.id, now=now)
            note(uow, ChangeKind.ACCOUNT, name, {"did": "closed", "role": account.role.value}, actor=by, now=now)
            uow.commit()

    def issue(self, name: str, title: str, *, by: str, days: int | None = None) -> Issued:
        """A token for the account of that name, good for so many days (None: until it is revoked).

        Raises:
            NotFound: there is no open account of that name.
            InvalidRequest: the title or the days are not acceptable.
        """
        if days is not None and not 1 <= days <= MOST_DAYS:
            raise InvalidRequest(f"A token is good for 1 to {MOST_DAYS} days, or for ever.", where="days")
        life = None if days is None else timedelta(days=days)
        return self._issue(name, check_title(title), CredentialKind.TOKEN, life=life, by=by)

    def link(self, name: str, *, by: str) -> Issued:
        """A secret that signs in on the page, once, within a quarter of an hour; raises as `issue` does."""
        return self._issue(name, "sign-in link", CredentialKind.LINK, life=LINK_LIFE, by=by)

    def revoke(self, credential_id: str, *, by: str) -> None:
        """Make a token useless.

        Raises:
            NotFound: there is no such token.
        """
        now = self.clock.now()
        with self.store() as uow:
            credential = uow.credentials.get(credential_id)
            account = uow.accounts.get(credential.account_id)
            if uow.credentials.revoke(credential_id, now=now):
                note(
                    uow, ChangeKind.TOKEN, account.name, {"did": "revoked", "name": credential.name}, actor=by, now=now
                )
            uow.commit()

    def _issue(self, name: str, title: str, kind: CredentialKind, *, life: timedelta | None, by: str) -> Issued:
        mark = TOKEN_MARK if kind is CredentialKind.TOKEN else LINK_MARK
        now, secret = self.clock.now(), mark + secrets.token_urlsafe(32)
        with self.store() as uow:
            account = self._open(uow, name)
            credential = Credential(
                id=self.ids.new(),
                account_id=account.id,
                kind=kind,
                name=title,
                digest=digest_of(secret),
                created_at=now,
                created_by=by,
                expires_at=None if life is None else now + life,
            )
            uow.credentials.add(credential)
            note(uow, ChangeKind.TOKEN, name, {"did": "made", "name": title}, actor=by, now=now)
            uow.commit()
        return Issued(secret=secret, credential=credential)

    def _open(self, uow: UnitOfWork, name: str) -> Account:
        account = uow.accounts.named(name)
        if account is None or account.closed_at is not None:
            raise NotFound(f"There is no open account {name[:64]!r}.", hint="`arena admin create NAME` makes one.")
        return account
