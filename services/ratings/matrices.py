"""How every pair did: how often it met, and who won how often."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from services.domain.vote_record import VoteRecord
from services.ratings.games import Floats
from services.ratings.intervals import NORMAL_QUANTILE
from services.ratings.rows import Row, games_of, rows_of


@dataclass(frozen=True, kw_only=True)
class WinRate:
    """The share of points that one contender took from another, with a 95 % Wilson interval.

    `judgements` is n, the number of judgements; `effective` the number of independent ones that the interval uses.
    """

    rate: float
    low: float
    high: float
    judgements: int
    effective: float


@dataclass(frozen=True, kw_only=True)
class Matrices:
    """Square tables over `names`: judgements of each pair, and the row's win rate against the column.

    `rates` is None on the diagonal and for pairs that never met.
    """

    names: tuple[str, ...]
    counts: tuple[tuple[int, ...], ...]
    rates: tuple[tuple[WinRate | None, ...], ...]


def matrices(records: Sequence[VoteRecord]) -> Matrices:
    """The matrices of the counted `records`; a tie or both bad is half a point for each side, votes have their weights.

    All judgements of a pair that share a cluster (a voter, a prompt) are taken as fully dependent in the interval:
    n_eff = (sum_g m_g)^2 / sum_g m_g^2 with m_g the weight of cluster g in this pair.
    """
    rows = rows_of(records)
    if not rows:
        return Matrices(names=(), counts=(), rates=())
    games = games_of(rows, unit="cluster")
    size = len(games.names)
    cell = games.first * size + games.second
    met = np.bincount(cell, minlength=size * size).reshape(size, size)
    counts, wins, effective = met + met.T, games.wins(), _effective(rows, games.names)
    return Matrices(
        names=games.names,
        counts=tuple(tuple(int(value) for value in line) for line in counts),
        rates=tuple(
            tuple(
                _rate(wins[i, j], wins[j, i], int(counts[i, j]), float(effective[i, j])) if counts[i, j] else None
                for j in range(size)
            )
            for i in range(size)
        ),
    )


def wilson(rate: float, size: float) -> tuple[float, float]:
    """The 95 % score interval of a share of `size` > 0 trials (Wilson, 1927); `size` need not be whole."""
    z2 = NORMAL_QUANTILE**2
    centre = (rate + z2 / (2 * size)) / (1 + z2 / size)
    half = NORMAL_QUANTILE / (1 + z2 / size) * float(np.sqrt(rate * (1 - rate) / size + z2 / (4 * size**2)))
    return max(0.0, centre - half), min(1.0, centre + half)


def _rate(won: float, lost: float, judgements: int, effective: float) -> WinRate:
    rate = float(won / (won + lost))
    low, high = wilson(rate, effective)
    return WinRate(rate=rate, low=low, high=high, judgements=judgements, effective=effective)


def _effective(rows: Sequence[Row], names: Sequence[str]) -> Floats:
    """(K, K) effective numbers of independent judgements."""
    weights: dict[tuple[str, str, str], float] = {}
    for row in rows:
        key = row.contender_a, row.contender_b, row.cluster
        weights[key] = weights.get(key, 0.0) + row.weight
    index = {name: i for i, name in enumerate(names)}
    total, squares = np.zeros((len(names), len(names))), np.zeros((len(names), len(names)))
    for (first, second, _), weight in weights.items():
        for i, j in ((index[first], index[second]), (index[second], index[first])):
            total[i, j] += weight
            squares[i, j] += weight**2
    return np.divide(total**2, squares, out=np.zeros_like(total), where=squares > 0)
