"""How well raters agree: Cohen's kappa for two, Krippendorff's alpha for many with gaps, with bootstrap intervals.

Categories are numbers 0 .. c-1; where order matters, they are in order. Sources: Cohen, "A coefficient of agreement
for nominal scales" (1960) and "Weighted kappa" (1968); Krippendorff, "Content Analysis" (4th ed. 2018), ch. 12.
Intervals: percentile bootstrap over clusters (Field and Welsh, "Bootstrapping clustered data", 2007).
"""

import math
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from services.ratings.games import Floats

REPLICATES, CONFIDENCE = 1000, 0.95
_CHUNK = 100


class Weights(StrEnum):
    """What a disagreement costs: 1 (unweighted), the distance of the categories, or its square."""

    UNWEIGHTED = "unweighted"
    LINEAR = "linear"
    QUADRATIC = "quadratic"


class Level(StrEnum):
    """What two categories are to each other: just different, or ranks."""

    NOMINAL = "nominal"
    ORDINAL = "ordinal"


@dataclass(frozen=True, kw_only=True)
class Measure:
    """A statistic, its 95 % interval, and how it was found.

    `n` counts pairs of judgements (kappa, agreement) or judgements that can be paired (alpha), `clusters` what was
    drawn again. `point` is None where the statistic is not defined (no data, or only one category was ever used),
    `low` and `high` also where there are fewer than two clusters or most redrawn data leave it undefined.
    """

    point: float | None
    low: float | None
    high: float | None
    n: int
    clusters: int
    method: str
    seed: int


@dataclass(frozen=True, kw_only=True)
class Rating:
    """One rater's category for one unit."""

    unit: Hashable
    rater: str
    category: int


@dataclass(frozen=True, kw_only=True)
class Pair:
    """Two judgements of the same thing; pairs of one `cluster` are not independent."""

    first: int
    second: int
    cluster: Hashable


def raw_agreement(pairs: Sequence[Pair], *, categories: int, seed: int) -> Measure:
    """The share of pairs that agree."""
    method = "share of equal pairs"
    return _of_pairs(pairs, categories, _observed, method=method, seed=seed)


def chance_agreement(pairs: Sequence[Pair], *, categories: int, seed: int) -> Measure:
    """The share that would agree if both drew independently from their own frequencies."""
    method = "agreement expected from the margins"
    return _of_pairs(pairs, categories, _expected, method=method, seed=seed)


def cohen_kappa(pairs: Sequence[Pair], *, categories: int, weights: Weights, seed: int) -> Measure:
    """1 - sum w O / sum w E over the cells, w the cost of a disagreement, E from both raters' margins."""
    cost = _cost(categories, weights)

    def kappa(tables: Floats) -> Floats:
        total = np.maximum(tables.sum(axis=(1, 2)), 1e-300)
        expected = tables.sum(axis=2)[:, :, None] * tables.sum(axis=1)[:, None, :] / total[:, None, None]
        return _one_minus((tables * cost).sum(axis=(1, 2)), (expected * cost).sum(axis=(1, 2)))

    return _of_pairs(pairs, categories, kappa, method=f"cohen kappa, {weights}", seed=seed)


def krippendorff_alpha(ratings: Sequence[Rating], *, categories: int, level: Level, seed: int) -> Measure:
    """1 - observed / expected disagreement; units with fewer than two raters say nothing and are left out.

    The bootstrap draws units. Two judgements of one unit by the same rater count as two raters': keep one.
    """
    counts = _counts(ratings, categories)
    counts = counts[counts.sum(axis=1) >= 2]
    sizes = counts.sum(axis=1, keepdims=True)
    pairs = counts[:, :, None] * (counts[:, None, :] - np.eye(categories)) / np.maximum(sizes - 1, 1)[:, :, None]

    def alpha(tables: Floats) -> Floats:
        margins = tables.sum(axis=2)
        total = margins.sum(axis=1)
        distance = _distances(margins, level)
        expected = margins[:, :, None] * margins[:, None, :] - margins[:, :, None] * np.eye(categories)
        observed = (tables * distance).sum(axis=(1, 2))
        return _one_minus(observed * np.maximum(total - 1, 0), (expected * distance).sum(axis=(1, 2)))

    method = f"krippendorff alpha, {level}"
    return _measure(pairs, alpha, n=int(sizes.sum()), method=method, seed=seed)


