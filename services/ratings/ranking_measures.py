"""Measures over rankings whose members have intervals: pure functions of a few arrays."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from statistics import NormalDist

import numpy as np
from scipy.special import ndtr
from scipy.stats import rankdata

from services.ratings.games import Floats, Integers

_HALF_WIDTHS = NormalDist().inv_cdf(0.975)


@dataclass(frozen=True, kw_only=True)
class Ranking:
    """K contenders with scores (higher is better), 95 % bounds, and the moments of the score's distribution.

    All (K,). `mean` and `deviation` are a bootstrap's; of a published ranking the score, and its half width over 1.96.
    """

    names: tuple[str, ...]
    score: Floats
    low: Floats
    high: Floats
    mean: Floats
    deviation: Floats

    def only(self, names: Sequence[str]) -> "Ranking":
        """These contenders in this order.

        Raises:
            ValueError: one is not ranked.
        """
        kept = [self.names.index(name) for name in names]
        return Ranking(
            names=tuple(names),
            score=self.score[kept],
            low=self.low[kept],
            high=self.high[kept],
            mean=self.mean[kept],
            deviation=self.deviation[kept],
        )

    def moved_to(self, score: Floats) -> "Ranking":
        """The ranking with these scores, and intervals and moments moved along."""
        by = score - self.score
        return replace(self, score=score, low=self.low + by, high=self.high + by, mean=self.mean + by)


def published(names: Sequence[str], score: Sequence[float], low: Sequence[float], high: Sequence[float]) -> Ranking:
    """A ranking as somebody else publishes it: scores and 95 % bounds.

    Raises:
        ValueError: a name stands twice, a number is not finite, or a score lies outside of its bounds.
    """
    if len(set(names)) < len(names):
        twice = next(name for name in names if list(names).count(name) > 1)
        raise ValueError(f"The ranking names {twice} twice.")
    points, least, most = (np.array(column, dtype=np.float64) for column in (score, low, high))
    for i, name in enumerate(names):
        if not np.isfinite([points[i], least[i], most[i]]).all():
            raise ValueError(f"A number of {name} is not finite.")
        if not least[i] <= points[i] <= most[i]:
            raise ValueError(f"The score of {name} lies outside of its interval: {least[i]} .. {most[i]}.")
    width = (most - least) / (2 * _HALF_WIDTHS)
    return Ranking(names=tuple(names), score=points, low=least, high=most, mean=points, deviation=width)


@dataclass(frozen=True, kw_only=True)
class Pairs:
    """Every pair of a reference once: indices, which scores higher (1, -1, 0 equal), and which is so beyond doubt."""

    first: Integers
    second: Integers
    order: Floats
    separated: Floats

    @classmethod
    def of(cls, ranking: Ranking) -> "Pairs":
        """The pairs of `ranking`; `separated` is 1 or -1 where the intervals do not overlap, else 0."""
        first, second = np.triu_indices(len(ranking.names), 1)
        return cls(
            first=first,
            second=second,
            order=np.sign(ranking.score[first] - ranking.score[second]),
            separated=_separated(ranking, first, second),
        )

    @property
    def count(self) -> int:
        """How many pairs there are."""
        return len(self.first)


def separability(ranking: Ranking) -> float:
    """The share of pairs whose 95 % intervals do not overlap (touching ones do)."""
    first, second = np.triu_indices(len(ranking.names), 1)
    return float(np.abs(_separated(ranking, first, second)).mean())


def agreement(ranking: Ranking, reference: Pairs) -> float:
    """Agreement with confidence: the mean over pairs of 1 where both separate them alike, -1 where they separate them
    differently and 0 where either cannot."""
    return float((_separated(ranking, reference.first, reference.second) * reference.separated).mean())


def brier(ranking: Ranking, reference: Pairs) -> float:
    """The pair-rank Brier score over the pairs that the reference separates; lower is better, .25 is a guess of one
    half for each.

    The forecast that the first ranks above the second is Phi((m1 - m2) / sqrt(s1^2 + s2^2)).
    """
    kept = reference.separated != 0
    first, second = reference.first[kept], reference.second[kept]
    difference = ranking.mean[first] - ranking.mean[second]
    spread = np.sqrt(ranking.deviation[first] ** 2 + ranking.deviation[second] ** 2)
    # without any scatter the forecast is certain, and one half for equals
    certain = 0.5 + 0.5 * np.sign(difference)
    forecast = np.where(spread > 0, ndtr(difference / np.where(spread > 0, spread, 1.0)), certain)
    return float(np.mean((forecast - (reference.separated[kept] > 0)) ** 2))


def spearman(ranking: Ranking, reference: Ranking) -> float:
    """Spearman's rank correlation, ties by their mean rank; 0 where one of the two ranks all alike."""
    one, two = rankdata(ranking.score), rankdata(reference.score)
    one, two = one - one.mean(), two - two.mean()
    scale = float(np.sqrt((one @ one) * (two @ two)))
    return float(one @ two) / scale if scale else 0.0


def kendall(ranking: Ranking, reference: Pairs) -> float:
    """Kendall's tau-b; 0 where one of the two ranks all alike."""
    order = np.sign(ranking.score[reference.first] - ranking.score[reference.second])
    scale = float(np.sqrt(np.abs(order).sum() * np.abs(reference.order).sum()))
    return float(order @ reference.order) / scale if scale else 0.0


def _separated(ranking: Ranking, first: Integers, second: Integers) -> Floats:
    above = ranking.low[first] > ranking.high[second]
    below = ranking.low[second] > ranking.high[first]
    return above.astype(np.float64) - below.astype(np.float64)
