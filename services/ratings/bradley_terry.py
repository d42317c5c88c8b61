"""Bradley-Terry by Newton's method on win counts.

P(i beats j) = 1 / (1 + exp(theta_j - theta_i)); ties and both-bad count half a win for each side. Source: Bradley
and Terry (1952); the damped step is the one for generalised self-concordant losses (Bach, 2010).
"""

import math
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from services.ratings.games import Floats, Games

POINTS_PER_LOGIT = 400.0 / math.log(10.0)
MEAN_SCORE = 1000.0
PRIOR_RIDGE = 1.0 / math.log(10.0) ** 2
"""Precision of the normal prior used when the data alone have no finite answer: standard deviation 400 points."""

_TOLERANCE = 1e-10
_MAX_STEPS = 200


@dataclass(frozen=True, kw_only=True)
class Fit:
    """Log-strengths with mean zero: `theta` (K,), the gauge-fixed inverse Hessian (K, K), and the ridge used."""

    theta: Floats
    inverse_hessian: Floats
    ridge: float


def strongly_connected(wins: Floats) -> bool:
    """Whether every contender has, through others, both beaten and lost to every other one (Ford, 1957).

    Exactly then the maximum-likelihood strengths are finite and unique. `wins`: (K, K).
    """
    reach = (wins > 0) | np.eye(len(wins), dtype=bool)
    for _ in range(max(1, len(wins).bit_length())):
        reach = (reach.astype(np.float64) @ reach.astype(np.float64)) > 0
    return bool(reach.all())


def fit(wins: Floats) -> Fit:
    """The strengths that explain `wins` (K, K) best; a normal prior enters only if none are finite without it."""
    ridge = 0.0 if strongly_connected(wins) else PRIOR_RIDGE
    theta = solve(wins[None], ridge=ridge)[0]
    _, hessian = _derivatives(wins[None], theta[None], ridge)
    return Fit(theta=theta, inverse_hessian=_centred(np.linalg.inv(hessian[0])), ridge=ridge)


def solve(wins: Floats, *, ridge: float) -> Floats:
    """(R, K) strengths, mean zero, of R win tables (R, K, K) at once: least summed loss plus ridge/2 |theta|^2.

    Raises:
        ArithmeticError: Newton's method did not converge (a table without a finite solution and no ridge).
    """
    theta: Floats = np.zeros(wins.shape[:2])
    for _ in range(_MAX_STEPS):
        gradient, hessian = _derivatives(wins, theta, ridge)
        try:
            step = np.linalg.solve(hessian, gradient[..., None])[..., 0]
        except np.linalg.LinAlgError:
            break
        spread = np.maximum(np.ptp(step, axis=1, keepdims=True), 1e-300)
        theta = theta + step * np.log1p(spread) / spread
        theta -= theta.mean(axis=1, keepdims=True)
        if float(spread.max()) < _TOLERANCE:
            return np.asarray(theta)
    raise ArithmeticError("The Bradley-Terry fit did not converge; is the win graph strongly connected?")


def sandwich(games: Games, fitted: Fit) -> Floats:
    """(K, K) cluster-robust covariance of theta: H^-1 (G/(G-1) sum_g s_g s_g') H^-1, s_g the score of a cluster."""
    return fitted.inverse_hessian @ _meat(games, fitted.theta) @ fitted.inverse_hessian


def model_based(games: Games, fitted: Fit) -> Floats:
    """(K, K) inverse Hessian times the Kish design effect of fully dependent clusters, sum_g m_g^2 / sum_g m_g."""
    sizes = np.bincount(games.clusters, weights=games.weights)
    return fitted.inverse_hessian * float((sizes**2).sum() / sizes.sum())


def bootstrap(games: Games, *, replicates: int, seed: int) -> Floats:
    """(replicates, K) strengths refitted after drawing whole clusters with replacement.

    A replicate whose win graph falls apart is fitted with the prior, so all numbers are finite.
    """
    rng = np.random.default_rng(seed)
    count, tables = games.cluster_count, []
    for _ in range(replicates):
        drawn = np.bincount(rng.integers(0, count, count), minlength=count)
        tables.append(games.wins(games.weights * drawn[games.clusters]))
    stacked = np.stack(tables)
    connected = np.array([strongly_connected(table) for table in tables])
    theta = np.empty(stacked.shape[:2])
    for chosen, ridge in ((connected, 0.0), (~connected, PRIOR_RIDGE)):
        if chosen.any():
            theta[chosen] = solve(stacked[chosen], ridge=ridge)
    return theta


def _derivatives(wins: Floats, theta: Floats, ridge: float) -> tuple[Floats, Floats]:
    """Ascent gradient (R, K) and gauge-fixed Hessian (R, K, K) of the penalised loss."""
    size = theta.shape[1]
    totals = wins + wins.transpose(0, 2, 1)
    expected = 0.5 * (1.0 + np.tanh(0.5 * (theta[:, :, None] - theta[:, None, :])))
    information = totals * expected * (1.0 - expected)
    gradient = (wins - totals * expected).sum(axis=2) - ridge * theta
    diagonal = information.sum(axis=2) + ridge
    hessian = diagonal[:, :, None] * np.eye(size) - information
    gauge = np.maximum(diagonal.mean(axis=1), 1e-12)[:, None, None] / size
    return gradient, hessian + gauge


def _meat(games: Games, theta: Floats, *, chunk: int = 4096) -> Floats:
    """(K, K) sum over clusters of the outer product of their scores, with the small-sample factor G/(G-1)."""
    size, count = len(theta), games.cluster_count
    expected = 1.0 / (1.0 + np.exp(theta[games.second] - theta[games.first]))
    residual = games.weights * (games.points - expected)
    order = np.argsort(games.clusters, kind="stable")
    bounds = np.searchsorted(games.clusters[order], np.arange(0, count + chunk, chunk))
    total = np.zeros((size, size))
    for start, stop in pairwise(bounds):
        rows = order[start:stop]
        base = (games.clusters[rows] % chunk) * size
        scores = np.bincount(base + games.first[rows], weights=residual[rows], minlength=chunk * size)
        scores -= np.bincount(base + games.second[rows], weights=residual[rows], minlength=chunk * size)
        table = scores.reshape(chunk, size)
        total += table.T @ table
    return total * count / max(1, count - 1)


def _centred(covariance: Floats) -> Floats:
    size = len(covariance)
    centring = np.eye(size) - 1.0 / size
    return np.asarray(centring @ covariance @ centring)
