"""A person's vote."""

from dataclasses import dataclass
from datetime import datetime

from services.domain.judgement import Winner


@dataclass(frozen=True, kw_only=True)
class Vote:
    """One person's choice about one battle; there is at most one per battle.

    `voter` is an opaque session id. `idempotency_key` makes a repeated request the same vote.
    """

    id: str
    battle_id: str
    choice: Winner
    voter: str
    idempotency_key: str
    created_at: datetime


@dataclass(frozen=True, kw_only=True)
class Voter:
    """Who has voted: an opaque session id, and the random name that stands for it in everything that is published.

    Without this row nothing ties the two together: to forget a person is to remove it.
    """

    id: str
    pseudonym: str
    created_at: datetime
