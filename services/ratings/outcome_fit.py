"""Strengths and one more parameter of an outcome model, by Newton's method on cells, with their covariance."""

from dataclasses import dataclass

import numpy as np

from services.ratings.cells import Cells
from services.ratings.clusters import outer
from services.ratings.games import TIE, Floats, Games
from services.ratings.newton import PRIOR_RIDGE, pair_indices, strongly_connected
from services.ratings.outcomes import OutcomeModel, Terms, assemble, gauged, system

_TOLERANCE = 1e-9
_MAX_STEPS = 60
_FARTHEST = 40.0
"""Parameters beyond this many logits are on their way to infinity."""


@dataclass(frozen=True, kw_only=True)
class OutcomeFit:
    """What was fitted.

    `theta` (K,) log-strengths: mean zero, unless the model has a level. `extra`: the model's further parameter;
    `tied` says that it was fitted, and is not at its bound for want of ties. `covariance` (K+1, K+1) is the inverse
    Hessian of (theta, extra), its last row zero where `tied` is not. `ridge` is the precision of the prior, 0 when the
    data alone were enough.
    """

    model: OutcomeModel
    theta: Floats
    extra: float
    tied: bool
    covariance: Floats
    ridge: float

    def chances(self, first: int, second: int) -> Floats:
        """(4,) the probability of FIRST, SECOND, TIE and BOTH_BAD between two contenders."""
        found = self.model.terms(self.theta[[first]], self.theta[[second]], self.extra).chance
        return np.asarray(found[0], dtype=np.float64)


def fit_outcomes(cells: Cells, model: OutcomeModel) -> OutcomeFit:
    """The strengths and the extra parameter that explain `cells` best.

    The normal prior of `fit` enters only where the data alone have no finite answer: the win graph falls apart, or
    Newton's method runs away.

    Raises:
        ValueError: these cells cannot inform the model's parameters.
        ArithmeticError: no fit was found with the prior either.
    """
    counts = model.counts(cells)
    found = None
    if model.level or strongly_connected(cells.wins):
        found = _newton(counts, cells.size, model, ridge=0.0)
    if found is None:
        found = _newton(counts, cells.size, model, ridge=PRIOR_RIDGE)
    if found is None:
        raise ArithmeticError(f"The fit of the {model.name} model did not converge.")
    return found


def outcome_sandwich(fitted: OutcomeFit, cells: Cells) -> Floats:
    """(K+1, K+1) robust covariance of (theta, extra), every vote independent of the others.

    `cells` are those fitted; of weighted votes they must hold the squared weights.
    """
    first, second = pair_indices(cells.size)
    slope = fitted.model.terms(fitted.theta[first], fitted.theta[second], fitted.extra).slope
    meat = assemble(fitted.model.counts(cells), slope, cells.size)
    return np.asarray(fitted.covariance @ meat @ fitted.covariance)


def clustered_outcome_sandwich(fitted: OutcomeFit, games: Games) -> Floats:
    """(K+1, K+1) cluster-robust covariance of (theta, extra); `games` are the votes that the cells were made of."""
    size, codes = len(games.names), fitted.model.outcome(games.outcomes)
    first, second = np.divmod(np.arange(size * size), size)
    terms = fitted.model.terms(fitted.theta[first], fitted.theta[second], fitted.extra)
    slope = terms.slope[games.first * size + games.second, codes] * games.weights[:, None]
    meat = outer(
        [(games.first, slope[:, 0]), (games.second, slope[:, 1]), (size, slope[:, 2])], games.clusters, width=size + 1
    )
    return np.asarray(fitted.covariance @ meat @ fitted.covariance)


