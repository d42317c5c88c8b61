"""What showing only the best of several tries is worth."""

from dataclasses import dataclass

import numpy as np
from scipy.integrate import quad
from scipy.special import log_ndtr

from services.ratings.games import Floats

_LIMIT = 12.0


@dataclass(frozen=True, kw_only=True)
class Inflation:
    """E[max of `variants`] - E[one] in rating points for equal skills, and the standard deviation of that maximum.

    `standard_error` is that of one variant's rating against the other variants'.
    """

    variants: int
    standard_error: float
    points: float
    deviation: float


def inflation(variants: int, standard_error: float) -> Inflation:
    """The selection bias of the best of so many equally good variants whose ratings have this standard error.

    Source: order statistics of the normal law; section 3 of "The Leaderboard Illusion" (2504.20879).

    Raises:
        ValueError: no variant, or a negative standard error.
    """
    if variants < 1 or not standard_error >= 0:
        raise ValueError("Best-of-N takes at least one variant and a standard error that is not negative.")
    mean, second = _moment(variants, 1), _moment(variants, 2)
    return Inflation(
        variants=variants,
        standard_error=standard_error,
        points=standard_error * mean,
        deviation=standard_error * float(np.sqrt(max(0.0, second - mean**2))),
    )


def exchangeable_error(covariance: Floats) -> float:
    """The standard error that matters to the best of the variants with this covariance: what they share cancels.

    sqrt(mean variance - mean covariance); 0 for fewer than two.
    """
    size = len(covariance)
    if size < 2:
        return 0.0
    own = float(np.trace(covariance)) / size
    shared = (float(covariance.sum()) - float(np.trace(covariance))) / (size * (size - 1))
    return float(np.sqrt(max(0.0, own - shared)))


def _moment(variants: int, power: int) -> float:
    """E[max^power] of `variants` standard normals: the density is N phi(z) Phi(z)^(N-1)."""

    def density(z: float) -> float:
        log = np.log(variants) - 0.5 * z * z - 0.5 * np.log(2 * np.pi) + (variants - 1) * log_ndtr(z)
        return float(z**power * np.exp(log))

    return float(quad(density, -_LIMIT, _LIMIT, limit=200)[0])
