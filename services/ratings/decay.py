"""Weights that halve with age, for arenas whose contenders change."""

import math
from collections.abc import Sequence
from datetime import datetime

import numpy as np

from services.ratings.games import Floats

_DAY_SECONDS = 86_400.0


def decay_weights(times: Sequence[datetime], *, now: datetime, half_life_days: float) -> Floats:
    """(N,) 2^(-age / half-life); multiply them into the votes' weights.

    Raises:
        ValueError: the half-life is not positive, or a vote is later than `now`.
    """
    if not half_life_days > 0:
        raise ValueError(f"A half-life must be more than 0 days, not {half_life_days}.")
    ages = np.array([(now - time).total_seconds() / _DAY_SECONDS for time in times], dtype=np.float64)
    if ages.size and ages.min() < 0:
        raise ValueError(f"A vote is later than {now.isoformat()}: leave it out, or move the date of the board.")
    return np.exp(-math.log(2.0) * ages / half_life_days)
