"""Models of all outcomes, not of points alone: strengths and one more parameter, by Newton's method on cells.

A model gives, for a pair, the log-probability of each outcome with its first and second derivatives in (strength of
the first, strength of the second, extra parameter); everything else is the same for all of them.
"""

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from services.ratings.cells import Cells
from services.ratings.clusters import outer
from services.ratings.games import OUTCOMES, Floats, Games
from services.ratings.newton import PRIOR_RIDGE, pair_indices, strongly_connected

_TOLERANCE = 1e-9
_MAX_STEPS = 60
_FARTHEST = 40.0
"""Strengths beyond this many logits are on their way to infinity."""


@dataclass(frozen=True, kw_only=True)
class Terms:
    """Of P pairs: `chance` (P, 4) of each outcome, and the `slope` (P, 4, 3) and `bend` (P, 4, 3, 3) of its logarithm.

    An outcome that a model does not know has chance 0 and is never counted.
    """

    chance: Floats
    slope: Floats
    bend: Floats


class OutcomeModel(Protocol):
    """What `fit_outcomes` has to know of a model."""

    @property
    def name(self) -> str:
        """How methods are named on boards."""
        ...

    @property
    def level(self) -> bool:
        """Whether the strengths have a level of their own, so that adding a constant to all changes the chances."""
        ...

    @property
    def start(self) -> float:
        """Where the extra parameter begins."""
        ...

    @property
    def bounds(self) -> tuple[float, float]:
        """The extra parameter's smallest value, which it has when nothing is tied, and its lowest inner value."""
        ...

    def counts(self, cells: Cells) -> Floats:
        """(P, 4) the counts the model explains.

        Raises:
            ValueError: it cannot be fitted to them, and why.
        """
        ...

    def outcome(self, codes: Floats) -> Floats:
        """(N,) the codes of outcomes as the model sees them."""
        ...

    def terms(self, first: Floats, second: Floats, extra: float) -> Terms:
        """The terms of pairs with these strengths (P,)."""
        ...


@dataclass(frozen=True, kw_only=True)
class OutcomeFit:
    """What was fitted.

    `theta` (K,) log-strengths: mean zero, unless the model has a level. `extra`: the model's further parameter;
    `tied` says that it was fitted, and is not at its bound for want of ties. `covariance` (K+1, K+1) is the inverse
    Hessian of (theta, extra). `ridge` is the precision of the prior, 0 when the data alone were enough.
    """

    model: OutcomeModel
    theta: Floats
    extra: float
    tied: bool
    covariance: Floats
    ridge: float

    def chances(self, first: int, second: int) -> Floats:
        """(4,) the probability of FIRST, SECOND, TIE and BOTH_BAD between two contenders."""
        return self.model.terms(self.theta[[first]], self.theta[[second]], self.extra).chance[0]


def fit_outcomes(cells: Cells, model: OutcomeModel) -> OutcomeFit:
    """The strengths and the extra parameter that explain `cells` best.

    The normal prior of `fit` enters only where the data alone have no finite answer: the win graph falls apart, or
    Newton's method runs away.

    Raises:
        ValueError: these cells cannot inform the model's parameters.
        ArithmeticError: no fit was found with the prior either.
    """
    counts = model.counts(cells)
    if model.level or strongly_connected(cells.wins):
        found = _newton(counts, cells.size, model, ridge=0.0)
        if found is not None:
            return found
    found = _newton(counts, cells.size, model, ridge=PRIOR_RIDGE)
    if found is None:
        raise ArithmeticError(f"The fit of {model.name} did not converge.")
    return found


def outcome_sandwich(
    fitted: OutcomeFit, *, cells: Cells | None = None, games: Games | None = None, squares: Cells | None = None
) -> Floats:
    """(K+1, K+1) robust covariance of (theta, extra): per vote from `cells`, or by the clusters of `games`.

    `squares`: cells of squared weights, for weighted votes in `cells`.

    Raises:
        ValueError: neither or both of `cells` and `games` are given.
    """
    if (cells is None) == (games is None):
        raise ValueError("A sandwich needs either cells or games.")
    if games is not None:
        meat = _clustered_meat(fitted, games)
    else:
        assert cells is not None
        counts = fitted.model.counts(squares or cells)
        meat = _assemble(counts, _at(fitted, cells.size).slope, cells.size)
    return np.asarray(fitted.covariance @ meat @ fitted.covariance)


def _at(fitted: OutcomeFit, size: int) -> Terms:
    first, second = pair_indices(size)
    return fitted.model.terms(fitted.theta[first], fitted.theta[second], fitted.extra)


def _clustered_meat(fitted: OutcomeFit, games: Games) -> Floats:
    size = len(games.names)
    terms = fitted.model.terms(fitted.theta[games.first], fitted.theta[games.second], fitted.extra)
    codes = fitted.model.outcome(games.outcomes)
    slope = terms.slope[np.arange(len(codes)), codes] * games.weights[:, None]
    parts = [(games.first, slope[:, 0]), (games.second, slope[:, 1]), (size, slope[:, 2])]
    return outer(parts, games.clusters, width=size + 1)


