"""Bradley-Terry strengths of many win tables at once: damped Newton, all linear systems in one batched solve.

Only the upper triangle of pairs is evaluated. Source of the damped step: Bach (2010), for generalised
self-concordant losses; it converges from any start.
"""

import math
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from services.ratings.games import Floats, Integers

PRIOR_RIDGE = 1.0 / math.log(10.0) ** 2
"""Precision of the normal prior used when the data alone have no finite answer: standard deviation 400 points."""

_TOLERANCE = 1e-10
_MAX_STEPS = 200
_CHUNK_CELLS = 600_000


@lru_cache(maxsize=8)
def pair_indices(size: int) -> tuple[Integers, Integers]:
    """(P,) the smaller and (P,) the larger index of every unordered pair of `size` contenders, row by row."""
    first, second = np.triu_indices(size, 1)
    return first.astype(np.int64), second.astype(np.int64)


def strongly_connected(wins: Floats) -> bool:
    """Whether every contender has, through others, both beaten and lost to every other one (Ford, 1957).

    Exactly then the maximum-likelihood strengths are finite and unique. `wins`: (K, K).
    """
    return bool(all_connected(np.asarray(wins)[None] > 0)[0])


def all_connected(beats: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """(R,) whether each of R directed graphs (R, K, K) is strongly connected."""
    reach = beats | np.eye(beats.shape[1], dtype=bool)
    for _ in range(max(1, beats.shape[1].bit_length())):
        walks = reach.astype(np.float32)
        reach = (walks @ walks) > 0
    return np.asarray(reach.all(axis=(1, 2)))


def solve(wins: Floats, *, ridge: float | Floats, start: Floats | None = None) -> Floats:
    """(R, K) strengths, mean zero, of R win tables (R, K, K) at once: least summed loss plus ridge/2 |theta|^2.

    `ridge`: one for all or (R,); `start`: (K,) or (R, K), where to begin.

    Raises:
        ArithmeticError: Newton's method did not converge (a table without a finite solution and no ridge).
    """
    first, second = pair_indices(wins.shape[1])
    return solve_pairs(wins[:, first, second], wins[:, second, first], size=wins.shape[1], ridge=ridge, start=start)


def solve_pairs(
    won: Floats,
    lost: Floats,
    *,
    size: int,
    ridge: float | Floats = 0.0,
    start: Floats | None = None,
    tolerance: float = _TOLERANCE,
) -> Floats:
    """`solve` for points (R, P) of the smaller index over the larger one and back, in the order of `pair_indices`.

    `tolerance` bounds the range of the last step; the error left is of the order of its square.
    """
    count = len(won)
    theta: Floats = np.zeros((count, size)) if start is None else np.array(np.broadcast_to(start, (count, size)))
    ridges = np.broadcast_to(np.asarray(ridge, dtype=np.float64), (count,))
    chunk = max(1, _CHUNK_CELLS // (size * size))
    for begin in range(0, count, chunk):
        part = slice(begin, begin + chunk)
        theta[part] = _newton(won[part], won[part] + lost[part], theta[part], ridges[part], tolerance)
    return theta


def derivatives(won: Floats, total: Floats, theta: Floats, ridge: Floats) -> tuple[Floats, Floats]:
    """Ascent gradient (R, K) and gauge-fixed Hessian (R, K, K) of the penalised loss of points (R, P)."""
    count, size = theta.shape
    first, second = pair_indices(size)
    incidence, slots = _incidence(size)
    expected = 0.5 * (1.0 + np.tanh(0.5 * (theta[:, first] - theta[:, second])))
    gradient = (won - total * expected) @ incidence - ridge[:, None] * theta
    information = np.zeros((count, len(first) + 1))
    information[:, :-1] = total * expected * (1.0 - expected)
    hessian = -np.take(information, slots, axis=1).reshape(count, size, size)
    diagonal = ridge[:, None] - hessian.sum(axis=2)
    every = np.arange(size)
    hessian[:, every, every] = diagonal
    hessian += (np.maximum(diagonal.mean(axis=1), 1e-12) / size)[:, None, None]
    return gradient, hessian


def damped(reach: Floats) -> Floats:
    """The share of a Newton step to take that changes logits by up to `reach`.

    Bach's log(1+r)/r makes headway from anywhere; up to a half the whole step is safe, and squares the error.
    """
    return np.asarray(np.where(reach <= 0.5, 1.0, np.log1p(reach) / reach))


def _newton(won: Floats, total: Floats, theta: Floats, ridge: Floats, tolerance: float) -> Floats:
    theta, left = theta.copy(), np.arange(len(won))
    for _ in range(_MAX_STEPS):
        gradient, hessian = derivatives(won, total, theta[left], ridge)
        try:
            step = np.linalg.solve(hessian, gradient[..., None])[..., 0]
        except np.linalg.LinAlgError:
            break
        spread = np.maximum(np.ptp(step, axis=1, keepdims=True), 1e-300)
        moved = theta[left] + step * damped(spread)
        theta[left] = moved - moved.mean(axis=1, keepdims=True)
        open_ = ~(spread[:, 0] < tolerance)
        if not open_.any():
            return theta
        if not open_.all():
            left, won, total, ridge = left[open_], won[open_], total[open_], ridge[open_]
    raise ArithmeticError("The Bradley-Terry fit did not converge; is the win graph strongly connected?")


@lru_cache(maxsize=8)
def _incidence(size: int) -> tuple[Floats, Integers]:
    """(P, K) with +1 at the first and -1 at the second of a pair; (K*K,) the pair of each cell, P on the diagonal."""
    first, second = pair_indices(size)
    pairs = np.arange(len(first))
    incidence = np.zeros((len(first), size))
    incidence[pairs, first], incidence[pairs, second] = 1.0, -1.0
    slots = np.full((size, size), len(first), dtype=np.int64)
    slots[first, second] = slots[second, first] = pairs
    return incidence, slots.ravel()
