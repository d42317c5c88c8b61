"""Models of all outcomes, not of points alone: what such a model is, and the sums that Newton's method needs of it.

A model gives, for a pair, the log-probability of each outcome with its first and second derivatives in (strength of
the first, strength of the second, extra parameter); everything else is the same for all of them.
"""

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from services.ratings.cells import Cells
from services.ratings.games import Floats, Integers
from services.ratings.newton import pair_indices


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
    def lowest(self) -> float:
        """The bound of the extra parameter, which it has when nothing is tied."""
        ...

    def counts(self, cells: Cells) -> Floats:
        """(P, 4) the counts the model explains.

        Raises:
            ValueError: it cannot be fitted to them, and why.
        """
        ...

    def outcome(self, codes: Integers) -> Integers:
        """(N,) the codes of outcomes as the model sees them."""
        ...

    def terms(self, first: Floats, second: Floats, extra: float) -> Terms:
        """The terms of pairs with these strengths (P,)."""
        ...


def system(counts: Floats, terms: Terms, point: Floats, *, ridge: float, level: bool) -> tuple[Floats, Floats]:
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
    return gradient, gauged(-scatter(bend, size), ridge=ridge, level=level)


def assemble(counts: Floats, slope: Floats, size: int) -> Floats:
    """(K+1, K+1) sum of counts times the outer products of slopes."""
    seen = np.where((counts > 0)[..., None], slope, 0.0)
    return scatter(np.einsum("po,poa,pob->pab", counts, seen, seen), size)


def scatter(blocks: Floats, size: int) -> Floats:
    """(K+1, K+1) the sum of pairs' (P, 3, 3) blocks, each at its contenders and the extra parameter."""
    first, second = pair_indices(size)
    places = (first, second, np.full(len(first), size))
    table = np.zeros((size + 1) ** 2)
    for a, row in enumerate(places):
        for b, column in enumerate(places):
            table += np.bincount(row * (size + 1) + column, weights=blocks[:, a, b], minlength=len(table))
    return table.reshape(size + 1, size + 1)


def gauged(information: Floats, *, ridge: float, level: bool) -> Floats:
    size = len(information) - 1
    every = np.arange(size)
    information[every, every] += ridge
    if not level:
        information[:size, :size] += max(float(np.trace(information[:size, :size])) / size, 1e-12) / size
    return information
