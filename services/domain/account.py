"""Who may do what: roles, accounts, and the secrets that open them, of which only hashes are kept.

viewer    looks at boards, battles and pages
voter     also starts battles, runs programs and votes; what an anonymous session may do, unless set otherwise
admin     also sees and changes how the arena is run
"""

import hashlib
import re
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from services.errors import InvalidRequest

_NAME = re.compile(r"[a-z0-9](?:[a-z0-9._-]{0,62}[a-z0-9])?")
_LONGEST_TITLE = 80


class Role(StrEnum):
    """What somebody may do; each may also do what those before it may."""

    VIEWER = "viewer"
    VOTER = "voter"
    ADMIN = "admin"

    def covers(self, needed: "Role") -> bool:
        """Whether this role may do what `needed` may."""
        order = list(Role)
        return order.index(self) >= order.index(needed)


@dataclass(frozen=True, kw_only=True)
class Account:
    """A person or program with a name of its own; `closed_at` is when it was closed for good."""

    id: str
    name: str
    role: Role
    created_at: datetime
    created_by: str
    closed_at: datetime | None = None


class CredentialKind(StrEnum):
    """What a secret is for."""

    TOKEN = "token"  # noqa: S105 - a word, not a secret
    """Sent by programs as `Authorization: Bearer`, or used to sign in on the page."""
    LINK = "link"
    """Signs in on the page, once, within minutes."""
    SESSION = "session"
    """The cookie of a browser that has signed in."""


@dataclass(frozen=True, kw_only=True)
class Credential:
    """A secret that opens an account, known by its hash alone. `expires_at` None: until it is revoked."""

    id: str
    account_id: str
    kind: CredentialKind
    name: str
    digest: str
    created_at: datetime
    created_by: str
    expires_at: datetime | None = None
    last_used_at: datetime | None = None
    revoked_at: datetime | None = None

    def good(self, now: datetime) -> bool:
        """Whether it still opens the account."""
        return self.revoked_at is None and (self.expires_at is None or now < self.expires_at)


@dataclass(frozen=True, kw_only=True)
class Identity:
    """Whoever sends a request. `voter` is who owns battles and votes; `name` is what changes are logged under.

    `account` and `credential` are ids, "" for anonymous sessions; `known` tells that the voter is not just made up.
    """

    voter: str
    role: Role
    known: bool = True
    account: str = ""
    name: str = ""
    credential: str = ""


def digest_of(secret: str) -> str:
    """The hash that is kept of a secret; secrets have 256 random bits, so a plain one is enough."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def check_name(name: str) -> str:
    """The name of an account, if it can be one.

    Raises:
        InvalidRequest: it can't.
    """
    if not _NAME.fullmatch(name):
        raise InvalidRequest(
            "That is no name for an account.",
            hint="Use 1 to 64 of a-z, 0-9, dot, dash and underscore, a letter or digit first and last.",
            where="name",
        )
    return name


def check_title(title: str) -> str:
    """What a token is for, in a few words.

    Raises:
        InvalidRequest: it is empty, too long, or holds control characters.
    """
    text = title.strip()
    if not text or len(text) > _LONGEST_TITLE or not text.isprintable():
        raise InvalidRequest(f"Name the token in 1 to {_LONGEST_TITLE} printable characters.", where="name")
    return text
