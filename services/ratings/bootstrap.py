"""Bootstrap replicates of the strengths: the votes are drawn again, and all replicates are solved at once.

`multinomial` draws single votes from the cells and costs the same for any number of votes. `clustered` draws whole
clusters and has to look at every vote once. A replicate whose win graph falls apart is fitted with the prior, so all
numbers are finite.
"""

from enum import StrEnum

import numpy as np
from scipy import sparse

from services.ratings.cells import Cells
from services.ratings.games import BOTH_BAD, FIRST, OUTCOMES, SECOND, TIE, Floats, Games
from services.ratings.newton import PRIOR_RIDGE, all_connected, pair_indices, solve_pairs

_STEP = 1e-7
"""Range of the last Newton step; what is left is its square."""

_DRAWN_VALUES = 8_000_000
"""Weights of clusters held at a time: 64 MB."""


class Draw(StrEnum):
    """How clusters are drawn again.

    COUNTS: G of G with replacement (Efron, 1979). POISSON: each Poisson(1) times, nearly the same without the sum
    fixed (Hanley and MacGibbon, 2006). EXPONENTIAL: standard exponential weights (Rubin, 1981); no cluster is ever left
    out, so a connected win graph stays connected.
    """

    COUNTS = "counts"
    POISSON = "poisson"
    EXPONENTIAL = "exponential"


def multinomial(cells: Cells, *, replicates: int, seed: int, start: Floats | None = None) -> Floats:
    """(replicates, K) strengths refitted after drawing as many single votes with replacement.

    `start`: (K,) the fit of `cells`, where every replicate begins.

    Raises:
        ValueError: the votes are weighted; then single votes cannot be drawn from the cells (use `clustered`).
    """
    counts = cells.counts
    if not (counts == np.floor(counts)).all():
        raise ValueError("Weighted votes cannot be drawn again from their cells; use the clustered bootstrap.")
    halves = np.column_stack([counts[:, FIRST], counts[:, SECOND], counts[:, TIE] + counts[:, BOTH_BAD]])
    used = np.flatnonzero(halves.any(axis=1))
    chances = halves[used].ravel() / max(1.0, cells.total)
    drawn = np.random.default_rng(seed).multinomial(int(cells.total), chances, size=replicates)
    half = 0.5 * drawn[:, 2::3]
    won, lost = np.zeros((2, replicates, len(counts)))
    won[:, used], lost[:, used] = drawn[:, 0::3] + half, drawn[:, 1::3] + half
    return _refit(won, lost, size=cells.size, start=start)


def clustered(
    games: Games, *, replicates: int, seed: int, draw: Draw = Draw.POISSON, start: Floats | None = None
) -> Floats:
    """(replicates, K) strengths refitted after drawing whole clusters again; the votes' own weights are kept."""
    size, count, rng = len(games.names), games.cluster_count, np.random.default_rng(seed)
    table = _cluster_cells(games)
    chunk = max(1, _DRAWN_VALUES // max(1, count))
    found = [
        _refit(*_points(table @ _weights(rng, draw, (count, min(chunk, replicates - done)))), size=size, start=start)
        for done in range(0, replicates, chunk)
    ]
    return np.concatenate(found) if found else np.zeros((0, size))


def bootstrap(games: Games, *, replicates: int, seed: int) -> Floats:
    """(replicates, K) strengths refitted after drawing G of the G clusters with replacement."""
    return clustered(games, replicates=replicates, seed=seed, draw=Draw.COUNTS)


def _cluster_cells(games: Games) -> sparse.csr_matrix:
    """(3 P, G) weight of each cluster's votes by outcome and pair: all FIRST, then all SECOND, then all halves."""
    size = len(games.names)
    pairs = size * (size - 1) // 2
    low, high = np.minimum(games.first, games.second), np.maximum(games.first, games.second)
    pair = low * (2 * size - low - 1) // 2 + high - low - 1
    outcome = np.minimum(games.outcomes, TIE)
    swapped = np.array([SECOND, FIRST, TIE])
    outcome = np.where(games.first > games.second, swapped[outcome], outcome)
    cell = outcome * pairs + pair
    shape = ((OUTCOMES - 1) * pairs, games.cluster_count)
    return sparse.csr_matrix((games.weights, (cell, games.clusters)), shape=shape)


def _points(table: Floats) -> tuple[Floats, Floats]:
    won, lost, halves = table.reshape(3, -1, table.shape[1])
    return np.ascontiguousarray((won + 0.5 * halves).T), np.ascontiguousarray((lost + 0.5 * halves).T)


def _weights(rng: np.random.Generator, draw: Draw, shape: tuple[int, int]) -> Floats:
    """(G, replicates) how much each cluster counts."""
    count, replicates = shape
    if draw is Draw.COUNTS:
        drawn = [np.bincount(rng.integers(0, count, count), minlength=count) for _ in range(replicates)]
        return np.stack(drawn, axis=1).astype(np.float64)
    if draw is Draw.POISSON:
        return rng.poisson(1.0, size=shape).astype(np.float64)
    return rng.standard_exponential(shape)


def _refit(won: Floats, lost: Floats, *, size: int, start: Floats | None) -> Floats:
    """Strengths of replicates (R, P), without the prior wherever that is possible."""
    first, second = pair_indices(size)
    ridge = np.zeros(len(won))
    chunk = max(1, 2_000_000 // (size * size))
    for begin in range(0, len(won), chunk):
        part = slice(begin, begin + chunk)
        beats = np.zeros((len(ridge[part]), size, size), dtype=bool)
        beats[:, first, second], beats[:, second, first] = won[part] > 0, lost[part] > 0
        ridge[part] = np.where(all_connected(beats), 0.0, PRIOR_RIDGE)
    return solve_pairs(won, lost, size=size, ridge=ridge, start=start, tolerance=_STEP)
