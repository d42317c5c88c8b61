"""Intervals that stay true however often a board is looked at: an asymptotic confidence sequence.

An estimate with standard error se carries the information I = 1/se^2. Along growing data (estimate - truth) * I
behaves like Brownian motion at time I (the canonical joint distribution of sequential analysis: Scharfstein, Tsiatis
and Robins, 1997), and Brownian motion stays within sqrt((I + rho) log((I + rho) / (rho alpha^2))) for ever with
probability 1 - alpha (Robbins' normal mixture; Howard, Ramdas, McAuliffe and Sekhon, 2021, eq. 14). Dividing by I gives

    half width = se * sqrt((1 + rho se^2) * log((1 + 1 / (rho se^2)) / alpha^2)).

It is asymptotic (Waudby-Smith, Arbour, Sinha, Kennedy and Ramdas, 2024): it needs a standard error that is right, so
enough independent clusters before the first look, a share of each pair that settles down, and votes that do not depend
on the board. `rho`, in units of I, only says at which precision the width is best; it must not depend on the data.
"""

import math

import numpy as np
from scipy.special import lambertw

from services.ratings.games import Floats
from services.ratings.intervals import CONFIDENCE, NORMAL_QUANTILE

ALPHA = 1 - CONFIDENCE


def rho_for(width: float, *, alpha: float = ALPHA) -> float:
    """The `rho` with which the sequence is narrowest when the ordinary interval is `width` points wide.

    Raises:
        ValueError: the width is not a positive finite number.
    """
    if not (math.isfinite(width) and width > 0):
        raise ValueError(f"The width that intervals are tuned for must be positive and finite, not {width}.")
    error = width / (2 * NORMAL_QUANTILE)
    ratio = -float(np.real(lambertw(-(alpha**2) / math.e, -1))) - 1.0
    return 1.0 / (error**2 * ratio)


def half_widths(errors: Floats, *, rho: float, alpha: float = ALPHA) -> Floats:
    """Half widths in points for standard errors in points (any shape); zero where the error is zero."""
    scaled = rho * np.square(errors)
    safe = np.where(scaled > 0, scaled, 1.0)
    widths = errors * np.sqrt((1 + safe) * (np.log1p(1 / safe) - 2 * math.log(alpha)))
    return np.where(scaled > 0, widths, 0.0)
