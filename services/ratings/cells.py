"""The sufficient statistic: how often each unordered pair ended how.

A million votes over fifty contenders are 1,225 x 4 numbers; every estimator without row features reads only these.
"""

from dataclasses import dataclass

import numpy as np

from services.ratings.games import BOTH_BAD, FIRST, OUTCOMES, SECOND, TIE, Floats, Games, Integers
from services.ratings.newton import pair_indices


@dataclass(frozen=True, kw_only=True)
class Cells:
    """(P, 4) summed weights of votes over `size` contenders.

    Rows are pairs in the order of `pair_indices`; columns are FIRST (the smaller index won), SECOND, TIE, BOTH_BAD.
    """

    size: int
    counts: Floats

    @property
    def total(self) -> float:
        """All weight together; the number of votes where nobody is weighted."""
        return float(self.counts.sum())

    @property
    def points(self) -> tuple[Floats, Floats]:
        """(P,) points of the first and of the second of each pair, a tie and both bad half for each."""
        half = 0.5 * (self.counts[:, TIE] + self.counts[:, BOTH_BAD])
        return self.counts[:, FIRST] + half, self.counts[:, SECOND] + half

    @property
    def wins(self) -> Floats:
        """(K, K) points of row over column."""
        first, second = pair_indices(self.size)
        table: Floats = np.zeros((self.size, self.size))
        table[first, second], table[second, first] = self.points
        return table

    def share(self, outcome: int) -> Floats:
        """(K,) share of each contender's votes that ended as TIE or BOTH_BAD; NaN where it has none."""
        first, second = pair_indices(self.size)
        found = np.zeros((2, self.size))
        for row, values in enumerate((self.counts[:, outcome], self.counts.sum(axis=1))):
            found[row] = np.bincount(first, weights=values, minlength=self.size)
            found[row] += np.bincount(second, weights=values, minlength=self.size)
        none: Floats = np.full(self.size, np.nan)
        return np.asarray(np.divide(found[0], found[1], out=none, where=found[1] > 0))


def cells_from(
    first: Integers, second: Integers, outcomes: Integers, *, size: int, weights: Floats | None = None
) -> Cells:
    """Count votes given as codes (N,): contenders 0..size-1, outcomes FIRST, SECOND, TIE, BOTH_BAD.

    Raises:
        ValueError: a code is out of its range, or a vote compares a contender with itself.
    """
    limits = ((first, size, "contender"), (second, size, "contender"), (outcomes, OUTCOMES, "outcome"))
    for codes, limit, name in limits:
        if len(codes) and not (codes.min() >= 0 and codes.max() < limit):
            raise ValueError(f"The code of every {name} lies between 0 and {limit - 1}.")
    flat = np.bincount((first * size + second) * OUTCOMES + outcomes, weights, size * size * OUTCOMES)
    table = flat.astype(np.float64).reshape(size, size, OUTCOMES)
    every = np.arange(size)
    if table[every, every].any():
        raise ValueError("A contender cannot be compared with itself.")
    low, high = pair_indices(size)
    swapped = table[high, low][:, [SECOND, FIRST, TIE, BOTH_BAD]]
    return Cells(size=size, counts=table[low, high] + swapped)


def cells_of(games: Games, *, weights: Floats | None = None) -> Cells:
    """The cells of `games` with their own weights, or with `weights` (N,) in place of them."""
    used = games.weights if weights is None else weights
    return cells_from(games.first, games.second, games.outcomes, size=len(games.names), weights=used)
