"""Who is better than whom, for all pairs at once, and the ranks that follow from it.

A rank interval read off overlapping score intervals would claim something else; here every claim is about a
difference, with the covariance of the two scores, and all claims of a board hold together with 95 % confidence.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from services.domain.rating import IntervalKind
from services.ratings import anytime
from services.ratings.games import Floats, Integers
from services.ratings.intervals import CONFIDENCE, Scores

Booleans = NDArray[np.bool_]

_DRAWS = 2000
_CHUNK = 100
_EQUAL_POINTS = 1e-6


def better(found: Scores, *, kind: IntervalKind, seed: int, rho: float) -> Booleans:
    """(K, K) whether the row is significantly better than the column, at a family-wise error of at most 5 %.

    FIXED: a pair is separated when |difference| / se exceeds the 95th percentile of the largest such ratio over all
    pairs under the normal law with this covariance (single-step max-T, simulated with `seed`; Westfall and Young,
    1993). ANYTIME: when it leaves the confidence sequence at level 5 % / (number of pairs), a union bound.
    """
    errors = found.pair_errors
    if kind is IntervalKind.ANYTIME:
        pairs = max(1, len(found.score) * (len(found.score) - 1) // 2)
        needed = anytime.half_widths(errors, rho=rho, alpha=(1 - CONFIDENCE) / pairs)
    else:
        needed = _critical(found.covariance, errors, seed=seed) * errors
    return np.asarray(found.differences > np.maximum(needed, _EQUAL_POINTS))


def bounds(is_better: Booleans) -> tuple[Integers, Integers]:
    """(K,) best and worst possible rank: 1 + those significantly better, K less those significantly worse."""
    best: Integers = 1 + is_better.sum(axis=0)
    worst: Integers = len(is_better) - is_better.sum(axis=1)
    return best, worst


def ranks(score: Floats) -> Integers:
    """(K,) 1 + the number of contenders with a higher score; equal scores share a rank."""
    found: Integers = 1 + (score[None, :] > score[:, None] + _EQUAL_POINTS).sum(axis=1)
    return found


def not_distinguishable(is_better: Booleans, names: Sequence[str]) -> list[tuple[str, ...]]:
    """Of each contender the others that are neither significantly better nor significantly worse, by name."""
    apart = is_better | is_better.T | np.eye(len(names), dtype=bool)
    return [tuple(sorted(name for name, out in zip(names, row, strict=True) if not out)) for row in apart]


def _critical(covariance: Floats, errors: Floats, *, seed: int) -> float:
    upper = np.triu_indices(len(covariance), 1)
    scale = errors[upper]
    kept = scale > 1e-9
    if not kept.any():
        return 0.0
    values, vectors = np.linalg.eigh(covariance)
    root = vectors * np.sqrt(np.maximum(values, 0.0))
    draws = np.random.default_rng(seed).standard_normal((_DRAWS, len(covariance))) @ root.T
    first, second = upper[0][kept], upper[1][kept]
    largest = [
        (np.abs(part[:, first] - part[:, second]) / scale[kept]).max(axis=1)
        for part in np.array_split(draws, _DRAWS // _CHUNK)
    ]
    return float(np.quantile(np.concatenate(largest), CONFIDENCE))
