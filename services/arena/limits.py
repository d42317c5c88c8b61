"""How often a session and an address may ask for what costs something."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

import structlog

from services.arena.rested import Rested
from services.domain.admin_change import ChangeKind, newest
from services.domain.rate import Asked, Rate, spoken
from services.errors import RateLimited, Unavailable
from services.events.rate_limits import Counted, RateCounter
from services.store.unit_of_work import UnitOfWorkFactory

FRESH_SECONDS = 2.0
"""How long a process goes on with limits that an admin has changed elsewhere."""
log = structlog.get_logger()


@dataclass(frozen=True, kw_only=True)
class Limits:
    """Rates by what is asked for: the settings', or what an admin chose since. An address may ask `address_factor`
    times as often as a session: several people can share one.

    Where nobody can count (Redis is away), work and votes go on uncounted: a limit keeps abuse out, and losing votes
    to an outage would be worse. Guesses at secrets do not: they wait until they are counted again.
    """

    rates: Mapping[Asked, Rate | None]
    address_factor: int
    counter: RateCounter
    store: UnitOfWorkFactory
    rested: Rested

    def current(self) -> Mapping[Asked, Rate | None]:
        """What holds now; None where nothing is counted."""
        return self.rested.get("limits", None, self._read, least_seconds=FRESH_SECONDS)

    def take(self, asked: Asked, *, session: str, address: str, times: int = 1) -> None:
        """Count it, for the session and for the address.

        Raises:
            RateLimited: it was too often; says when the next is allowed.
            Unavailable: a guess that nobody can count.
        """
        rate = self.current()[asked]
        if rate is None:
            return
        try:
            wait = self.counter.take(self._counted(asked, rate, session, address), times=times)
        except Unavailable as error:
            if asked is Asked.SIGN_IN:
                raise
            log.warning("limit_uncounted", asked=asked.value, error=error.message)
            return
        if wait > 0:
            raise RateLimited(
                f"That was too often: {asked.value.replace('-', ' ')} are limited to {rate.text}.",
                retry_after_seconds=wait,
                hint=f"Try again in {spoken(wait)}.",
            )

    def give_back(self, asked: Asked, *, session: str, address: str) -> None:
        """Count it less: what was counted beforehand turned out to be no abuse."""
        rate = self.current()[asked]
        if rate is not None:
            self.counter.give_back(self._counted(asked, rate, session, address))

    def _read(self) -> Mapping[Asked, Rate | None]:
        with self.store() as uow:
            chosen = newest(uow.changes.of_kinds((ChangeKind.LIMIT,)))
        said = {subject: details["rate"] for (_, subject), details in chosen.items() if details.get("rate")}
        return {asked: Rate.of(said[asked]) if asked in said else self.rates.get(asked) for asked in Asked}

    def _counted(self, asked: Asked, rate: Rate, session: str, address: str) -> list[Counted]:
        own = [] if asked is Asked.SIGN_IN else [_counted(asked, "s", session, rate.count, rate.seconds)]
        many = rate.count if asked is Asked.SIGN_IN else rate.count * self.address_factor
        return [*own, _counted(asked, "a", address, many, rate.seconds)]


def _counted(asked: Asked, kind: str, who: str, count: int, seconds: int) -> Counted:
    # neither sessions nor addresses are kept as they are
    mark = hashlib.sha256(f"{kind}:{who}".encode()).hexdigest()[:24]
    return Counted(key=f"{asked.value}:{kind}:{mark}", count=count, seconds=seconds)
