"""Both bad as information about the level: a Rao-Kupper model with a third opponent, the bar of the acceptable.

With pi = exp(theta) and t = 1 + exp(extra): P(i) = pi_i / (pi_i + t pi_j + 1), P(j) alike,
P(both bad) = 1 / (1 + pi_i + pi_j), P(tie) is the rest. theta = 0 is the strength of the bar, so strengths have a
level and need no anchor, and a vote for both bad lowers both. Source: the grounded Rao-Kupper model of
Frick et al., Prompt-to-Leaderboard (2502.14855).
"""

import numpy as np

from services.ratings.cells import Cells
from services.ratings.games import BOTH_BAD, FIRST, SECOND, TIE, Floats, Integers
from services.ratings.outcomes import Terms


class Grounded:
    """The model above; see `Terms` for what it hands out."""

    name = "grounded Rao-Kupper"
    level = True
    start = 0.0
    lowest = -np.inf

    def counts(self, cells: Cells) -> Floats:
        """All four outcomes."""
        if not cells.counts[:, BOTH_BAD].any():
            raise ValueError("Nothing was voted both bad, so nothing tells where the bar lies: fit Rao-Kupper instead.")
        if not cells.counts[:, :BOTH_BAD].any():
            raise ValueError("Everything was voted both bad: nothing tells the contenders from each other.")
        return cells.counts

    def outcome(self, codes: Integers) -> Integers:
        """The codes as they are."""
        return codes

    def terms(self, first: Floats, second: Floats, extra: float) -> Terms:
        """Three softmaxes with the bar, and the rest of them."""
        shift = float(np.logaddexp(0.0, extra))
        rate = float(0.5 * (1.0 + np.tanh(0.5 * extra)))
        chance, slope, bend = np.zeros((len(first), 4)), np.zeros((len(first), 4, 3)), np.zeros((len(first), 4, 3, 3))
        won = _softmax(first, second + shift)
        lost = _softmax(second, first + shift)
        bad = _softmax(first, second)
        _fill(chance, slope, bend, code=FIRST, weights=won, places=(0, 1), chosen=0, rate=rate)
        _fill(chance, slope, bend, code=SECOND, weights=lost, places=(1, 0), chosen=0, rate=rate)
        _fill(chance, slope, bend, code=BOTH_BAD, weights=bad, places=(0, 1), chosen=2, rate=0.0)
        _tie(chance, slope, bend, strengths=np.column_stack([first, second]), extra=extra)
        return Terms(chance=chance, slope=slope, bend=bend)


def _softmax(one: Floats, other: Floats) -> Floats:
    """(P, 3) over (one, other, the bar at 0)."""
    utility = np.column_stack([one, other, np.zeros(len(one))])
    weight = np.exp(utility - utility.max(axis=1, keepdims=True))
    return np.asarray(weight / weight.sum(axis=1, keepdims=True))


def _fill(
    chance: Floats,
    slope: Floats,
    bend: Floats,
    *,
    code: int,
    weights: Floats,
    places: tuple[int, int],
    chosen: int,
    rate: float,
) -> None:
    """One softmax's `chosen` entry; `places` of its two strengths, `rate` = d(shift)/d(extra) of the second."""
    design = np.zeros((3, 3))
    design[0, places[0]] = design[1, places[1]] = 1.0
    design[1, 2] = rate
    mean = weights @ design
    chance[:, code] = weights[:, chosen]
    slope[:, code] = design[chosen] - mean
    spread = np.einsum("po,oa,ob->pab", weights, design, design) - mean[:, :, None] * mean[:, None, :]
    bend[:, code] = -spread
    bend[:, code, 2, 2] -= weights[:, 1] * rate * (1.0 - rate)


def _tie(chance: Floats, slope: Floats, bend: Floats, *, strengths: Floats, extra: float) -> None:
    """The rest, as one product without cancellation: (t - 1) pi_i pi_j P(both bad) (1/Z_i + 1/Z_j).

    Z_i and Z_j are the denominators of P(i) and P(j); `strengths` is (P, 2).
    """
    inverse = np.column_stack([chance[:, FIRST], chance[:, SECOND]]) / np.exp(strengths)
    chance[:, TIE] = np.exp(extra + strengths.sum(axis=1)) * chance[:, BOTH_BAD] * inverse.sum(axis=1)
    share = inverse / inverse.sum(axis=1, keepdims=True)
    pulls = slope[:, [FIRST, SECOND]] - np.eye(3)[:2]
    pull = (share[..., None] * pulls).sum(axis=1)
    curves = bend[:, [FIRST, SECOND]] + pulls[..., :, None] * pulls[..., None, :]
    curve = (share[..., None, None] * curves).sum(axis=1) - pull[:, :, None] * pull[:, None, :]
    slope[:, TIE] = slope[:, BOTH_BAD] + pull + 1.0
    bend[:, TIE] = bend[:, BOTH_BAD] + curve
