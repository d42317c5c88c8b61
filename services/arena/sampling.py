"""Who meets whom: pairs are drawn with a known probability that is stored with the battle, and so is the rule."""

import random
import threading
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from services.clock import Clock
from services.domain.contender import Contender
from services.domain.judgement import Source, Winner
from services.errors import PrerequisiteError
from services.ratings.pair_rules import Entrants, entrants, met_again, strengths_of
from services.ratings.sampling import PairTable, Policy, Rule, pair_table
from services.store.unit_of_work import UnitOfWork

CHOSEN_VERSION = "1"
"""Version of the policy "chosen": the pair was named by whoever asked."""

_REST_PER_READ = 50
_POINTS = {Winner.A: 1.0, Winner.B: 0.0, Winner.TIE: 0.5, Winner.BOTH_BAD: 0.5}


@dataclass(frozen=True, kw_only=True)
class Pairing:
    """A drawn pair in seat order, the probability of the unordered pair, and the policy that really drew it."""

    contender_a: str
    contender_b: str
    probability: float
    policy: str
    policy_version: str


@dataclass(frozen=True, kw_only=True)
class _Known:
    """The table for these contenders from counts read, and drawn since; to be read again at `stale_at` (monotonic)."""

    stale_at: float
    contenders: tuple[Contender, ...]
    who: Entrants
    policy: Policy
    table: PairTable

    def after(self, pair: tuple[str, str]) -> "_Known":
        """The same once `pair` has met again; only the rule that counts battles gets another table."""
        if self.policy.rule is not Rule.LEAST_MET:
            return self
        who = met_again(self.who, pair)
        return replace(self, who=who, table=pair_table(self.policy, who))


class PairSampler:
    """Draws pairs by `policy`; where that needs votes that are not there yet, or a fit that fails, by `fallback`.

    The fallback needs no fit: `weighted` for the A-optimal rule, and newcomers are told by their votes alone.

    Counts are read again after `refresh_seconds`, or fifty times as long as reading took if that is longer, and a fit
    is kept as long; what this process draws in between is counted at once. Several threads may draw at the same time:
    while one reads, the others draw from what is known.
    """

    def __init__(self, *, policy: Policy, clock: Clock, refresh_seconds: float) -> None:
        self.policy = policy
        rule = Rule.WEIGHTED if policy.rule is Rule.A_OPTIMAL else policy.rule
        self.fallback = replace(policy, rule=rule, newcomer_half_width=0.0) if policy.needs_strengths else policy
        self._clock, self._refresh_seconds = clock, refresh_seconds
        self._lock, self._reading = threading.Lock(), threading.Lock()
        self._known: _Known | None = None

    @property
    def declaration(self) -> dict[str, str]:
        """The policy as the registry's history keeps it: name, version, parameters, the fallback's name and version."""
        said = {"policy": self.policy.name, "version": self.policy.version}
        said |= {name: _exact(value) for name, value in self.policy.parameters.items()}
        if self.fallback != self.policy:
            said |= {"fallback": self.fallback.name, "fallback_version": self.fallback.version}
        return said

    def considered(self, uow: UnitOfWork, contenders: Sequence[Contender]) -> Sequence[Contender]:  # noqa: ARG002
        """The contenders as they stand for this sampler: on or off, with their weights."""
        return contenders

    def declared(self, uow: UnitOfWork) -> dict[str, str]:  # noqa: ARG002
        """The declaration of the policy that draws now."""
        return self.declaration

    def draw(self, uow: UnitOfWork, contenders: Sequence[Contender], rng: random.Random) -> Pairing:
        """A pair of enabled contenders, its seats by a fair coin.

        Raises:
            PrerequisiteError: fewer than two contenders are enabled.
        """
        fresh = self._current(uow, tuple(contenders))
        with self._lock:
            # another thread may have drawn meanwhile: what it drew counts, if it drew among the same
            known = self._known if self._known and self._known.contenders == fresh.contenders else fresh
            pair, probability = known.table.drawn_at(rng.random())
            self._known = known.after(pair)
        names = list(pair)
        rng.shuffle(names)
        return Pairing(
            contender_a=names[0],
            contender_b=names[1],
            probability=probability,
            policy=known.policy.name,
            policy_version=known.policy.version,
        )

    def table(
        self, uow: UnitOfWork, contenders: Sequence[Contender], *, before: datetime | None = None
    ) -> tuple[Policy, PairTable]:
        """The probability of every pair, and the policy that says so: as it is now, or as it would be if the battles
        were known that began `before`, which tells nothing of those that came later.

        Raises:
            PrerequisiteError: fewer than two contenders are enabled.
        """
        if before is not None:
            who, policy = self._known_of(uow, contenders, before=before)
            return policy, pair_table(policy, who)
        known = self._current(uow, tuple(contenders))
        return known.policy, known.table

    def _current(self, uow: UnitOfWork, contenders: tuple[Contender, ...]) -> _Known:
        known = self._known
        if known is None or known.contenders != contenders:
            return self._read(uow, contenders)
        if self._clock.monotonic() < known.stale_at or not self._reading.acquire(blocking=False):
            return known
        try:
            return self._read(uow, contenders)
        finally:
            self._reading.release()

    def _read(self, uow: UnitOfWork, contenders: tuple[Contender, ...]) -> _Known:
        start = self._clock.monotonic()
        who, policy = self._known_of(uow, contenders)
        table, end = pair_table(policy, who), self._clock.monotonic()
        stale_at = end + max(self._refresh_seconds, _REST_PER_READ * (end - start))
        fresh = _Known(stale_at=stale_at, contenders=contenders, who=who, policy=policy, table=table)
        with self._lock:
            self._known = fresh
        return fresh

    def _known_of(
        self, uow: UnitOfWork, contenders: Sequence[Contender], *, before: datetime | None = None
    ) -> tuple[Entrants, Policy]:
        """What is known of the contenders, and which policy that is enough for."""
        wanted = self.policy
        met = uow.battles.pair_counts(before=before) if wanted.rule is Rule.LEAST_MET else {}
        asks_votes = wanted.boosts or wanted.rule in (Rule.PAPER, Rule.A_OPTIMAL)
        points = _points_of(uow) if asks_votes else {}
        who = entrants(contenders, met=met, points=points)
        if who.size < 2:
            raise PrerequisiteError(
                "A battle needs two enabled contenders.", hint="`arena models list` shows what there is."
            )
        if wanted.rule is Rule.A_OPTIMAL and who.votes.mean() < wanted.warmup_votes:
            wanted = self.fallback
        if not wanted.needs_strengths:
            return who, wanted
        try:
            return replace(who, strengths=strengths_of(who.names, points)), wanted
        except ArithmeticError:
            return who, self.fallback


def _points_of(uow: UnitOfWork) -> dict[tuple[str, str], float]:
    """Points of the first over the second of every ordered pair, from people's votes on drawn pairs."""
    points: dict[tuple[str, str], float] = {}
    for first, second, winner, count in uow.judgements.pair_outcomes(Source.HUMAN):
        gained = _POINTS[winner] * count
        points[first, second] = points.get((first, second), 0.0) + gained
        points[second, first] = points.get((second, first), 0.0) + count - gained
    return points


def _exact(value: float) -> str:
    """The shortest text that gives the number back."""
    short = f"{value:g}"
    return short if float(short) == value else repr(float(value))
