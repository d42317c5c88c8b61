"""Scores with ordinary intervals, from strengths and their covariance."""

from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from services.ratings.bradley_terry import MEAN_SCORE, POINTS_PER_LOGIT
from services.ratings.games import Floats

CONFIDENCE = 0.95
NORMAL_QUANTILE = NormalDist().inv_cdf(0.5 + CONFIDENCE / 2)


@dataclass(frozen=True, kw_only=True)
class Scores:
    """(K,) scores with 95 % bounds, and (K, K) covariance, all in rating points."""

    score: Floats
    low: Floats
    high: Floats
    covariance: Floats

    @property
    def standard_errors(self) -> Floats:
        """(K,) of the scores."""
        return np.sqrt(np.maximum(np.diag(self.covariance), 0.0))

    @property
    def pair_errors(self) -> Floats:
        """(K, K) standard errors of the differences between scores."""
        variance = np.diag(self.covariance)
        return np.sqrt(np.maximum(variance[:, None] + variance[None, :] - 2 * self.covariance, 0.0))

    @property
    def differences(self) -> Floats:
        """(K, K) score of the row less score of the column."""
        return self.score[:, None] - self.score[None, :]


def scores(theta: Floats, covariance: Floats, *, anchor: int | None) -> Scores:
    """Scores in points: contender number `anchor` is exactly 1000, or (None) the mean is."""
    size = len(theta)
    reference = np.full(size, 1.0 / size)
    if anchor is not None:
        reference = np.eye(size)[anchor]
    gauge = POINTS_PER_LOGIT * (np.eye(size) - reference[None, :])
    score = MEAN_SCORE + gauge @ theta
    spread = np.asarray(gauge @ covariance @ gauge.T)
    half = NORMAL_QUANTILE * np.sqrt(np.maximum(np.diag(spread), 0.0))
    return Scores(score=score, low=score - half, high=score + half, covariance=spread)
