"""Contenders that nobody drew any more although nothing was announced."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import betaln

from services.ratings.audit.draw import Draw
from services.ratings.audit.segments import Layout, Stop
from services.ratings.games import Floats, Integers

METHOD = (
    "probability of no draw in the gap, the larger of the declared one and the Beta(1/2,1/2) predictive of the "
    "contender's own earlier share; gap j of each of K contenders is tested at 6/(pi j)^2 alpha/K"
)


@dataclass(frozen=True, kw_only=True)
class Silence:
    """`draws` battles in a row without a contender that could have been in them, and a bound of how likely that is."""

    stop: Stop
    draws: int
    earlier_share: float
    log10_probability: float


def silences(draws: Sequence[Draw], found: Layout, *, alpha: float) -> list[Silence]:
    """The improbable silences of all contenders: with probability 1 - `alpha` none when all are drawn as declared.

    That holds for all moments at which one may look, together: the levels of a contender's gaps sum to its share.
    """
    if not found.segments:
        return []
    order = np.argsort(np.concatenate([segment.rows for segment in found.segments]), kind="stable")
    rows = np.concatenate([segment.rows for segment in found.segments])[order]
    first = np.concatenate([segment.first for segment in found.segments])[order]
    second = np.concatenate([segment.second for segment in found.segments])[order]
    part = np.repeat(np.arange(len(found.segments)), [len(segment.rows) for segment in found.segments])[order]
    with np.errstate(divide="ignore"):
        missed = np.log1p(-np.stack([segment.least_share() for segment in found.segments]))
    could = np.stack([segment.weights > 0 for segment in found.segments])
    result = []
    for number in range(len(found.names)):
        chosen = np.flatnonzero(could[part, number])
        drawn = (first[chosen] == number) | (second[chosen] == number)
        gap = _worst(drawn, missed[part[chosen], number], log_level=math.log(alpha / len(found.names)))
        if gap is not None:
            result.append(_silence(draws, rows[chosen], drawn, gap, found.names[number]))
    return result


@dataclass(frozen=True, kw_only=True)
class _Gap:
    start: int
    end: int
    log_probability: float


def _worst(drawn: np.ndarray, missed: Floats, *, log_level: float) -> _Gap | None:
    """The least probable gap below its level after some draw; `start` is the first draw in it, `end` past the last."""
    hits = np.flatnonzero(drawn)
    if not hits.size:
        return None
    total = np.concatenate([[0.0], np.cumsum(missed)])
    starts = hits + 1
    ends = np.append(hits[1:], len(drawn))
    lengths = ends - starts
    seen = np.arange(1, len(hits) + 1)
    declared = np.where(lengths > 0, total[ends] - total[starts], 0.0)
    own = betaln(seen + 0.5, starts - seen + 0.5 + lengths) - betaln(seen + 0.5, starts - seen + 0.5)
    chance = np.maximum(declared, own)
    margin = chance - (log_level + math.log(6 / math.pi**2) - 2 * np.log(seen))
    worst = int(np.argmin(margin))
    if margin[worst] > 0:
        return None
    return _Gap(start=int(starts[worst]), end=int(ends[worst]), log_probability=float(chance[worst]))


def _silence(draws: Sequence[Draw], rows: Integers, drawn: np.ndarray, gap: _Gap, name: str) -> Silence:
    until = draws[int(rows[gap.end])].at if gap.end < len(rows) else None
    return Silence(
        stop=Stop(contender=name, after=draws[int(rows[gap.start])].at, until=until),
        draws=gap.end - gap.start,
        earlier_share=float(drawn[: gap.start].mean()),
        log10_probability=gap.log_probability / math.log(10),
    )
