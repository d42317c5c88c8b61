"""Bradley-Terry on win counts, and the covariance of its strengths.

P(i beats j) = 1 / (1 + exp(theta_j - theta_i)); ties and both-bad count half a win for each side. Source: Bradley
and Terry (1952).
"""

import math
from dataclasses import dataclass

import numpy as np

from services.ratings.bootstrap import bootstrap
from services.ratings.cells import Cells
from services.ratings.clusters import outer
from services.ratings.games import FIRST, SECOND, Floats, Games
from services.ratings.newton import PRIOR_RIDGE, derivatives, pair_indices, solve, strongly_connected

POINTS_PER_LOGIT = 400.0 / math.log(10.0)
MEAN_SCORE = 1000.0

__all__ = [
    "MEAN_SCORE",
    "POINTS_PER_LOGIT",
    "PRIOR_RIDGE",
    "Fit",
    "bootstrap",
    "fit",
    "model_based",
    "sandwich",
    "sandwich_cells",
    "solve",
    "strongly_connected",
]


@dataclass(frozen=True, kw_only=True)
class Fit:
    """Log-strengths with mean zero: `theta` (K,), the gauge-fixed inverse Hessian (K, K), and the ridge used."""

    theta: Floats
    inverse_hessian: Floats
    ridge: float


def fit(wins: Floats, *, start: Floats | None = None) -> Fit:
    """The strengths that explain `wins` (K, K) best; a normal prior enters only if none are finite without it.

    `start`: (K,) strengths near the answer, such as those before the last vote; they save steps, not more.
    """
    ridge = 0.0 if strongly_connected(wins) else PRIOR_RIDGE
    theta = solve(wins[None], ridge=ridge, start=start)[0]
    first, second = pair_indices(len(wins))
    won, lost = wins[first, second], wins[second, first]
    _, hessian = derivatives(won[None], (won + lost)[None], theta[None], np.array([ridge]))
    return Fit(theta=theta, inverse_hessian=_centred(np.linalg.inv(hessian[0])), ridge=ridge)


def sandwich(games: Games, fitted: Fit) -> Floats:
    """(K, K) cluster-robust covariance of theta: H^-1 (G/(G-1) sum_g s_g s_g') H^-1, s_g the score of a cluster.

    The clusters are those of `games`: voters, prompts, or single votes. Source: Liang and Zeger (1986).
    """
    expected = 1.0 / (1.0 + np.exp(fitted.theta[games.second] - fitted.theta[games.first]))
    residual = games.weights * (games.points - expected)
    meat = outer([(games.first, residual), (games.second, -residual)], games.clusters, width=len(fitted.theta))
    return fitted.inverse_hessian @ meat @ fitted.inverse_hessian


def sandwich_cells(cells: Cells, fitted: Fit, *, squares: Cells | None = None) -> Floats:
    """(K, K) covariance of theta when every vote is independent of the others, from the cells alone.

    `squares` holds the sums of squared weights, for weighted votes. Source: Huber (1967), White (1982).
    """
    first, second = pair_indices(cells.size)
    counts = (cells if squares is None else squares).counts
    expected = 1.0 / (1.0 + np.exp(fitted.theta[second] - fitted.theta[first]))
    points = np.full(counts.shape[1], 0.5)
    points[FIRST], points[SECOND] = 1.0, 0.0
    scatter = (counts * (points - expected[:, None]) ** 2).sum(axis=1)
    meat = np.zeros((cells.size, cells.size))
    meat[first, second] = meat[second, first] = -scatter
    every = np.arange(cells.size)
    meat[every, every] = -meat.sum(axis=1)
    return fitted.inverse_hessian @ meat @ fitted.inverse_hessian


def model_based(games: Games, fitted: Fit) -> Floats:
    """(K, K) inverse Hessian times the Kish design effect of fully dependent clusters, sum_g m_g^2 / sum_g m_g."""
    sizes = np.bincount(games.clusters, weights=games.weights)
    return fitted.inverse_hessian * float((sizes**2).sum() / sizes.sum())


def _centred(covariance: Floats) -> Floats:
    size = len(covariance)
    centring = np.eye(size) - 1.0 / size
    return np.asarray(centring @ covariance @ centring)
