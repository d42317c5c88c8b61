"""With which probability each pair is drawn, under which policy: the whole table, so that it can be stored and checked.

A policy mixes its rule with the uniform draw: p = (1 - f) q + f / pairs. The share f is the floor: whatever the rule
says, every contender has at least f / K of all seats and every pair at least f / pairs of all battles, whoever made
it. Licence and provider are no input of any function here but `compare_shares`, which only reads.
"""

import hashlib
import json
import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from statistics import NormalDist

import numpy as np

from services.ratings.bradley_terry import POINTS_PER_LOGIT
from services.ratings.games import Floats, Integers
from services.ratings.pair_rules import Entrants, a_optimal, least_met, uniform, variance_reduction
from services.ratings.reweighting import Reweighting, inverse_probability_weights

__all__ = [
    "PairTable",
    "Policy",
    "Reweighting",
    "Rule",
    "Share",
    "compare_shares",
    "expected_shares",
    "inverse_probability_weights",
    "pair_table",
]

_Z = NormalDist().inv_cdf(0.975)


class Rule(StrEnum):
    """What a pair's probability is proportional to, before the floor."""

    LEAST_MET = "least-met"
    UNIFORM = "uniform"
    WEIGHTED = "weighted"
    PAPER = "paper"
    A_OPTIMAL = "a-optimal"


_SCORES: Mapping[Rule, Callable[[Entrants], Floats]] = {
    Rule.LEAST_MET: least_met,
    Rule.UNIFORM: uniform,
    Rule.WEIGHTED: uniform,
    Rule.PAPER: variance_reduction,
    Rule.A_OPTIMAL: a_optimal,
}
_REVISIONS: Mapping[Rule, int] = {
    Rule.LEAST_MET: 2,
    Rule.UNIFORM: 1,
    Rule.WEIGHTED: 1,
    Rule.PAPER: 1,
    Rule.A_OPTIMAL: 1,
}
"""Counted up when a rule's formula changes, so that its version does too (least-met had no floor in its first)."""


