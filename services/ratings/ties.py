"""Ties as an outcome of their own, with a parameter for how often they come.

Half wins shrink the scale: where a quarter of all votes are ties whatever the strengths, true logits come out a
third too small. These models give win probabilities that mean what they say. Both bad counts as a tie here.
"""

import numpy as np

from services.ratings.cells import Cells
from services.ratings.games import BOTH_BAD, FIRST, SECOND, TIE, Floats, Integers
from services.ratings.outcomes import Terms


class RaoKupper:
    """P(i beats j) = pi_i / (pi_i + eta pi_j), eta = exp(extra) >= 1; a tie is the rest.

    A vote is tied when the difference felt lies within +-ln eta. Source: Rao and Kupper (1967).
    """

    name = "Rao-Kupper"
    level = False
    start = 0.5
    lowest = 0.0

    def counts(self, cells: Cells) -> Floats:
        """Both bad joins the ties."""
        return _merged(cells)

    def outcome(self, codes: Integers) -> Integers:
        """Both bad is a tie."""
        return np.minimum(codes, TIE)

    def terms(self, first: Floats, second: Floats, extra: float) -> Terms:
        """P(first) = s(d - t), P(second) = s(-d - t), P(tie) = (exp(2t) - 1) s(d - t) s(-d - t)."""
        ahead, behind = (_logistic(sign * (first - second) - extra) for sign in (1.0, -1.0))
        forward, backward = np.array([1.0, -1.0, -1.0]), np.array([-1.0, 1.0, -1.0])
        chance, slope, bend = _blank(len(first))
        chance[:, FIRST], chance[:, SECOND] = ahead, behind
        chance[:, TIE] = np.expm1(2.0 * extra) * ahead * behind
        for code, value, direction in ((FIRST, ahead, forward), (SECOND, behind, backward)):
            slope[:, code] = (1.0 - value)[:, None] * direction
            bend[:, code] = -(value * (1.0 - value))[:, None, None] * np.outer(direction, direction)
        slope[:, TIE], bend[:, TIE] = slope[:, FIRST] + slope[:, SECOND], bend[:, FIRST] + bend[:, SECOND]
        if extra > 0:
            slope[:, TIE, 2] += 2.0 / -np.expm1(-2.0 * extra)
            bend[:, TIE, 2, 2] -= 1.0 / np.sinh(extra) ** 2
        return Terms(chance=chance, slope=slope, bend=bend)


class Davidson:
    """P(i beats j) : P(tie) : P(j beats i) = pi_i : nu sqrt(pi_i pi_j) : pi_j, nu = exp(extra).

    The strengths' equations are those of half wins, with other chances in them. Source: Davidson (1970).
    """

    name = "Davidson"
    level = False
    start = 0.0
    lowest = -np.inf

    def counts(self, cells: Cells) -> Floats:
        """Both bad joins the ties."""
        return _merged(cells)

    def outcome(self, codes: Integers) -> Integers:
        """Both bad is a tie."""
        return np.minimum(codes, TIE)

    def terms(self, first: Floats, second: Floats, extra: float) -> Terms:
        """A softmax over (d/2, -d/2, extra)."""
        gap = 0.5 * (first - second)
        utility = np.column_stack([gap, -gap, np.full(len(gap), extra)])
        weight = np.exp(utility - utility.max(axis=1, keepdims=True))
        weight /= weight.sum(axis=1, keepdims=True)
        design = np.array([[0.5, -0.5, 0.0], [-0.5, 0.5, 0.0], [0.0, 0.0, 1.0]])
        chance, slope, bend = _blank(len(gap))
        chance[:, :3] = weight
        mean = weight @ design
        slope[:, :3] = design[None] - mean[:, None]
        second_moment = np.einsum("po,oa,ob->pab", weight, design, design)
        bend[:, :3] = -(second_moment - mean[:, :, None] * mean[:, None, :])[:, None]
        return Terms(chance=chance, slope=slope, bend=bend)


def _merged(cells: Cells) -> Floats:
    counts = cells.counts.copy()
    counts[:, TIE] += counts[:, BOTH_BAD]
    counts[:, BOTH_BAD] = 0.0
    if not counts[:, [FIRST, SECOND]].any():
        raise ValueError("Every vote is a tie: nothing tells how often ties come between unequal contenders.")
    return counts


def _logistic(value: Floats) -> Floats:
    return np.asarray(0.5 * (1.0 + np.tanh(0.5 * value)))


def _blank(pairs: int) -> tuple[Floats, Floats, Floats]:
    return np.zeros((pairs, 4)), np.zeros((pairs, 4, 3)), np.zeros((pairs, 4, 3, 3))
