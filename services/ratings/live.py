"""A fit that follows the votes: one counter a vote, and a refit from where the last one ended."""

from dataclasses import dataclass

import numpy as np

from services.domain.judgement import Winner
from services.ratings.bradley_terry import Fit, fit
from services.ratings.cells import Cells
from services.ratings.games import OUTCOME_CODES, OUTCOMES, Floats
from services.ratings.newton import pair_indices

_ROUNDING = 1e-9


@dataclass(frozen=True, kw_only=True)
class LiveRatings:
    """A fit, and whom its rows stand for, in alphabetical order."""

    names: tuple[str, ...]
    fit: Fit


class LiveFit:
    """Counts to which single votes are added and from which they are taken, and their fit.

    The fit is that of all votes at once, to rounding: the order of votes does not matter. Not for several threads.
    """

    def __init__(self) -> None:
        self._codes: dict[str, int] = {}
        self._counts: Floats = np.zeros((4, 4, OUTCOMES))
        self._theta: Floats = np.zeros(4)

    def add(self, contender_a: str, contender_b: str, winner: Winner, *, weight: float = 1.0) -> None:
        """Count a vote.

        Raises:
            ValueError: the weight is not a positive finite number, or the contenders are one.
        """
        if not (np.isfinite(weight) and weight > 0):
            raise ValueError(f"The weight of a vote must be positive and finite, not {weight}.")
        if contender_a == contender_b:
            raise ValueError(f"{contender_a} cannot be compared with itself.")
        cell = self._code(contender_a), self._code(contender_b), OUTCOME_CODES[winner]
        self._counts[cell] += weight

    def remove(self, contender_a: str, contender_b: str, winner: Winner, *, weight: float = 1.0) -> None:
        """Take back a vote that was added with the same values.

        Raises:
            ValueError: there is no such vote.
        """
        a, b = self._codes.get(contender_a), self._codes.get(contender_b)
        left = -1.0 if a is None or b is None else self._counts[a, b, OUTCOME_CODES[winner]] - weight
        if a is None or b is None or not left >= -_ROUNDING:
            raise ValueError(f"There is no such vote on {contender_a} and {contender_b} to remove.")
        self._counts[a, b, OUTCOME_CODES[winner]] = left if left > _ROUNDING else 0.0

    def cells(self) -> tuple[tuple[str, ...], Cells]:
        """Who has votes, in alphabetical order, and their cells."""
        size = len(self._codes)
        counts = self._counts[:size, :size]
        played = counts.sum(axis=(1, 2)) + counts.sum(axis=(0, 2)) > 0
        names = tuple(sorted(name for name, code in self._codes.items() if played[code]))
        order = np.array([self._codes[name] for name in names], dtype=np.int64)
        table = counts[np.ix_(order, order)]
        first, second = pair_indices(len(names))
        return names, Cells(size=len(names), counts=table[first, second] + table[second, first][:, [1, 0, 2, 3]])

    def refit(self) -> LiveRatings:
        """The fit of the votes that are there now.

        Raises:
            ValueError: there is none.
        """
        names, cells = self.cells()
        if not names:
            raise ValueError("There are no votes to fit.")
        order = [self._codes[name] for name in names]
        found = fit(cells.wins, start=self._theta[order])
        self._theta[order] = found.theta
        return LiveRatings(names=names, fit=found)

    def _code(self, name: str) -> int:
        code = self._codes.setdefault(name, len(self._codes))
        if code == len(self._theta):
            grown = np.zeros((2 * code, 2 * code, OUTCOMES))
            grown[:code, :code] = self._counts
            self._counts, self._theta = grown, np.append(self._theta, np.zeros(code))
        return code
