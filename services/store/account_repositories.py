"""The part of the store that knows people: accounts, their secrets, what they agreed to, what they did."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from services.domain.account import Account, Credential, CredentialKind
from services.domain.admin_change import AdminChange, ChangeKind
from services.domain.battle import Battle
from services.domain.consent import Consent
from services.domain.vote import Vote


class AccountRepository(Protocol):
    """Accounts."""

    def add(self, account: Account) -> bool:
        """Insert; False (and nothing changed) when the name is taken."""
        ...

    def get(self, account_id: str) -> Account: ...
    def named(self, name: str) -> Account | None: ...
    def update(self, account: Account) -> None: ...
    def all(self) -> Sequence[Account]:
        """In order of name."""
        ...


class CredentialRepository(Protocol):
    """Secrets, by their hashes."""

    def add(self, credential: Credential) -> None: ...
    def find(self, digest: str) -> Credential | None: ...
    def get(self, credential_id: str) -> Credential: ...
    def of_kind(self, kind: CredentialKind) -> Sequence[Credential]:
        """Newest first."""
        ...

    def used(self, credential_id: str, *, now: datetime) -> None:
        """Note when it was last used."""
        ...

    def revoke(self, credential_id: str, *, now: datetime) -> bool:
        """Make it useless; False when it was already. Of several who ask at once, one is told True."""
        ...

    def revoke_all(self, account_id: str, *, now: datetime) -> None:
        """Make all of an account useless."""
        ...

    def sweep(self, *, before: datetime) -> int:
        """Remove links and sessions that expired before then; how many."""
        ...


class ConsentRepository(Protocol):
    """What people agreed to, the newest of each."""

    def put(self, consent: Consent) -> None: ...
    def find(self, voter: str) -> Consent | None: ...


class ChangeRepository(Protocol):
    """What admins changed: it only grows."""

    def append(self, changes: Sequence[AdminChange]) -> bool:
        """Insert; False (and nothing changed) when another process has used one of the sequence numbers."""
        ...

    def last(self) -> int:
        """The highest sequence number; 0 when there is none."""
        ...

    def of_kinds(self, kinds: Sequence[ChangeKind]) -> Sequence[AdminChange]:
        """In order of `sequence`."""
        ...

    def recent(self, limit: int) -> Sequence[AdminChange]:
        """Newest first."""
        ...


@dataclass(frozen=True, kw_only=True)
class HistoryEntry:
    """A battle that somebody started or voted on; `mine` tells that they started it."""

    battle: Battle
    prompt: str
    vote: Vote | None
    mine: bool


class HistoryRepository(Protocol):
    """What one person did."""

    def of(self, person: str, *, before: tuple[datetime, str] | None, limit: int) -> Sequence[HistoryEntry]:
        """Battles they started or voted on, newest first, from the one that follows `before` (when it was made, its
        id) on. The vote is theirs, or None."""
        ...

    def recent_ends(self, since: datetime) -> tuple[int, int]:
        """How many battles have ended that were started since then, and how many of these are void."""
        ...


class PeopleUnit(Protocol):
    """These repositories inside one transaction."""

    accounts: AccountRepository
    credentials: CredentialRepository
    consents: ConsentRepository
    changes: ChangeRepository
    history: HistoryRepository
