"""Tells who sends a request, and signs people in and out."""

import re
import secrets
from dataclasses import dataclass
from datetime import timedelta

from services.arena.accounts import LINK_MARK, TOKEN_MARK
from services.arena.admin_token import AdminToken
from services.arena.change_log import note
from services.arena.limits import Limits
from services.clock import Clock, Ids
from services.domain.account import Credential, CredentialKind, Identity, Role, digest_of
from services.domain.admin_change import ChangeKind
from services.domain.rate import Asked
from services.errors import ArenaError, Forbidden
from services.store.unit_of_work import UnitOfWork, UnitOfWorkFactory

_SECRET = re.compile(rf"(?:{TOKEN_MARK}|{LINK_MARK})[A-Za-z0-9_-]{{43}}")
_NOTED_EVERY = timedelta(minutes=1)
SETTING = "ARENA_ADMIN_TOKEN"


@dataclass(frozen=True, kw_only=True)
class Doorkeeper:
    """Guesses at secrets are counted by address before they are looked at; a secret of ours that is good needs no
    count, for its 256 random bits cannot be guessed."""

    store: UnitOfWorkFactory
    clock: Clock
    ids: Ids
    word: AdminToken
    limits: Limits
    anonymous: Role
    session_hours: float

    def nobody(self, voter: str, *, known: bool) -> Identity:
        """An anonymous session, or whoever a program says it is."""
        return Identity(voter=voter, role=self.anonymous, known=known)

    def bearer(self, secret: str, *, address: str) -> Identity:
        """Who sends a token.

        Raises:
            Forbidden: nobody has that token.
            RateLimited: too many wrong ones came from there.
            Unavailable: the store or the count of guesses is out of reach.
        """
        found = self._opened(secret, CredentialKind.TOKEN)
        if found is not None:
            return found
        self.limits.take(Asked.SIGN_IN, session="", address=address)
        if self.word.matches(secret):
            self.limits.give_back(Asked.SIGN_IN, session="", address=address)
            return Identity(voter="admin", role=Role.ADMIN, name=SETTING)
        raise Forbidden(
            "This token is not known, has expired or was revoked.",
            hint=f"Send `Authorization: Bearer` with a token that an admin made, or with {SETTING}.",
        )

    def check_admin(self, who: Identity, refusal: ArenaError | None) -> None:
        """Let only who runs the arena pass; `refusal` is why a token that came along opened nothing.

        Raises:
            Forbidden: they have no token of an admin, or one that is no longer good.
            RateLimited, Unavailable: their token could not be looked at.
        """
        if who.role.covers(Role.ADMIN):
            return
        if refusal is not None and not isinstance(refusal, Forbidden):
            raise refusal
        hint = f"Sign in at /sign-in, or send `Authorization: Bearer` with the token of an admin or {SETTING}."
        if not self.word.is_set:
            hint = (
                "Make an admin with `arena admin create NAME` and sign in at /sign-in. Or for programs: Set "
                f"{SETTING} (16 characters or more) and start the arena again."
            )
        raise Forbidden("Only who runs the arena may see this.", hint=hint)

    def session(self, secret: str) -> Identity | None:
        """Who has that cookie; None when it is not (or no longer) good."""
        return self._opened(secret, CredentialKind.SESSION)

    def sign_in(self, secret: str, *, address: str) -> str:
        """The cookie of a new session for whoever has this token or unused link.

        Raises:
            Forbidden: nobody has it.
            RateLimited: too many wrong ones came from there.
            Unavailable: the store or the count of guesses is out of reach.
        """
        self.limits.take(Asked.SIGN_IN, session="", address=address)
        now, cookie = self.clock.now(), secrets.token_hex(32)
        with self.store() as uow:
            credential = self._good(uow, secret, (CredentialKind.TOKEN, CredentialKind.LINK))
            spent = credential is not None and (
                credential.kind is CredentialKind.TOKEN or uow.credentials.revoke(credential.id, now=now)
            )
            if credential is None or not spent:
                raise Forbidden(
                    "That is no token or sign-in link that is still good.",
                    hint="`arena admin link NAME` makes a new link; each works once, for 15 minutes.",
                )
            account = uow.accounts.get(credential.account_id)
            uow.credentials.used(credential.id, now=now)
            uow.credentials.sweep(before=now)
            session = Credential(
                id=self.ids.new(),
                account_id=account.id,
                kind=CredentialKind.SESSION,
                name=f"by {credential.name}",
                digest=digest_of(cookie),
                created_at=now,
                created_by=account.name,
                expires_at=now + timedelta(hours=self.session_hours),
            )
            uow.credentials.add(session)
            note(uow, ChangeKind.SIGN_IN, account.name, {"by": credential.name}, actor=account.name, now=now)
            uow.commit()
        self.limits.give_back(Asked.SIGN_IN, session="", address=address)
        return cookie

    def sign_out(self, who: Identity) -> None:
        """End the session that the request came with."""
        if who.credential:
            with self.store() as uow:
                uow.credentials.revoke(who.credential, now=self.clock.now())
                uow.commit()

    def _opened(self, secret: str, kind: CredentialKind) -> Identity | None:
        if kind is CredentialKind.TOKEN and not _SECRET.fullmatch(secret):
            return None
        now = self.clock.now()
        with self.store() as uow:
            credential = self._good(uow, secret, (kind,))
            if credential is None:
                return None
            account = uow.accounts.get(credential.account_id)
            if credential.last_used_at is None or credential.last_used_at < now - _NOTED_EVERY:
                uow.credentials.used(credential.id, now=now)
                uow.commit()
        return Identity(
            voter=f"account:{account.id}",
            role=account.role,
            account=account.id,
            name=account.name,
            credential=credential.id,
        )

    def _good(self, uow: UnitOfWork, secret: str, kinds: tuple[CredentialKind, ...]) -> Credential | None:
        digest = digest_of(secret)
        credential = uow.credentials.find(digest)
        if credential is None or credential.kind not in kinds or not credential.good(self.clock.now()):
            return None
        # the index found it; how long that took tells of a hash, and nothing of the secret
        same = secrets.compare_digest(credential.digest, digest)
        closed = uow.accounts.get(credential.account_id).closed_at is not None
        return credential if same and not closed else None
