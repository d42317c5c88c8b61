"""Comparisons as arrays: the form every estimator here reads."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from services.domain.judgement import Winner

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

FIRST, SECOND, TIE, BOTH_BAD = range(4)
"""Codes of outcomes: the contender named first won, the second won, a tie, both bad."""
OUTCOMES = 4

OUTCOME_CODES = {Winner.A: FIRST, Winner.B: SECOND, Winner.TIE: TIE, Winner.BOTH_BAD: BOTH_BAD}
_POINTS = np.array([1.0, 0.0, 0.5, 0.5])


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """One judgement of two contenders; rows with the same `cluster` are not independent of each other."""

    contender_a: str
    contender_b: str
    winner: Winner
    cluster: str
    weight: float = 1.0


@dataclass(frozen=True, kw_only=True)
class Games:
    """N comparisons over K contenders.

    `first`, `second`: (N,) indices into `names`; `points`: (N,) 1 when the first won, 0 when it lost, 0.5 for a
    tie or both bad; `weights`: (N,); `clusters`: (N,) codes 0..G-1; `both_bad`: (N,) which of the halves were both
    bad, None where nobody asked.
    """

    names: tuple[str, ...]
    first: Integers
    second: Integers
    points: Floats
    weights: Floats
    clusters: Integers
    both_bad: NDArray[np.bool_] | None = None

    @property
    def outcomes(self) -> Integers:
        """(N,) codes FIRST, SECOND, TIE, BOTH_BAD."""
        codes = np.full(len(self.points), TIE, dtype=np.int64)
        codes[self.points == 1.0], codes[self.points == 0.0] = FIRST, SECOND
        if self.both_bad is not None:
            codes[self.both_bad] = BOTH_BAD
        return codes

    @property
    def cluster_count(self) -> int:
        """G, the number of independent units."""
        return int(self.clusters.max()) + 1 if self.clusters.size else 0

    def wins(self, weights: Floats | None = None) -> Floats:
        """(K, K) points of row over column, ties counting half; `weights` (N,) replaces the rows' own."""
        size, w = len(self.names), self.weights if weights is None else weights
        won = np.bincount(self.first * size + self.second, weights=w * self.points, minlength=size * size)
        lost = np.bincount(self.second * size + self.first, weights=w * (1.0 - self.points), minlength=size * size)
        return np.asarray(won + lost, dtype=np.float64).reshape(size, size)


def games_from(rows: Sequence[Comparison]) -> Games:
    """The arrays of `rows`; names and clusters are numbered in alphabetical order.

    Raises:
        ValueError: a weight is not a positive finite number, or a row compares a contender with itself.
    """
    for row in rows:
        if not (np.isfinite(row.weight) and row.weight > 0):
            raise ValueError(f"The weight of a comparison must be positive and finite, not {row.weight}.")
        if row.contender_a == row.contender_b:
            raise ValueError(f"{row.contender_a} cannot be compared with itself.")
    names = sorted({row.contender_a for row in rows} | {row.contender_b for row in rows})
    index = {name: i for i, name in enumerate(names)}
    codes = {cluster: i for i, cluster in enumerate(sorted({row.cluster for row in rows}))}
    outcomes = np.array([OUTCOME_CODES[row.winner] for row in rows], dtype=np.int64)
    return Games(
        names=tuple(names),
        first=np.array([index[row.contender_a] for row in rows], dtype=np.int64),
        second=np.array([index[row.contender_b] for row in rows], dtype=np.int64),
        points=_POINTS[outcomes],
        weights=np.array([row.weight for row in rows], dtype=np.float64),
        clusters=np.array([codes[row.cluster] for row in rows], dtype=np.int64),
        both_bad=outcomes == BOTH_BAD,
    )