@dataclass(frozen=True, kw_only=True)
class Policy:
    """A rule with its parameters. `version` is a hash of all that shapes the table beside counts and weights.

    `floor`: share of draws that are uniform, in (0, 1]. A contender's weight is multiplied by `newcomer_boost` while
    it has fewer than `newcomer_votes` votes and, where `newcomer_half_width` (points) is above 0, the half-width of
    its 95 % interval is above that. The uniform rule knows neither weights nor newcomers. `warmup_votes` per
    contender, on average, are what the A-optimal rule waits for.

    Raises:
        ValueError: a parameter is out of its range.
    """

    rule: Rule
    floor: float = 0.2
    newcomer_votes: int = 3000
    newcomer_boost: float = 5.0
    newcomer_half_width: float = 0.0
    warmup_votes: int = 30

    def __post_init__(self) -> None:
        if not 0 < self.floor <= 1:
            raise ValueError(f"The floor is a share above 0 and at most 1, not {self.floor}.")
        if not (1 <= self.newcomer_boost < math.inf):
            raise ValueError(f"The newcomers' boost is a finite factor of at least 1, not {self.newcomer_boost}.")
        if min(self.newcomer_votes, self.warmup_votes) < 0 or not 0 <= self.newcomer_half_width < math.inf:
            raise ValueError("Votes and the half-width that a policy names cannot be negative.")

    @property
    def name(self) -> str:
        """What is stored with each battle."""
        return self.rule.value

    @property
    def parameters(self) -> dict[str, float]:
        """Those that shape this rule's table."""
        shaping: dict[str, float] = {"revision": _REVISIONS[self.rule]}
        if self.rule is Rule.UNIFORM:
            return shaping
        shaping["floor"] = float(self.floor)
        if self.newcomer_boost > 1 and self.newcomer_votes > 0:
            shaping["newcomer_boost"] = float(self.newcomer_boost)
            shaping["newcomer_votes"] = self.newcomer_votes
            shaping["newcomer_half_width"] = float(self.newcomer_half_width)
        if self.rule is Rule.A_OPTIMAL:
            shaping["warmup_votes"] = self.warmup_votes
        return shaping

    @property
    def version(self) -> str:
        """The first 12 hexadecimal digits of the SHA-256 of name and parameters as JSON with sorted keys."""
        text = json.dumps([self.name, self.parameters], sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()[:12]

    @property
    def boosts(self) -> bool:
        """Whether newcomers are drawn more often."""
        return self.rule is not Rule.UNIFORM and self.newcomer_boost > 1 and self.newcomer_votes > 0

    @property
    def needs_strengths(self) -> bool:
        """Whether a table takes a fit."""
        return self.rule is Rule.A_OPTIMAL or (self.boosts and self.newcomer_half_width > 0)


@dataclass(frozen=True, kw_only=True)
class PairTable:
    """The probability of each of the K (K - 1) / 2 unordered pairs; they sum to 1.

    `first`, `second`: indices into the sorted `names`, first < second; `probability`: in the same order.
    """

    names: tuple[str, ...]
    first: Integers
    second: Integers
    probability: Floats

    def items(self) -> Iterator[tuple[tuple[str, str], float]]:
        """Each pair of names, sorted, with its probability."""
        for i, j, chance in zip(self.first, self.second, self.probability, strict=True):
            yield (self.names[i], self.names[j]), float(chance)

    def drawn_at(self, quantile: float) -> tuple[tuple[str, str], float]:
        """The pair, with its probability, that a uniform random number in [0, 1) draws."""
        steps = np.cumsum(self.probability)
        index = min(int(np.searchsorted(steps, quantile * steps[-1], side="right")), len(steps) - 1)
        pair = self.names[self.first[index]], self.names[self.second[index]]
        return pair, float(self.probability[index])


def pair_table(policy: Policy, who: Entrants) -> PairTable:
    """The table of `policy`: the same for any order of the contenders, and renamed when they are.

    Raises:
        ValueError: fewer than two contenders, a weight that is not positive and finite, or strengths are missing
            that the policy needs.
    """
    if who.size < 2:
        raise ValueError("A pair takes two contenders.")
    if not (np.isfinite(who.weights).all() and (who.weights > 0).all()):
        raise ValueError("The weight of a contender must be positive and finite.")
    first, second = np.triu_indices(who.size, 1)
    chance = np.full(len(first), 1.0 / len(first))
    if policy.rule is not Rule.UNIFORM:
        pull = np.log(who.weights) + newcomers(policy, who) * math.log(policy.newcomer_boost)
        with np.errstate(divide="ignore"):
            scores = np.log(_SCORES[policy.rule](who)[first, second]) + pull[first] + pull[second]
        if math.isfinite(top := float(scores.max())):
            wanted = np.exp(scores - top)
            chance = (1.0 - policy.floor) * wanted / wanted.sum() + policy.floor * chance
    return PairTable(names=who.names, first=first, second=second, probability=chance)


def newcomers(policy: Policy, who: Entrants) -> Floats:
    """(K,) 1.0 for those that `policy` still boosts, 0.0 for the rest: a matter of votes and width alone."""
    if not policy.boosts:
        return np.zeros(who.size)
    fresh = who.votes < policy.newcomer_votes
    if policy.newcomer_half_width > 0:
        if who.strengths is None:
            raise ValueError("An interval target for newcomers needs the strengths of the contenders.")
        spread = np.sqrt(np.maximum(np.diag(who.strengths.covariance), 0.0))
        fresh &= _Z * POINTS_PER_LOGIT * spread > policy.newcomer_half_width
    return np.asarray(fresh, dtype=np.float64)


def expected_shares(table: PairTable, group_of: Mapping[str, str] | None = None) -> dict[str, float]:
    """The share of all seats that each contender, or each group of them, has under `table`; they sum to 1.

    `group_of` names a contender's group (its organisation, its licence class); without it each is its own.
    """
    return {row.group: row.expected for row in compare_shares(table, {}, group_of)}


@dataclass(frozen=True, kw_only=True)
class Share:
    """Seats of a group: `expected` under a table, `actual` in `battles` battles (None when there are none).

    `low` and `high` bound what 95 % of such histories would show if each battle were drawn from the table.
    """

    group: str
    expected: float
    low: float
    high: float
    actual: float | None
    battles: int


def compare_shares(
    table: PairTable, drawn: Mapping[tuple[str, str], int], group_of: Mapping[str, str] | None = None
) -> tuple[Share, ...]:
    """Expected and actual shares of seats per group, by name of the group.

    `drawn` counts battles per pair of names in any order; those of contenders that the table lacks are left out. The
    range is the normal one of independent draws, mean +- 1.96 standard errors, cut at 0 and 1.
    """
    groups = [(group_of or {}).get(name, name if group_of is None else "") for name in table.names]
    index = {name: i for i, name in enumerate(table.names)}
    known = [(index[a], index[b], n) for (a, b), n in drawn.items() if a in index and b in index]
    battles = sum(n for _, _, n in known)
    rows = []
    for group in sorted(set(groups)):
        inside = np.array([name == group for name in groups], dtype=np.float64)
        seats = (inside[table.first] + inside[table.second]) / 2
        expected = min(1.0, float(seats @ table.probability))
        spread = _Z * math.sqrt(max(0.0, float(seats**2 @ table.probability) - expected**2) / max(1, battles))
        taken = sum(n * (inside[i] + inside[j]) / 2 for i, j, n in known)
        rows.append(
            Share(
                group=group,
                expected=expected,
                low=max(0.0, expected - spread) if battles else 0.0,
                high=min(1.0, expected + spread) if battles else 1.0,
                actual=float(taken / battles) if battles else None,
                battles=battles,
            )
        )
    return tuple(rows)
