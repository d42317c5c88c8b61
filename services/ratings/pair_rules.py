"""What each sampling rule thinks a pair is worth: pure functions of counts, never of a licence or a provider.

Every rule returns a symmetric (K, K) table of scores >= 0; only their ratios matter, the diagonal is ignored.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain

import numpy as np

from services.domain.contender import Contender
from services.ratings.bradley_terry import fit
from services.ratings.games import Floats

PairCounts = Mapping[tuple[str, str], float]


@dataclass(frozen=True, kw_only=True)
class Strengths:
    """Log-strengths (K,) with mean zero, and their covariance (K, K): the projected inverse Hessian."""

    theta: Floats
    covariance: Floats


@dataclass(frozen=True, kw_only=True)
class Entrants:
    """The K contenders that can be drawn, by name, and all that a rule may know of them.

    `weights`: (K,) positive; `met`: (K, K) symmetric, battles so far; `points`: (K, K) of row over column in votes,
    ties counting half; `votes`: (K,) with those against contenders that are drawn no longer; `strengths`: None where
    nobody needs them.
    """

    names: tuple[str, ...]
    weights: Floats
    met: Floats
    points: Floats
    votes: Floats
    strengths: Strengths | None = None

    @property
    def size(self) -> int:
        """K."""
        return len(self.names)


def entrants(
    contenders: Sequence[Contender], *, met: PairCounts, points: PairCounts, strengths: Strengths | None = None
) -> Entrants:
    """Those of `contenders` that can be drawn: enabled, with a weight above zero; in alphabetical order.

    `met` counts battles per pair of names in any order, `points` are those of the first over the second.
    """
    drawable = sorted((c for c in contenders if c.enabled and c.weight > 0), key=lambda c: c.name)
    names = tuple(contender.name for contender in drawable)
    battles = _table(met, names)
    votes = dict.fromkeys(names, 0.0)
    for name, gained in chain.from_iterable(((a, n), (b, n)) for (a, b), n in points.items()):
        if name in votes:
            votes[name] += gained
    return Entrants(
        names=names,
        weights=np.array([contender.weight for contender in drawable], dtype=np.float64),
        met=battles + battles.T,
        points=_table(points, names),
        votes=np.array(list(votes.values()), dtype=np.float64),
        strengths=strengths,
    )


def met_again(who: Entrants, pair: tuple[str, str]) -> Entrants:
    """`who` after one more battle of that pair."""
    i, j = (who.names.index(name) for name in pair)
    met = who.met.copy()
    met[i, j] += 1
    met[j, i] += 1
    return replace(who, met=met)


def strengths_of(names: Sequence[str], points: PairCounts) -> Strengths:
    """The strengths of `names`, fitted with everyone who has votes: retired contenders still link the others.

    Raises:
        ArithmeticError: the fit did not converge.
    """
    everyone = sorted(set(names) | set(chain.from_iterable(points)))
    fitted = fit(_table(points, everyone))
    index = {name: i for i, name in enumerate(everyone)}
    kept = np.array([index[name] for name in names], dtype=np.int64)
    centring = np.eye(len(kept)) - 1.0 / max(1, len(kept))
    return Strengths(
        theta=centring @ fitted.theta[kept],
        covariance=np.asarray(centring @ fitted.inverse_hessian[np.ix_(kept, kept)] @ centring),
    )


def uniform(who: Entrants) -> Floats:
    """Every pair the same."""
    return np.ones((who.size, who.size))


def least_met(who: Entrants) -> Floats:
    """1 / (1 + n)^2 for a pair that has met in n battles: evens out the table of battles."""
    return np.asarray(1.0 / (1.0 + who.met) ** 2)


def variance_reduction(who: Entrants) -> Floats:
    """What one more vote takes off the standard error of the pair's own win rate: sqrt(S/n) - sqrt(S/(n+1)).

    S = p (1 - p) with p = (points + 1/2) / (n + 1) from the pair's own n votes, and n is counted from 1, so that a
    pair without votes has a finite score, the largest there is. Source: the sampling rule of Chiang et al., "Chatbot
    Arena" (2403.04132), whose S is the variance of the outcome reweighted by its probability.
    """
    count = who.points + who.points.T
    rate = (who.points + 0.5) / (count + 1.0)
    spread = np.sqrt(rate * (1.0 - rate))
    return np.asarray(spread * (1.0 / np.sqrt(count + 1.0) - 1.0 / np.sqrt(count + 2.0)))


def a_optimal(who: Entrants) -> Floats:
    """What one more vote takes off the summed variance of all strengths, in expectation under the fitted model.

    With C the covariance, x = e_i - e_j and w = p (1 - p) at the fitted strengths, a vote turns C into
    C - w C x x' C / (1 + w x' C x) (Sherman and Morrison), so the trace falls by w |C x|^2 / (1 + w x' C x). Source:
    the A-criterion of optimal design (Atkinson, Donev and Tobias, 2007), one step ahead.

    Raises:
        ValueError: the strengths are missing.
    """
    if who.strengths is None:
        raise ValueError("The A-optimal rule needs the strengths of the contenders.")
    covariance, theta = who.strengths.covariance, who.strengths.theta
    chance = 0.5 * (1.0 + np.tanh(0.5 * (theta[:, None] - theta[None, :])))
    information = chance * (1.0 - chance)
    gain = information * _between(covariance @ covariance)
    return np.asarray(gain / (1.0 + information * _between(covariance)))


def _between(quadratic: Floats) -> Floats:
    """(e_i - e_j)' Q (e_i - e_j) for all i and j; not below zero, where only rounding could take it."""
    diagonal = np.diag(quadratic)
    return np.maximum(diagonal[:, None] + diagonal[None, :] - 2.0 * quadratic, 0.0)


def _table(counts: PairCounts, names: Sequence[str]) -> Floats:
    index = {name: i for i, name in enumerate(names)}
    table = np.zeros((len(names), len(names)))
    for (first, second), count in counts.items():
        if first in index and second in index and first != second:
            table[index[first], index[second]] += count
    return table