@dataclass(frozen=True, kw_only=True)
class _Loss:
    """Minus the penalised log-likelihood of `counts` (P, 4), as a function of (theta, extra)."""

    counts: Floats
    model: OutcomeModel
    ridge: float
    tied: bool

    def at(self, point: Floats) -> tuple[float, Terms]:
        """Its value, and the terms it was made of; infinite outside the model's range."""
        size = len(point) - 1
        first, second = pair_indices(size)
        terms = self.model.terms(point[first], point[second], float(point[-1]))
        if self.tied and point[-1] <= self.model.lowest:
            return np.inf, terms
        seen = self.counts > 0
        with np.errstate(divide="ignore"):
            logs = np.where(seen, np.log(terms.chance), 0.0)
        return float(self.ridge / 2 * (point[:-1] ** 2).sum() - (self.counts * logs).sum()), terms

    def system(self, point: Floats, terms: Terms) -> tuple[Floats, Floats]:
        """Gradient of ascent and observed information, with an extra parameter at its bound held there."""
        gradient, information = system(self.counts, terms, point, ridge=self.ridge, level=self.model.level)
        return (gradient, information) if self.tied else (_held(gradient), _held(information))

    def fisher(self, terms: Terms, size: int) -> Floats:
        """The expected information."""
        slope = np.where(terms.chance[..., None] > 0, terms.slope, 0.0)
        counts = self.counts.sum(axis=1, keepdims=True) * terms.chance
        information = gauged(assemble(counts, slope, size), ridge=self.ridge, level=self.model.level)
        return information if self.tied else _held(information)


def _held(array: Floats) -> Floats:
    array[-1] = 0.0
    if array.ndim == 2:
        array[:, -1], array[-1, -1] = 0.0, 1.0
    return array


def _newton(counts: Floats, size: int, model: OutcomeModel, *, ridge: float) -> OutcomeFit | None:
    """The fit, or None where there is no finite one."""
    tied = bool(counts[:, TIE].any())
    loss = _Loss(counts=counts, model=model, ridge=ridge, tied=tied)
    point = np.append(np.zeros(size), model.start if tied else model.lowest)
    value, terms = loss.at(point)
    for _ in range(_MAX_STEPS):
        gradient, information = loss.system(point, terms)
        step = _solved(information, gradient)
        if step is None:
            step = _solved(loss.fisher(terms, size), gradient)
        moved = None if step is None else _search(loss, point, value, step, float(gradient @ step))
        if step is None or moved is None:
            return None
        point, value, terms = moved
        if not model.level:
            point[:-1] -= point[:-1].mean()
        if float(np.abs(point[: size + int(tied)]).max()) > _FARTHEST:
            return None
        if float(np.abs(step).max()) < _TOLERANCE:
            return _result(loss, point, terms)
    return None


def _search(
    loss: _Loss, point: Floats, value: float, step: Floats, promised: float
) -> tuple[Floats, float, Terms] | None:
    """The point along `step`, halved until the loss sinks by some of what was promised."""
    reach = 1.0
    while reach > 1e-10:
        there = point + reach * step
        reached, terms = loss.at(there)
        if reached <= value - 1e-4 * reach * promised + 1e-12 * abs(value):
            return there, reached, terms
        reach /= 2
    return None


def _solved(information: Floats, gradient: Floats) -> Floats | None:
    """The step, or None where the information is not positive definite."""
    try:
        np.linalg.cholesky(information)
        return np.asarray(np.linalg.solve(information, gradient), dtype=np.float64)
    except np.linalg.LinAlgError:
        return None


def _result(loss: _Loss, point: Floats, terms: Terms) -> OutcomeFit:
    size = len(point) - 1
    covariance: Floats = np.asarray(np.linalg.inv(loss.system(point, terms)[1]), dtype=np.float64)
    if not loss.tied:
        covariance[-1, -1] = 0.0
    if not loss.model.level:
        centring = np.eye(size + 1)
        centring[:size, :size] -= 1.0 / size
        covariance = np.asarray(centring @ covariance @ centring)
    return OutcomeFit(
        model=loss.model,
        theta=point[:-1],
        extra=float(point[-1]),
        tied=loss.tied,
        covariance=covariance,
        ridge=loss.ridge,
    )
