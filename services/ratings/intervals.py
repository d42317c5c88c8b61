"""Intervals for scores and ranks from a covariance."""

from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from services.ratings.bradley_terry import MEAN_SCORE, POINTS_PER_LOGIT
from services.ratings.games import Floats, Integers

CONFIDENCE = 0.95
_DRAWS = 2000
_CHUNK = 100


@dataclass(frozen=True, kw_only=True)
class Scores:
    """(K,) scores with 95 % bounds, and (K, K) covariance, all in rating points."""

    score: Floats
    low: Floats
    high: Floats
    covariance: Floats


def scores(theta: Floats, covariance: Floats, *, anchor: int | None) -> Scores:
    """Scores in points: contender number `anchor` is exactly 1000, or (None) the mean is."""
    size = len(theta)
    reference = np.full(size, 1.0 / size)
    if anchor is not None:
        reference = np.eye(size)[anchor]
    gauge = POINTS_PER_LOGIT * (np.eye(size) - reference[None, :])
    score = MEAN_SCORE + gauge @ theta
    spread = np.asarray(gauge @ covariance @ gauge.T)
    half = NormalDist().inv_cdf(0.5 + CONFIDENCE / 2) * np.sqrt(np.maximum(np.diag(spread), 0.0))
    return Scores(score=score, low=score - half, high=score + half, covariance=spread)


def rank_bounds(found: Scores, *, seed: int) -> tuple[Integers, Integers]:
    """(K,) best and worst rank of each contender, all true at once with 95 % confidence.

    A pair is separated when |difference| / se exceeds the 95th percentile of the largest such ratio over all
    pairs under the normal law with this covariance (single-step max-T, simulated with `seed`).
    """
    size = len(found.score)
    variance = np.diag(found.covariance)
    se = np.sqrt(np.maximum(variance[:, None] + variance[None, :] - 2 * found.covariance, 0.0))
    difference = found.score[:, None] - found.score[None, :]
    beats = difference > np.maximum(_critical(found.covariance, se, seed=seed) * se, 1e-6)
    best: Integers = 1 + beats.sum(axis=0)
    worst: Integers = size - beats.sum(axis=1)
    return best, worst


def _critical(covariance: Floats, se: Floats, *, seed: int) -> float:
    upper = np.triu_indices(len(covariance), 1)
    scale = se[upper]
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
