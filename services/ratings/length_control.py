"""Win rates against a baseline as they would be if both answers were equally long.

Per contender a logistic model without an intercept of its own for length,
logit P_i = theta + sum_f phi_f tanh(d_if / sd_f) + psi gamma_i, with the prompts' gamma from one joint fit of the pool
and phi drawn to the pool's mean. The controlled win rate is the mean over the prompts of
sigma(theta + psi gamma_i): all differences set to 0. After Dubois et al. (2024), "Length-controlled AlpacaEval".
The form without gamma and without the pull to the pool is not offered: where all answers of a contender are
longer, it cannot tell the contender from its length.
"""

from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from services.ratings.duels import Duels
from services.ratings.figure import Figure
from services.ratings.games import Floats
from services.ratings.prompt_pool import WEAK, PromptPool, bounded, pool_of

METHOD = "length control: logistic, joint prompt difficulty, slopes drawn to the pool's mean, intervals by prompt"
FAR_POINTS = 10.0
FAR_SHARE = 0.25
_TOLERANCE = 1e-9
_MAX_STEPS = 200
_Z = NormalDist().inv_cdf(0.975)


@dataclass(frozen=True, kw_only=True)
class WinRate:
    """One contender against the baseline, in per cent; `slopes` are its phi by feature, in logits.

    `warning` is set where control changes the rate so much that the model carries more of it than the votes.
    """

    contender: str
    raw: Figure
    controlled: Figure
    strength: float
    slopes: dict[str, float]
    difficulty_weight: float
    warning: str = ""


@dataclass(frozen=True, kw_only=True)
class LengthControl:
    """The rates of all contenders, best first, the baseline among them with exactly 50, and the pool they rest on."""

    baseline: str
    rates: tuple[WinRate, ...]
    pool: PromptPool
    clusters: int
    method: str = METHOD


def length_control(duels: Duels, *, baseline: str, pool: PromptPool | None = None) -> LengthControl:
    """The controlled win rates of `duels`; without a `pool`, that of the duels themselves.

    Intervals are for the prompts as a sample, in their clusters, and allow for a phi that lies away from the pool's
    mean, and for the error of that mean; the pool's gamma and variances are taken as known.

    Raises:
        ValueError: the pool was made of other prompts or features, or there are too few contenders to make one.
        ArithmeticError: a fit did not converge.
    """
    known = pool or pool_of(duels)
    if known.features != duels.features or not set(duels.prompts) <= set(known.prompts):
        raise ValueError("The pool knows other prompts or features than these duels; make one of these duels.")
    rates = [_rate(duels, m, known) for m in range(len(duels.contenders))]
    rates.append(_of_baseline(baseline, known))
    rates.sort(key=lambda rate: (-rate.controlled.point, rate.contender))
    return LengthControl(baseline=baseline, rates=tuple(rates), pool=known, clusters=duels.cluster_count)


def _of_baseline(baseline: str, pool: PromptPool) -> WinRate:
    """An answer against itself: no difference, no preference, and so nothing to be explained."""
    even = Figure(point=50.0, low=50.0, high=50.0, n=len(pool.prompts))
    none = dict.fromkeys(pool.features, 0.0)
    return WinRate(contender=baseline, raw=even, controlled=even, strength=0.0, slopes=none, difficulty_weight=0.0)


def _rate(duels: Duels, m: int, pool: PromptPool) -> WinRate:
    index = {name: i for i, name in enumerate(pool.prompts)}
    gamma = np.array(pool.gamma)[[index[name] for name in duels.prompts]]
    design = np.column_stack([np.ones(len(gamma)), bounded(duels.difference[m], pool.scale), gamma])
    weight, preference = duels.weight[m], duels.preference[m]
    centre = np.array([0.0, *pool.slope, 0.0])
    precision = np.array([WEAK, *(np.array(pool.slope_precision) + WEAK), WEAK])
    beta, inverse = _solve(design, preference, weight, centre, precision)
    level = _chance(beta[0] + beta[-1] * gamma)
    point = float(level.mean())
    slope = level * (1.0 - level)
    gradient = np.zeros(len(beta))
    gradient[0], gradient[-1] = slope.mean(), (slope * gamma).mean()
    residual = weight * (preference - _chance(design @ beta))
    influence = (level - point) / len(level) + (residual[:, None] * design) @ (inverse @ gradient)
    played = float(weight.sum())
    mean = float((weight * preference).sum() / played)
    raw = _figure(mean, weight * (preference - mean) / played, duels, int(played))
    pulled = (inverse @ gradient)[1:-1] * np.array(pool.slope_precision)
    beyond = float((pulled**2 * (np.array(pool.slope_deviation) ** 2 + np.array(pool.slope_error) ** 2)).sum())
    controlled = _figure(point, influence, duels, int(played), beyond=beyond)
    return WinRate(
        contender=duels.contenders[m],
        raw=raw,
        controlled=controlled,
        strength=float(beta[0]),
        slopes={name: float(value) for name, value in zip(pool.features, beta[1:-1], strict=True)},
        difficulty_weight=float(beta[-1]),
        warning=_warning(raw.point, controlled.point),
    )


def _solve(
    design: Floats, preference: Floats, weight: Floats, centre: Floats, precision: Floats
) -> tuple[Floats, Floats]:
    """The coefficients and the inverse Hessian of one contender."""
    beta = centre.copy()
    for _ in range(_MAX_STEPS):
        chance = _chance(design @ beta)
        pull = design.T @ (weight * (preference - chance)) - precision * (beta - centre)
        hessian = (design.T * (weight * chance * (1.0 - chance))) @ design + np.diag(precision)
        step = np.linalg.solve(hessian, pull)
        move = float(np.abs(step).sum())
        beta = beta + step * np.log1p(move) / max(move, 1e-300)
        if move < _TOLERANCE:
            return beta, np.asarray(np.linalg.inv(hessian), dtype=np.float64)
    raise ArithmeticError("The fit of a contender's length control did not converge.")


def _chance(logit: Floats) -> Floats:
    return np.asarray(0.5 + 0.5 * np.tanh(0.5 * logit))


def _figure(share: float, influence: Floats, duels: Duels, played: int, *, beyond: float = 0.0) -> Figure:
    """Per cent with an interval from the clusters' summed influence, and a variance that does not come from prompts."""
    count = duels.cluster_count
    summed = np.bincount(duels.clusters, weights=influence, minlength=count)
    half = 100.0 * _Z * float(np.sqrt((summed**2).sum() * count / max(1, count - 1) + beyond))
    point = 100.0 * share
    return Figure(point=point, low=max(0.0, point - half), high=min(100.0, point + half), n=played)


def _warning(raw: float, controlled: float) -> str:
    gap = abs(controlled - raw)
    if gap <= FAR_POINTS and gap <= FAR_SHARE * max(raw, 1e-12):
        return ""
    return f"Control moves this rate by {gap:.1f} points (from {raw:.1f}): the model carries much of it."
