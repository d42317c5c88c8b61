"""Which of many hypotheses are rejected when each is known by an e-value."""

from collections.abc import Mapping

CEILING, FLOOR = 1e300, 1e-300


def e_bh(values: Mapping[str, float], alpha: float) -> frozenset[str]:
    """The names that are rejected so that at most a share `alpha` of them is expected to be false.

    The k largest e-values are rejected for the largest k with e_(k) >= m / (k alpha); for one hypothesis that is
    e >= 1 / alpha. Holds under any dependence. Source: Wang and Ramdas, "False discovery rate control with
    e-values" (2022).
    """
    ordered = sorted(values.items(), key=lambda item: (-item[1], item[0]))
    reached = [k for k, (_, value) in enumerate(ordered, start=1) if value >= len(ordered) / (k * alpha)]
    return frozenset(name for name, _ in ordered[: reached[-1]]) if reached else frozenset()


def grown(wealth: float, factor: float) -> float:
    """`wealth * factor`, kept away from what floats cannot hold."""
    return min(CEILING, max(FLOOR, wealth * factor))
