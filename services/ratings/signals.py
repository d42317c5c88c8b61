"""Cheap signs of careless votes: too fast, too many, untried programs, always the same seat.

They inform (factor 1) unless a rule says more; what they are worth is in docs/reference/vote-quality.md.
"""

from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from scipy.stats import beta, binomtest

from services.domain.judgement import Winner
from services.domain.vote_record import Flag, FlagCode, VoteRecord
from services.ratings.evidence import grown

SEAT_SHARES = (0.7, 0.8, 0.9, 0.99)


@dataclass(frozen=True, kw_only=True)
class SignalRules:
    """Where the lines are, and what crossing them does to a vote's weight.

    `tolerated_seat_share`: people do favour a seat a little; only more than this is a sign. The longest dwell that
    is too fast is just below `least_seconds`.
    """

    least_seconds: float = 2.0
    most_per_minute: int = 10
    most_per_day: int = 200
    tolerated_seat_share: float = 0.6
    fast_factor: float = 1.0
    burst_factor: float = 0.5
    untried_factor: float = 1.0
    seat_factor: float = 1.0


def too_fast(record: VoteRecord, rules: SignalRules) -> Flag | None:
    """The vote came sooner after both sides could be seen than anybody can look at them."""
    dwell = record.dwell_seconds
    if dwell is None or dwell >= rules.least_seconds:
        return None
    reason = (
        f"The vote came {max(0.0, dwell):.1f} s after both sides could be seen (less than {rules.least_seconds:g} s)."
    )
    return Flag(code=FlagCode.TOO_FAST, reason=reason, factor=rules.fast_factor)


def untried(record: VoteRecord, rules: SignalRules) -> Flag | None:
    """The voter is known not to have used a program that was there to be used."""
    sides = [side for side, tried in (("A", record.tried_a), ("B", record.tried_b)) if tried is False]
    if not sides:
        return None
    reason = f"The running program of side {' and '.join(sides)} was not used before the vote."
    return Flag(code=FlagCode.UNTRIED, reason=reason, factor=rules.untried_factor)


class Bursts:
    """Counts each voter's votes in the minute and the day that end with a vote; votes come in order of time."""

    def __init__(self, rules: SignalRules) -> None:
        self._rules = rules
        self._minutes: dict[str, deque[datetime]] = {}
        self._days: dict[str, deque[datetime]] = {}

    def add(self, record: VoteRecord) -> Flag | None:
        """The flag of this vote: those before the line was reached keep their weight."""
        if not record.voter:
            return None
        rules = self._rules
        minute = _within(self._minutes.setdefault(record.voter, deque()), record.created_at, timedelta(minutes=1))
        day = _within(self._days.setdefault(record.voter, deque()), record.created_at, timedelta(days=1))
        if minute <= rules.most_per_minute and day <= rules.most_per_day:
            return None
        many, most, span = (day, rules.most_per_day, "24 hours")
        if minute > rules.most_per_minute:
            many, most, span = (minute, rules.most_per_minute, "60 seconds")
        reason = f"Vote number {many} of this voter within {span} (more than {most})."
        return Flag(code=FlagCode.BURST, reason=reason, factor=rules.burst_factor)


@dataclass(frozen=True, kw_only=True)
class SeatFinding:
    """How often a voter's decided votes went left: share with its exact 95 % interval (Clopper-Pearson).

    `p_value` is the exact two-sided binomial one against one half, `e_value` the evidence, valid at any number of
    votes, against a share between 1 - tolerated and tolerated.
    """

    voter: str
    left: int
    decided: int
    share: float
    low: float
    high: float
    p_value: float
    e_value: float

    @property
    def reason(self) -> str:
        """A sentence for the log and the voter's flag."""
        side, count = ("left", self.left) if 2 * self.left >= self.decided else ("right", self.decided - self.left)
        return (
            f"{count} of {self.decided} decided votes chose the {side} side, whoever sat there "
            f"(e-value {self.e_value:.3g}, p {self.p_value:.2g})."
        )


class SeatMonitor:
    """Bets on each decided vote going to one seat; seats are drawn at random, so skill cannot favour one.

    The evidence is the mean over both seats and the shares 0.7, 0.8, 0.9, 0.99 of the likelihood ratio against the
    largest tolerated share: a supermartingale for every smaller one. The shares all lie above the tolerated one.
    """

    def __init__(self, *, tolerated: float) -> None:
        if not 0.5 <= tolerated < SEAT_SHARES[0]:
            raise ValueError(f"The tolerated share of one seat lies from 0.5 to below {SEAT_SHARES[0]}: {tolerated}")
        self._tolerated = tolerated
        self._counts: dict[str, tuple[int, int]] = {}
        self._wealths: dict[str, list[float]] = {}

    def add(self, voter: str, winner: Winner) -> None:
        """Take a vote; ties and both-bad say nothing about seats."""
        if not voter or winner not in (Winner.A, Winner.B):
            return
        left, decided = self._counts.get(voter, (0, 0))
        self._counts[voter] = left + (winner is Winner.A), decided + 1
        wealths = self._wealths.setdefault(voter, [1.0] * (2 * len(SEAT_SHARES)))
        for i, (seat, share) in enumerate((seat, share) for seat in (Winner.A, Winner.B) for share in SEAT_SHARES):
            hit = winner is seat
            ratio = share / self._tolerated if hit else (1 - share) / (1 - self._tolerated)
            wealths[i] = grown(wealths[i], ratio)

    def decided(self, voter: str) -> int:
        """How many decided votes there were."""
        return self._counts.get(voter, (0, 0))[1]

    def evidence(self) -> Mapping[str, float]:
        """The e-value of every voter with a decided vote."""
        return {voter: self._evidence(voter) for voter in self._wealths}

    def finding(self, voter: str) -> SeatFinding | None:
        """What is known of `voter`; None without a decided vote."""
        if voter not in self._counts:
            return None
        left, decided = self._counts[voter]
        low, high = clopper_pearson(left, decided)
        return SeatFinding(
            voter=voter,
            left=left,
            decided=decided,
            share=left / decided,
            low=low,
            high=high,
            p_value=float(binomtest(left, decided, 0.5).pvalue),
            e_value=self._evidence(voter),
        )

    def _evidence(self, voter: str) -> float:
        return sum(self._wealths[voter]) / len(self._wealths[voter])


def clopper_pearson(hits: int, count: int, *, confidence: float = 0.95) -> tuple[float, float]:
    """The exact interval of a share (Clopper and Pearson, 1934)."""
    tail = (1 - confidence) / 2
    low = 0.0 if hits == 0 else float(beta.ppf(tail, hits, count - hits + 1))
    high = 1.0 if hits == count else float(beta.ppf(1 - tail, hits + 1, count - hits))
    return low, high


def first_flags(record: VoteRecord, rules: SignalRules) -> Iterable[Flag]:
    """The flags that follow from one record alone."""
    return [flag for flag in (too_fast(record, rules), untried(record, rules)) if flag is not None]


def _within(times: deque[datetime], now: datetime, span: timedelta) -> int:
    times.append(now)
    while times[0] <= now - span:
        times.popleft()
    return len(times)
