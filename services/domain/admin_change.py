"""What admins have changed: an append-only list, of which the newest change of each thing is what holds."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class ChangeKind(StrEnum):
    """What can be changed. `details` of each kind are named beside it; `subject` says which one."""

    CONTENDER = "contender"
    """A contender (its name): enabled ("yes" or "no"), weight."""
    POLICY = "policy"
    """The rule that draws pairs: rule ("": the setting's)."""
    LIMIT = "limit"
    """How often something may be asked for (what): rate ("": the setting's)."""
    ACCOUNT = "account"
    """An account (its name) was made or closed: did, role."""
    TOKEN = "token"  # noqa: S105 - a word, not a secret
    """A token or sign-in link of an account (its name) was made or revoked: did, name."""
    SIGN_IN = "sign_in"
    """Somebody signed in on the page as an account (its name)."""


IN_FORCE = (ChangeKind.CONTENDER, ChangeKind.POLICY, ChangeKind.LIMIT)
"""Kinds that change how the arena works."""


@dataclass(frozen=True, kw_only=True)
class AdminChange:
    """One change; `sequence` numbers them from 1, `actor` is who made it."""

    sequence: int
    at: datetime
    actor: str
    kind: ChangeKind
    subject: str = ""
    details: Mapping[str, str] = field(default_factory=dict)


def newest(changes: Iterable[AdminChange]) -> dict[tuple[ChangeKind, str], Mapping[str, str]]:
    """What holds after these changes (in order): the details of the newest by kind and subject."""
    return {(change.kind, change.subject): change.details for change in changes}