def _of_pairs(
    pairs: Sequence[Pair], categories: int, statistic: Callable[[Floats], Floats], *, method: str, seed: int
) -> Measure:
    codes = {cluster: i for i, cluster in enumerate(dict.fromkeys(pair.cluster for pair in pairs))}
    tables: Floats = np.zeros((len(codes), categories, categories))
    for pair in pairs:
        tables[codes[pair.cluster], pair.first, pair.second] += 1
    return _measure(tables, statistic, n=len(pairs), method=method, seed=seed)


def _measure(tables: Floats, statistic: Callable[[Floats], Floats], *, n: int, method: str, seed: int) -> Measure:
    """`tables` (G, c, c), one a cluster; `statistic` maps summed tables (R, c, c) to (R,), nan where undefined."""
    clusters = len(tables)
    found = float(statistic(tables.sum(axis=0, keepdims=True))[0]) if clusters else math.nan
    point = None if math.isnan(found) else found
    low = high = None
    if point is not None and clusters >= 2:
        draws = _bootstrap(tables, statistic, seed)
        draws = draws[~np.isnan(draws)]
        if len(draws) > REPLICATES // 2:
            tail = (1 - CONFIDENCE) / 2
            low, high = (float(value) for value in np.quantile(draws, [tail, 1 - tail]))
    full = f"{method}; {REPLICATES} bootstrap draws of clusters"
    return Measure(point=point, low=low, high=high, n=n, clusters=clusters, method=full, seed=seed)


def _bootstrap(tables: Floats, statistic: Callable[[Floats], Floats], seed: int) -> Floats:
    rng, clusters = np.random.default_rng(seed), len(tables)
    flat, found = tables.reshape(clusters, -1), []
    for _ in range(0, REPLICATES, _CHUNK):
        times = rng.multinomial(clusters, np.full(clusters, 1 / clusters), size=_CHUNK)
        found.append(statistic((times @ flat).reshape(_CHUNK, *tables.shape[1:])))
    return np.concatenate(found)


def _counts(ratings: Sequence[Rating], categories: int) -> Floats:
    codes = {unit: i for i, unit in enumerate(dict.fromkeys(rating.unit for rating in ratings))}
    counts: Floats = np.zeros((len(codes), categories))
    for rating in ratings:
        counts[codes[rating.unit], rating.category] += 1
    return counts


def _cost(categories: int, weights: Weights) -> Floats:
    apart = np.abs(np.subtract.outer(np.arange(categories), np.arange(categories))) / max(1, categories - 1)
    power = {Weights.UNWEIGHTED: 0.0, Weights.LINEAR: 1.0, Weights.QUADRATIC: 2.0}[weights]
    return np.where(apart > 0, apart**power, 0.0)


def _distances(margins: Floats, level: Level) -> Floats:
    """(R, c, c): 1 for different categories, or the squared number of judgements ranked between their middles."""
    categories = margins.shape[1]
    if level is Level.NOMINAL:
        return np.broadcast_to(1.0 - np.eye(categories), (len(margins), categories, categories))
    middle = margins.cumsum(axis=1) - margins / 2
    return np.asarray((middle[:, :, None] - middle[:, None, :]) ** 2)


def _one_minus(observed: Floats, expected: Floats) -> Floats:
    """1 - observed / expected, nan where no disagreement is expected."""
    return np.where(expected > 0, 1 - observed / np.where(expected > 0, expected, 1.0), math.nan)


def _observed(tables: Floats) -> Floats:
    total = tables.sum(axis=(1, 2))
    return np.where(total > 0, np.trace(tables, axis1=1, axis2=2) / np.maximum(total, 1e-300), math.nan)


def _expected(tables: Floats) -> Floats:
    total = np.maximum(tables.sum(axis=(1, 2)), 1e-300)
    return np.asarray((tables.sum(axis=2) * tables.sum(axis=1)).sum(axis=1) / total**2)
