"""How few votes carry the order of two contenders: the smallest set whose removal swaps them.

The influence of a vote's removal on the gap g = theta_1 - theta_2 is, to first order, -w (y - p) (e_1 - e_2)' H^-1 x.
Votes are taken in that order, those first that pull the gap down most, until it is gone: by two Newton steps from the
full fit on the votes that are left (the prediction), and by exact refits (the confirmation). Source: Broderick,
Giordano and Meager, "An Automatic Finite-Sample Robustness Metric" (arXiv 2011.14999), whose sum of influences is
kept as `first_order`; it asks for some votes too many where a good part of a contender's votes goes.
"""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from services.ratings.bradley_terry import POINTS_PER_LOGIT, Fit, fit, solve, strongly_connected
from services.ratings.games import Floats, Games, Integers

METHOD = "votes by first-order influence on the gap; predicted by two Newton steps, confirmed by exact refits"
_EQUAL = 1e-9


@dataclass(frozen=True, kw_only=True)
class Fragility:
    """What it takes to put `second` above `first`.

    `gap` is in rating points. `first_order` votes are enough when their influences simply add up, `predicted` by two
    Newton steps; `confirmed` is the smallest number, in the same order, for which the refitted order is swapped; each
    is None where no number is enough. `share` is `confirmed` over all votes. Other sets of votes might do with fewer:
    it is an upper bound.
    """

    first: str
    second: str
    gap: float
    votes: int
    first_order: int | None
    predicted: int | None
    confirmed: int | None
    share: float | None
    method: str = METHOD


def fragility(games: Games, *, fitted: Fit | None = None) -> tuple[Fragility, ...]:
    """One row for each adjacent pair of the ranking, best first; the first row is about the top of the board."""
    known = fitted or fit(games.wins())
    order = np.argsort(-known.theta, kind="stable")
    return tuple(pair_fragility(games, int(above), int(below), fitted=known) for above, below in pairwise(order))


def pair_fragility(games: Games, above: int, below: int, *, fitted: Fit) -> Fragility:
    """The row of one pair, by index in `games.names`; `above` stands above `below`, or level with it."""
    gap = float(fitted.theta[above] - fitted.theta[below])
    influence = removal_influence(games, above, below, fitted=fitted)
    order = np.argsort(influence, kind="stable")
    order = order[influence[order] < 0]
    reached = np.flatnonzero(np.cumsum(-influence[order]) > gap)
    first_order = int(reached[0]) + 1 if reached.size else None
    wins = games.wins()

    def left(count: int) -> Floats:
        return _left(wins, _chosen(games, order[:count]).wins())

    def foreseen(count: int) -> bool:
        return _gap_foreseen(left(count), fitted, above, below) < -_EQUAL

    def swapped(count: int) -> bool:
        return _gap_refitted(left(count), above, below, ridge=fitted.ridge) < -_EQUAL

    predicted = _smallest(foreseen, len(order), first_order or len(order))
    confirmed = _smallest(swapped, len(order), predicted or len(order))
    return Fragility(
        first=games.names[above],
        second=games.names[below],
        gap=gap * POINTS_PER_LOGIT,
        votes=len(games.points),
        first_order=first_order,
        predicted=predicted,
        confirmed=confirmed,
        share=confirmed / len(games.points) if confirmed is not None else None,
    )


def removal_influence(games: Games, above: int, below: int, *, fitted: Fit) -> Floats:
    """(N,) how much the gap theta_above - theta_below changes, to first order, when each vote is removed."""
    theta = fitted.theta
    expected = 1.0 / (1.0 + np.exp(theta[games.second] - theta[games.first]))
    direction = fitted.inverse_hessian[above] - fitted.inverse_hessian[below]
    leverage = direction[games.first] - direction[games.second]
    return np.asarray(-games.weights * (games.points - expected) * leverage)


def _smallest(swapped: Callable[[int], bool], most: int, guess: int) -> int | None:
    """The smallest count from 1 to `most` that swaps, searched around `guess`; None when not even `most` does."""
    if most == 0:
        return None
    low, high, step = 0, min(max(1, guess), most), 1
    while not swapped(high):
        if high == most:
            return None
        low, high, step = high, min(most, high + step), step * 2
    step = 1
    while high - step > low and swapped(high - step):
        high, step = high - step, step * 2
    low = max(low, high - step)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if swapped(middle) else (middle, high)
    return high


def _chosen(games: Games, rows: Integers) -> Games:
    return Games(
        names=games.names,
        first=games.first[rows],
        second=games.second[rows],
        points=games.points[rows],
        weights=games.weights[rows],
        clusters=games.clusters[rows],
    )


def _left(wins: Floats, lost: Floats) -> Floats:
    """The table of the votes that are left; what rounding leaves of an emptied cell would keep the graph connected."""
    left = wins - lost
    left[left < _EQUAL * np.maximum(1.0, wins)] = 0.0
    return left


def _gap_foreseen(wins: Floats, fitted: Fit, above: int, below: int) -> float:
    """The gap after two Newton steps from the full fit on the table that is left."""
    theta, totals, ridge = fitted.theta, wins + wins.T, fitted.ridge
    for _ in range(2):
        expected = 1.0 / (1.0 + np.exp(theta[None, :] - theta[:, None]))
        information = totals * expected * (1.0 - expected)
        gradient = (wins - totals * expected).sum(axis=1) - ridge * theta
        hessian = np.diag(information.sum(axis=1) + ridge) - information
        theta = theta + np.linalg.pinv(hessian, hermitian=True) @ gradient
    return float(theta[above] - theta[below])


def _gap_refitted(wins: Floats, above: int, below: int, *, ridge: float) -> float:
    """The gap fitted again; with the prior only where the full fit had it, or now must."""
    theta = fit(wins).theta if not ridge and not strongly_connected(wins) else solve(wins[None], ridge=ridge)[0]
    return float(theta[above] - theta[below])
