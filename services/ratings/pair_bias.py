"""What preference pairs could teach beside quality: that longer answers win, that seats do, or that names do.

A reward model learns whatever tells chosen from rejected. A share near one half says that a property does not.
Intervals: means with a variance that is robust to what pairs of one cluster share (Liang and Zeger, "Longitudinal data
analysis using generalized linear models", 1986), with the factor G/(G-1).
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from services.ratings.clusters import outer
from services.ratings.games import Floats

_Z95 = 1.959963984540054
METHOD = "mean with a cluster-robust normal interval"


@dataclass(frozen=True, kw_only=True)
class PairTraits:
    """One pair: sizes of the chosen and the rejected answer (characters; code tokens), and what else could tell them.

    `chosen_first` tells that the chosen one sat on side A; `rating_gap` is the chosen contender's score less the
    rejected one's in rating points, None where one has no score. Pairs of one `cluster` are not independent.
    """

    cluster: str
    chosen_characters: float
    rejected_characters: float
    chosen_code_tokens: float
    rejected_code_tokens: float
    chosen_first: bool
    rating_gap: float | None = None


@dataclass(frozen=True, kw_only=True)
class Mean:
    """A mean over `n` pairs of `clusters` clusters with its 95 % interval.

    `low` and `high` are None where there are fewer than two clusters, `point` where there are no pairs.
    """

    point: float | None
    low: float | None
    high: float | None
    n: int
    clusters: int
    method: str = METHOD


@dataclass(frozen=True, kw_only=True)
class PairBias:
    """How the chosen answers differ from the rejected ones.

    `longer`, `more_code`: shares of pairs whose chosen answer has more characters (code tokens), equal ones count
    half; `log_length`: mean of ln(chosen / rejected) of characters + 1; `first_seat`: share whose chosen answer sat
    on side A; `rating_gap`: mean rating points between the two contenders.
    """

    longer: Mean
    more_code: Mean
    log_length: Mean
    first_seat: Mean
    rating_gap: Mean


def pair_bias(pairs: Sequence[PairTraits]) -> PairBias:
    """The bias of `pairs`, each counted once."""
    return PairBias(
        longer=_mean(pairs, [_share(pair.chosen_characters, pair.rejected_characters) for pair in pairs], share=True),
        more_code=_mean(
            pairs, [_share(pair.chosen_code_tokens, pair.rejected_code_tokens) for pair in pairs], share=True
        ),
        log_length=_mean(
            pairs, [math.log1p(pair.chosen_characters) - math.log1p(pair.rejected_characters) for pair in pairs]
        ),
        first_seat=_mean(pairs, [float(pair.chosen_first) for pair in pairs], share=True),
        rating_gap=_mean(
            [pair for pair in pairs if pair.rating_gap is not None],
            [pair.rating_gap for pair in pairs if pair.rating_gap is not None],
        ),
    )


def _share(chosen: float, rejected: float) -> float:
    return 0.5 if chosen == rejected else float(chosen > rejected)


def _mean(pairs: Sequence[PairTraits], values: ArrayLike, *, share: bool = False) -> Mean:
    numbers: Floats = np.asarray(values, dtype=np.float64)
    count = len(numbers)
    if not count:
        return Mean(point=None, low=None, high=None, n=0, clusters=0)
    names = {name: code for code, name in enumerate(dict.fromkeys(pair.cluster for pair in pairs))}
    point = float(numbers.mean())
    if len(names) < 2:
        return Mean(point=point, low=None, high=None, n=count, clusters=len(names))
    codes = np.array([names[pair.cluster] for pair in pairs], dtype=np.int64)
    half = _Z95 * math.sqrt(float(outer([(0, numbers - point)], codes, width=1)[0, 0])) / count
    low, high = point - half, point + half
    if share:
        low, high = max(0.0, low), min(1.0, high)
    return Mean(point=point, low=low, high=high, n=count, clusters=len(names))
