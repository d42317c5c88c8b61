"""Bradley-Terry with features of the answers: what style or effort is worth, and what is left without it.

logit P(a beats b) = theta_a - theta_b + beta . x, x (N, F) the differences in features. Source: the style control of
Chatbot Arena (Li, Angelopoulos, Chiang, 2024). The penalty is on the summed loss: on the mean loss the same number
would be N times as strong and shrink every effect away.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from services.ratings.bradley_terry import Fit, fit
from services.ratings.clusters import Part, outer
from services.ratings.games import Floats, Games
from services.ratings.newton import PRIOR_RIDGE, damped, strongly_connected

CONFIDENCE = 0.95
_TOLERANCE = 1e-7
"""Largest change of a logit in the last step; what is left is of the order of its square."""
_MAX_STEPS = 100
_ROUNDING = 1e-10


@dataclass(frozen=True, kw_only=True)
class Coefficient:
    """What one unit of a feature adds to the logit, with its clustered 95 % interval.

    `inflation`: by how much the other features and the contenders inflate its variance (VIF); from about 10 on, the
    coefficient cannot be told from theirs.
    """

    feature: str
    value: float
    low: float
    high: float
    se: float
    inflation: float


@dataclass(frozen=True, kw_only=True)
class StyledFit:
    """Strengths with the features held equal.

    `theta` (K,) mean zero; `covariance` (K+F, K+F) of (theta, beta), clustered; `plain`: the fit without features on
    the same votes; `change` (K,) = theta - plain.theta, with `change_se` (K,) of that difference, not of its parts.
    """

    theta: Floats
    coefficients: tuple[Coefficient, ...]
    covariance: Floats
    plain: Fit
    change: Floats
    change_se: Floats
    ridge: float
    penalty: float
    votes: int
    clusters: int


def fit_styled(games: Games, features: Mapping[str, Floats], *, penalty: float = 0.0) -> StyledFit:
    """The strengths and coefficients that explain the votes best.

    `features`: (N,) each, positive where the first has more of it, best in units of `z_score`. `penalty` adds
    penalty/2 |beta|^2 to the summed loss. The normal prior of `fit` enters only when the win graph falls apart.

    Raises:
        ValueError: a feature has another length, is not finite, never differs, or is a sum of others; or the penalty
            is negative.
        ArithmeticError: the features foretell the votes so well that no finite answer exists.
    """
    x = _design(games, features, penalty)
    wins = games.wins()
    ridge = 0.0 if strongly_connected(wins) else PRIOR_RIDGE
    rows = _Rows(games=games, x=x)
    if not penalty:
        _check_rank(rows, tuple(features))
    plain = fit(wins)
    point = _newton(rows, np.append(plain.theta, np.zeros(x.shape[1])), ridge=ridge, penalty=penalty)
    inverse, information, residual = _inverse(rows, point, ridge=ridge, penalty=penalty)
    covariance, change_se = _covariances(rows, residual, inverse, plain)
    size = len(games.names)
    return StyledFit(
        theta=point[:size],
        coefficients=_coefficients(tuple(features), point[size:], covariance, information),
        covariance=covariance,
        plain=plain,
        change=point[:size] - plain.theta,
        change_se=change_se,
        ridge=ridge,
        penalty=penalty,
        votes=len(games.first),
        clusters=games.cluster_count,
    )


@dataclass(frozen=True, kw_only=True)
class _Rows:
    games: Games
    x: Floats

    def predictor(self, point: Floats) -> Floats:
        """(N,) the logit."""
        size = len(self.games.names)
        return np.asarray(point[self.games.first] - point[self.games.second] + self.x @ point[size:])

    def gradient(self, residual: Floats) -> Floats:
        """(K+F,) the summed scores of weighted residuals (N,)."""
        games, size = self.games, len(self.games.names)
        lead = np.bincount(games.first, residual, size) - np.bincount(games.second, residual, size)
        return np.append(lead, residual @ self.x)

    def information(self, weight: Floats) -> Floats:
        """(K+F, K+F) the Hessian of weights w p (1 - p) (N,), without gauge and prior."""
        games, size = self.games, len(self.games.names)
        total = size + self.x.shape[1]
        table = np.zeros((total, total))
        pairs = np.bincount(games.first * size + games.second, weight, size * size).reshape(size, size)
        table[:size, :size] = -(pairs + pairs.T)
        every = np.arange(size)
        table[every, every] = -table[:size, :size].sum(axis=1)
        weighted = self.x * weight[:, None]
        for number in range(self.x.shape[1]):
            column = np.ascontiguousarray(weighted[:, number])
            cross = np.bincount(games.first, column, size) - np.bincount(games.second, column, size)
            table[:size, size + number] = table[size + number, :size] = cross
        table[size:, size:] = weighted.T @ self.x
        return table


def _design(games: Games, features: Mapping[str, Floats], penalty: float) -> Floats:
    if not (np.isfinite(penalty) and penalty >= 0):
        raise ValueError(f"A penalty is 0 or more, not {penalty}.")
    for name, values in features.items():
        if np.shape(values) != (len(games.first),):
            raise ValueError(f"The feature {name} needs one number for each of {len(games.first)} votes.")
        if not np.isfinite(values).all():
            raise ValueError(f"The feature {name} has values that are not finite.")
        if not np.any(values):
            raise ValueError(f"The feature {name} never differs between the two sides: leave it out.")
    columns = [np.asarray(values, dtype=np.float64) for values in features.values()]
    return np.column_stack(columns) if columns else np.zeros((len(games.first), 0))


def _check_rank(rows: _Rows, names: tuple[str, ...]) -> None:
    size, information = len(rows.games.names), rows.information(rows.games.weights)
    for number, name in enumerate(names):
        if math.isinf(_inflation(information, size + number)):
            raise ValueError(
                f"The feature {name} is made up of other features, or only tells the contenders apart: "
                "leave it out, or set a penalty."
            )


def _newton(rows: _Rows, start: Floats, *, ridge: float, penalty: float) -> Floats:
    games, size = rows.games, len(rows.games.names)
    point, pull = start, np.repeat([ridge, penalty], [size, rows.x.shape[1]])
    logit = rows.predictor(point)
    for _ in range(_MAX_STEPS):
        expected = 0.5 * (1.0 + np.tanh(0.5 * logit))
        gradient = rows.gradient(games.weights * (games.points - expected)) - pull * point
        information = rows.information(games.weights * expected * (1.0 - expected))
        try:
            step: Floats = np.asarray(np.linalg.solve(_gauged(information, size, pull), gradient), dtype=np.float64)
        except np.linalg.LinAlgError:
            break
        moved = rows.predictor(step)
        reach = max(float(np.abs(moved).max()), 1e-300)
        damping = float(damped(np.array(reach)))
        point, logit = point + damping * step, logit + damping * moved
        point[:size] -= point[:size].mean()
        if reach < _TOLERANCE:
            return point
    raise ArithmeticError("The features foretell the votes too well, or each other: leave some out, or set a penalty.")


def _inverse(rows: _Rows, point: Floats, *, ridge: float, penalty: float) -> tuple[Floats, Floats, Floats]:
    """Centred inverse Hessian (K+F, K+F), the bare information, and the weighted residuals (N,)."""
    games, size, count = rows.games, len(rows.games.names), rows.x.shape[1]
    expected = 0.5 * (1.0 + np.tanh(0.5 * rows.predictor(point)))
    information = rows.information(games.weights * expected * (1.0 - expected))
    pull = np.repeat([ridge, penalty], [size, count])
    inverse = np.linalg.inv(_gauged(information, size, pull))
    centring = np.eye(size + count)
    centring[:size, :size] -= 1.0 / size
    return centring @ inverse @ centring, information, games.weights * (games.points - expected)


def _covariances(rows: _Rows, residual: Floats, inverse: Floats, plain: Fit) -> tuple[Floats, Floats]:
    """Clustered covariance of (theta, beta), and (K,) standard errors of the change, from one joint table of scores."""
    games, size, count = rows.games, len(rows.games.names), rows.x.shape[1]
    total = size + count
    expected = 0.5 * (1.0 + np.tanh(0.5 * (plain.theta[games.first] - plain.theta[games.second])))
    bare = games.weights * (games.points - expected)
    parts: list[Part] = [(games.first, residual), (games.second, -residual)]
    parts += [(size + number, residual * rows.x[:, number]) for number in range(count)]
    parts += [(total + games.first, bare), (total + games.second, -bare)]
    meat = outer(parts, games.clusters, width=total + size)
    covariance = inverse @ meat[:total, :total] @ inverse
    influence = np.vstack([inverse[:, :size], -plain.inverse_hessian])
    change = np.einsum("ak,ab,bk->k", influence, meat, influence)
    return covariance, np.sqrt(np.maximum(change, 0.0))


def _coefficients(
    names: tuple[str, ...], beta: Floats, covariance: Floats, information: Floats
) -> tuple[Coefficient, ...]:
    size = len(covariance) - len(beta)
    found = []
    for number, name in enumerate(names):
        place = size + number
        se = float(np.sqrt(max(covariance[place, place], 0.0)))
        half = NormalDist().inv_cdf(0.5 + CONFIDENCE / 2) * se
        inflation = _inflation(information, place)
        value = float(beta[number])
        found.append(
            Coefficient(feature=name, value=value, low=value - half, high=value + half, se=se, inflation=inflation)
        )
    return tuple(found)


def _inflation(information: Floats, place: int) -> float:
    """1 / (1 - R^2) of one column on all others, contenders included; infinite where they make it up."""
    others = np.delete(np.arange(len(information)), place)
    cross, own = information[others, place], float(information[place, place])
    explained = float(cross @ np.linalg.lstsq(information[np.ix_(others, others)], cross, rcond=1e-12)[0])
    left = (own - explained) / own
    return 1.0 / left if left > _ROUNDING else math.inf


def _gauged(information: Floats, size: int, pull: Floats) -> Floats:
    table = information + np.diag(pull)
    table[:size, :size] += max(float(np.trace(table[:size, :size])) / size, 1e-12) / size
    return table