def _newton(counts: Floats, size: int, model: OutcomeModel, *, ridge: float) -> OutcomeFit | None:
    """The fit, or None where there is no finite one."""
    first, second = pair_indices(size)
    tied = bool(counts[:, 2].any())
    lowest, inner = model.bounds
    point = np.append(np.zeros(size), model.start if tied else lowest)
    seen = counts > 0

    def loss(at: Floats) -> tuple[float, Terms]:
        terms = model.terms(at[first], at[second], float(at[-1]))
        with np.errstate(divide="ignore"):
            logs = np.where(seen, np.log(np.maximum(terms.chance, 0.0)), 0.0)
        return float(ridge / 2 * (at[:-1] ** 2).sum() - (counts * logs).sum()), terms

    value, terms = loss(point)
    for _ in range(_MAX_STEPS):
        gradient, hessian = _system(counts, terms, point, ridge=ridge, level=model.level)
        if not tied:
            gradient[-1], hessian[-1, :], hessian[:, -1], hessian[-1, -1] = 0.0, 0.0, 0.0, 1.0
        step = _step(hessian, gradient, counts, terms, ridge=ridge, level=model.level)
        if step is None:
            return None
        reach, promised = 1.0, float(gradient @ step)
        while reach > 1e-10:
            there = point + reach * step
            if not tied or there[-1] > inner:
                reached, terms_there = loss(there)
                if reached <= value - 1e-4 * reach * promised + 1e-12 * abs(value):
                    break
            reach /= 2
        else:
            return None
        point, value, terms = there, reached, terms_there
        if not model.level:
            point[:-1] -= point[:-1].mean()
        if np.abs(point).max() > _FARTHEST and tied:
            return None
        if float(np.abs(step).max()) < _TOLERANCE:
            return _result(counts, terms, point, model, ridge=ridge, tied=tied)
    return None


def _result(
    counts: Floats, terms: Terms, point: Floats, model: OutcomeModel, *, ridge: float, tied: bool
) -> OutcomeFit | None:
    _, hessian = _system(counts, terms, point, ridge=ridge, level=model.level)
    size = len(point) - 1
    covariance = np.zeros((size + 1, size + 1))
    kept = size + int(tied)
    covariance[:kept, :kept] = np.linalg.inv(hessian[:kept, :kept])
    if not model.level:
        centring = np.eye(size + 1)
        centring[:size, :size] -= 1.0 / size
        covariance = centring @ covariance @ centring
    return OutcomeFit(
        model=model, theta=point[:-1], extra=float(point[-1]), tied=tied, covariance=covariance, ridge=ridge
    )


def _system(counts: Floats, terms: Terms, point: Floats, *, ridge: float, level: bool) -> tuple[Floats, Floats]:
    """Ascent gradient (K+1,) and observed information (K+1, K+1), gauge-fixed where the model has no level."""
    size = len(point) - 1
    first, second = pair_indices(size)
    seen = counts > 0
    pull = np.where(seen[..., None], counts[..., None] * terms.slope, 0.0).sum(axis=1)
    gradient = np.zeros(size + 1)
    for column, where in ((0, first), (1, second)):
        gradient[:-1] += np.bincount(where, weights=pull[:, column], minlength=size)
    gradient[-1] = pull[:, 2].sum()
    gradient[:-1] -= ridge * point[:-1]
    bend = np.where(seen[..., None, None], counts[..., None, None] * terms.bend, 0.0).sum(axis=1)
    return gradient, _gauged(-_scatter(bend, size), ridge=ridge, level=level)


def _step(
    hessian: Floats, gradient: Floats, counts: Floats, terms: Terms, *, ridge: float, level: bool
) -> Floats | None:
    """Newton's step, or Fisher's where the observed information is not positive definite; None where neither is."""
    try:
        np.linalg.cholesky(hessian)
        return np.linalg.solve(hessian, gradient)
    except np.linalg.LinAlgError:
        pass
    size = len(gradient) - 1
    slope = np.where(terms.chance[..., None] > 0, terms.slope, 0.0)
    expected = _assemble(counts.sum(axis=1, keepdims=True) * terms.chance, slope, size)
    fisher = _gauged(expected, ridge=ridge, level=level)
    fisher[-1, -1] += 1.0 if gradient[-1] == 0 else 0.0
    try:
        np.linalg.cholesky(fisher)
        return np.linalg.solve(fisher, gradient)
    except np.linalg.LinAlgError:
        return None


def _assemble(counts: Floats, slope: Floats, size: int) -> Floats:
    """(K+1, K+1) sum of counts times the outer products of slopes."""
    seen = np.where((counts > 0)[..., None], slope, 0.0)
    return _scatter(np.einsum("po,poa,pob->pab", counts, seen, seen), size)


def _scatter(blocks: Floats, size: int) -> Floats:
    """(K+1, K+1) the sum of pairs' (P, 3, 3) blocks, each at its contenders and the extra parameter."""
    first, second = pair_indices(size)
    places = (first, second, np.full(len(first), size))
    table = np.zeros((size + 1) ** 2)
    for a, row in enumerate(places):
        for b, column in enumerate(places):
            table += np.bincount(row * (size + 1) + column, weights=blocks[:, a, b], minlength=len(table))
    return table.reshape(size + 1, size + 1)


def _gauged(information: Floats, *, ridge: float, level: bool) -> Floats:
    size = len(information) - 1
    every = np.arange(size)
    information[every, every] += ridge
    if not level:
        information[:size, :size] += max(float(np.trace(information[:size, :size])) / size, 1e-12) / size
    return information


assert OUTCOMES == 4
