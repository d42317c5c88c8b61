"""Inverse-probability weights: what a board would be had every pair been as likely."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from services.ratings.games import Floats

DEFAULT_CAP = 20.0


@dataclass(frozen=True, kw_only=True)
class Reweighting:
    """N weights with mean 1.

    `effective`: Kish's effective number of votes, (sum w)^2 / sum w^2; `capped`: how many weights met the cap;
    `capped_share`: the share of the total weight that the cap took away, the price of its smaller variance in bias.
    """

    weights: Floats
    effective: float
    capped: int
    capped_share: float


def inverse_probability_weights(
    probabilities: Sequence[float] | Floats,
    pairs: int | Sequence[int] | NDArray[np.int64],
    cap: float = DEFAULT_CAP,
) -> Reweighting:
    """Weights (1/pairs)/p, capped, then divided by their mean: the fit then aims at the uniform draw's target.

    `probabilities`: (N,) with which each vote's unordered pair was drawn; `pairs`: how many pairs could be drawn
    then, K (K - 1) / 2, one number or (N,). `cap` bounds the ratio to the uniform draw; a policy's floor f bounds
    it by 1/f already, so the cap works on votes of other policies only. Source: Horvitz and Thompson (1952), in its
    self-normalised form; for adaptively drawn pairs as in Chiang et al. (2403.04132).

    Raises:
        ValueError: a probability is not in (0, 1], a number of pairs is below 1, the cap is below 1, or the lengths
            differ.
    """
    chance = np.asarray(probabilities, dtype=np.float64)
    count = np.asarray(pairs, dtype=np.float64)
    if chance.ndim != 1 or count.shape not in ((), chance.shape):
        raise ValueError("One probability for each vote, and one number of pairs for each or for all.")
    if not ((chance > 0) & (chance <= 1)).all():
        raise ValueError("The probability of a drawn pair lies above 0 and is at most 1.")
    if not (count >= 1).all():
        raise ValueError("There must have been a pair to draw.")
    if math.isnan(cap) or cap < 1:
        raise ValueError(f"The cap must be at least 1, the weight of a uniform draw, not {cap}.")
    raw = 1.0 / (count * chance)
    kept = np.minimum(raw, cap)
    if not kept.size:
        return Reweighting(weights=kept, effective=0.0, capped=0, capped_share=0.0)
    return Reweighting(
        weights=kept / kept.mean(),
        effective=float(kept.sum() ** 2 / (kept**2).sum()),
        capped=int((raw > cap).sum()),
        capped_share=float(1.0 - kept.sum() / raw.sum()),
    )
