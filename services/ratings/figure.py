"""A statistic as it may be shown: never without its interval and the number of cases."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Figure:
    """A statistic with its 95 % interval; `n` cases (pairs, contenders, prompts: its owner says which)."""

    point: float
    low: float
    high: float
    n: int
