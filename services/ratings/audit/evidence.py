"""How strongly the draws speak against the declaration: e-values that may be read at any time.

For a contender with declared probability q_t to be in draw t, and x_t telling whether it was, the product of
r^x_t / (1 - q_t + r q_t) is a martingale with mean 1 whatever the policy made of the past, so by Ville's inequality
(1939) it ever exceeds 1/alpha with probability alpha at most. Where q_t is not known but the pair's probability p_t
was stored, X_t = x_t / (m p_t), m the number of eligible opponents, has mean 1, and the product of 1 + k (X_t - 1) is
such a martingale for k in [-1/(B - 1), 1), B the largest value that the declared floor leaves to X_t (betting:
Waudby-Smith and Ramdas, 2024). Below a floor, r < 1 and the floor's own share in place of q_t give a supermartingale.
"""

import math
from dataclasses import dataclass

import numpy as np
from scipy.special import logsumexp

from services.ratings.audit.attribution import per_contender
from services.ratings.audit.segments import Segment
from services.ratings.games import Floats

LESS = (0.125, 0.25, 0.5, 0.8, 0.25, 0.5)
"""Factors on the odds of being drawn; the last two are those that a non-static rule's floor is tested with."""
MORE = (8.0, 4.0, 2.0, 1.25)
_BETS_LESS = (1.0, 0.5, 0.2, 0.05)
_BETS_MORE = (0.2, 0.05, 0.02, 0.005)
_TINY = 1e-300


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """(K,) natural logarithms of the e-values for being drawn less, and more, than declared."""

    less: Floats
    more: Floats


def evidence(
    segments: tuple[Segment, ...], size: int, *, apart: frozenset[int] = frozenset(), undisturbed: bool = True
) -> Evidence:
    """The evidence about `size` contenders from the draws that none of `apart` was in.

    Given that, the others' probabilities are the declared ones divided by their sum. Of a rule that is not static that
    sum is unknown, but at most 1: then only too few draws are evidence, too many count for nothing. The same holds
    when draws are not `undisturbed`: somebody is missing whom the stored probabilities still reckon with.
    """
    less, more = np.zeros((len(LESS), size)), np.zeros((len(MORE), size))
    out = np.array(sorted(apart), dtype=np.int64)
    for segment in segments:
        kept = ~(np.isin(segment.first, out) | np.isin(segment.second, out))
        table = segment.table()
        weights = segment.weights.copy()
        weights[out] = 0.0
        drawn = (segment.first[kept], segment.second[kept])
        if table is not None:
            share = _conditional(table, out)
            less += _likelihood(np.array(LESS), share, drawn)
            more += _likelihood(np.array(MORE), share, drawn)
            continue
        scaled = _Scaled.of(segment, weights, kept, drawn)
        less[: len(_BETS_LESS)] += scaled.bets(np.array(_BETS_LESS) * -scaled.largest_bet)
        # of all draws, not of those kept: a floor holds whoever else was drawn
        floor = _likelihood(np.array(LESS[4:]), segment.least_share(), (segment.first, segment.second))
        less[len(_BETS_LESS) :] += floor
        if undisturbed and not apart:
            more += scaled.bets(np.array(_BETS_MORE))
    return Evidence(less=_mixture(less), more=_mixture(more))


@dataclass(frozen=True, kw_only=True)
class _Scaled:
    """x_t / (m p_t) of every contender: `value` (n,) where it was drawn, 0 elsewhere."""

    drawn: tuple[np.ndarray, np.ndarray]
    value: Floats
    largest_bet: float
    can: Floats

    @classmethod
    def of(cls, segment: Segment, weights: Floats, kept: np.ndarray, drawn: tuple[np.ndarray, np.ndarray]) -> "_Scaled":
        opponents = int((weights > 0).sum()) - 1
        value = 1.0 / np.maximum(segment.stored[kept] * max(1, opponents), _TINY)
        highest = segment.pairs / (segment.floor * max(1, opponents)) if segment.floor > 0 else math.inf
        bet = 1.0 / (highest - 1.0) if math.isfinite(highest) and highest > 1 and opponents > 0 else 0.0
        return cls(drawn=drawn, value=value, largest_bet=min(bet, 0.99), can=(weights > 0).astype(np.float64))

    def bets(self, bets: Floats) -> Floats:
        """(bets, K) logarithms of the products of 1 + k (X - 1)."""
        rows = []
        for bet in bets:
            hit = np.log(np.maximum(1.0 + bet * (self.value - 1.0), _TINY)) - math.log(1.0 - bet)
            total = per_contender(*self.drawn, hit, len(self.can))
            rows.append((total + len(self.value) * math.log(1.0 - bet)) * self.can)
        return np.array(rows)


def _likelihood(factors: Floats, share: Floats, drawn: tuple[np.ndarray, np.ndarray]) -> Floats:
    counts = per_contender(*drawn, np.ones(len(drawn[0])), len(share))
    with np.errstate(divide="ignore", invalid="ignore"):
        expected = len(drawn[0]) * np.log1p(share[None, :] * (factors[:, None] - 1.0))
    return np.where(share > 0, counts[None, :] * np.log(factors)[:, None] - expected, 0.0)


def _conditional(table: Floats, out: np.ndarray) -> Floats:
    left = table.copy()
    left[out, :] = 0.0
    left[:, out] = 0.0
    total = left.sum() / 2
    return np.asarray(left.sum(axis=1) / total if total > 0 else left.sum(axis=1))


def _mixture(logs: Floats) -> Floats:
    return np.asarray(logsumexp(logs, axis=0) - math.log(len(logs)))
