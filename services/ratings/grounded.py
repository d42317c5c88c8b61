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
    bounds = (-np.inf, -np.inf)

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
        """Three softmaxes with the bar, and their rest."""
        shift = float(np.logaddexp(0.0, extra))
        rate = float(0.5 * (1.0 + np.tanh(0.5 * extra)))
        chance, slope, bend = np.zeros((len(first), 4)), np.zeros((len(first), 4, 3)), np.zeros((len(first), 4, 3, 3))
        won = _softmax(first, second + shift)
        lost = _softmax(second, first + shift)
        bad = _softmax(first, second)
        _fill(chance, slope, bend, code=FIRST, weights=won, places=(0, 1), chosen=0, rate=rate)
        _fill(chance, slope, bend, code=SECOND, weights=lost, places=(1, 0), chosen=0, rate=rate)
        _fill(chance, slope, bend, code=BOTH_BAD, weights=bad, places=(0, 1), chosen=2, rate=0.0)
        _rest(chance, slope, bend, first=first, second=second, shift=shift)
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


def _rest(chance: Floats, slope: Floats, bend: Floats, *, first: Floats, second: Floats, shift: float) -> None:
    """The tie: what is left; its derivatives follow from those of the other three.

    The chance itself is computed without cancellation where it is small: with u = t - 1, it is the sum of two
    positive terms (see below), each carrying u.
    """
    others = [FIRST, SECOND, BOTH_BAD]
    chance[:, TIE] = np.maximum(1.0 - chance[:, others].sum(axis=1), 0.0)
    weight = chance[:, others]
    pull = -(weight[..., None] * slope[:, others]).sum(axis=1)
    curve = bend[:, others] + slope[:, others][..., :, None] * slope[:, others][..., None, :]
    curve = -(weight[..., None, None] * curve).sum(axis=1)
    safe = np.maximum(chance[:, TIE], 1e-300)
    slope[:, TIE] = pull / safe[:, None]
    bend[:, TIE] = curve / safe[:, None, None] - slope[:, TIE][:, :, None] * slope[:, TIE][:, None, :]
