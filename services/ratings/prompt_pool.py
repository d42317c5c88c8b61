"""What a pool of contenders says of the prompts they all answered, and of what length is worth to whoever judged.

One joint fit: logit P(m beats the baseline on i) = theta_m + sum_f phi_mf tanh(d_mif / sd_f) + gamma_i. The prompts'
gamma_i and the phi_m around their mean are random effects, normal with variances found by expectation maximisation
on Laplace's approximation. After Dubois et al. (2024), "Length-controlled AlpacaEval", which takes the same form with a
penalty chosen by cross-validation.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from services.ratings.duels import Duels
from services.ratings.games import Floats

WEAK = 1e-3
"""Precision of a prior on everything else, so that a contender who always wins has finite numbers."""

_TOLERANCE = 1e-8
_MAX_STEPS = 200
_MAX_ROUNDS = 60
_LEAST_VARIANCE = 1e-4
_MOST_VARIANCE = 25.0
_LEAST_DISPERSION = 1e-3


@dataclass(frozen=True, kw_only=True)
class PromptPool:
    """Everything length control takes from the pool: it can be kept, and contenders added to it later.

    `scale` (F,) is the root mean square of each difference, `gamma` (N,) how much better than expected all fare on a
    prompt, `slope` (F,) the pool's mean of phi with its standard error, `slope_precision` (F,) how strongly one
    contender's phi is drawn to it, in units of the loss. `slope_deviation` and `gamma_deviation` are the standard
    deviations found, in logits; `dispersion` is the variance of preferences over that of single votes: 1 for votes,
    less for soft labels.
    """

    prompts: tuple[str, ...]
    features: tuple[str, ...]
    scale: tuple[float, ...]
    gamma: tuple[float, ...]
    slope: tuple[float, ...]
    slope_error: tuple[float, ...]
    slope_precision: tuple[float, ...]
    slope_deviation: tuple[float, ...]
    gamma_deviation: float
    dispersion: float
    contenders: int


@dataclass(frozen=True, kw_only=True)
class _State:
    """(M, P) coefficients of a constant and the features, (N,) gamma, and the inverse Hessian's parts."""

    beta: Floats
    gamma: Floats
    covariance: Floats
    gamma_variance: Floats
    dispersion: float


def bounded(difference: Floats, scale: Sequence[float] | Floats) -> Floats:
    """tanh(d / sd): what a difference counts, between -1 and 1."""
    return np.asarray(np.tanh(difference / np.asarray(scale)))


def pool_of(duels: Duels) -> PromptPool:
    """The pool of all `duels`.

    Raises:
        ValueError: there are fewer than two contenders beside the baseline: nothing could tell a hard prompt from a
            weak answer.
    """
    if len(duels.contenders) < 2:
        raise ValueError(
            f"Length control needs two contenders beside the baseline at least, not {len(duels.contenders)}; "
            "or take the pool of another run over the same prompts."
        )
    scale = _scale(duels)
    design = np.concatenate([np.ones((*duels.weight.shape, 1)), bounded(duels.difference, scale)], axis=2)
    slopes, gammas = np.full(len(duels.features), 0.25), 1.0
    state = _start(duels, design)
    for _ in range(_MAX_ROUNDS):
        before = np.array([*slopes, gammas])
        state = _fit(duels, design, state, slope=state.dispersion / slopes, gamma=state.dispersion / gammas)
        slopes = _slope_variance(state, len(duels.features))
        gammas = _clip((state.gamma**2 + state.dispersion * state.gamma_variance).mean())
        if float(np.abs(np.log(np.array([*slopes, gammas]) / before)).max()) < 0.01:
            break
    return PromptPool(
        prompts=duels.prompts,
        features=duels.features,
        scale=tuple(scale.tolist()),
        gamma=tuple(state.gamma.tolist()),
        slope=tuple(state.beta[:, 1:].mean(axis=0).tolist()),
        slope_error=tuple(_slope_error(state, slopes).tolist()),
        slope_precision=tuple((state.dispersion / slopes).tolist()),
        slope_deviation=tuple(np.sqrt(slopes).tolist()),
        gamma_deviation=float(np.sqrt(gammas)),
        dispersion=state.dispersion,
        contenders=len(duels.contenders),
    )


def _scale(duels: Duels) -> Floats:
    """About zero, not the mean, so that exchanging the contender with the baseline changes nothing."""
    total = (duels.weight[..., None] * duels.difference**2).sum(axis=(0, 1))
    scale = np.sqrt(total / max(1.0, float(duels.weight.sum())))
    return np.where(scale > 0, scale, 1.0)


def _clip(variance: float) -> float:
    return float(np.clip(variance, _LEAST_VARIANCE, _MOST_VARIANCE))


def _slope_variance(state: _State, features: int) -> Floats:
    """Expectation of the squared distances of the phi from their mean, over M - 1."""
    count, size = state.beta.shape
    centring = np.eye(count) - 1.0 / count
    found = []
    for f in range(1, features + 1):
        covariance = state.covariance[f::size, f::size]
        spread = float(((state.beta[:, f] - state.beta[:, f].mean()) ** 2).sum())
        found.append(_clip((spread + state.dispersion * float(np.trace(centring @ covariance))) / (count - 1)))
    return np.array(found)


def _slope_error(state: _State, variance: Floats) -> Floats:
    """How well the contenders at hand tell the mean of all that there could be."""
    count, size = state.beta.shape
    known = [float(state.covariance[f::size, f::size].sum()) / count**2 for f in range(1, size)]
    return np.asarray(np.sqrt(state.dispersion * np.array(known) + variance / count))


def _start(duels: Duels, design: Floats) -> _State:
    count, size = len(duels.contenders), design.shape[2]
    return _State(
        beta=np.zeros((count, size)),
        gamma=np.zeros(len(duels.prompts)),
        covariance=np.zeros((count * size, count * size)),
        gamma_variance=np.zeros(len(duels.prompts)),
        dispersion=1.0,
    )


def _penalty(count: int, size: int, slope: Floats) -> Floats:
    """(MP, MP) precision of the coefficients: each feature's phi are drawn to their mean."""
    centring = np.eye(count) - 1.0 / count
    table = WEAK * np.eye(count * size)
    for f, precision in enumerate(slope, start=1):
        table[f::size, f::size] += precision * centring
    return table


def _fit(duels: Duels, design: Floats, state: _State, *, slope: Floats, gamma: float) -> _State:
    """Newton's method with the prompts eliminated; steps are damped by log(1 + r) / r as in `bradley_terry`.

    Raises:
        ArithmeticError: it did not converge.
    """
    count, prompts, size = design.shape
    penalty = _penalty(count, size, slope)
    beta, effect = state.beta, state.gamma
    for _ in range(_MAX_STEPS):
        chance = 0.5 + 0.5 * np.tanh(0.5 * (np.einsum("mnp,mp->mn", design, beta) + effect))
        residual = duels.weight * (duels.preference - chance)
        information = duels.weight * chance * (1.0 - chance)
        cross = (information[..., None] * design).transpose(0, 2, 1).reshape(count * size, prompts)
        own = information.sum(axis=0) + gamma
        blocks = np.einsum("mn,mnp,mnq->mpq", information, design, design)
        schur = penalty - (cross / own) @ cross.T
        for m in range(count):
            part = slice(m * size, (m + 1) * size)
            schur[part, part] += blocks[m]
        pull = np.einsum("mn,mnp->mp", residual, design).reshape(-1) - penalty @ beta.reshape(-1)
        prompt_pull = residual.sum(axis=0) - gamma * effect
        step = np.linalg.solve(schur, pull - (cross / own) @ prompt_pull)
        prompt_step = (prompt_pull - cross.T @ step) / own
        move = float(np.abs(step).max() + np.abs(prompt_step).max())
        damped = np.log1p(move) / max(move, 1e-300)
        beta = beta + damped * step.reshape(count, size)
        effect = effect + damped * prompt_step
        if move < _TOLERANCE:
            inverse = np.linalg.inv(schur)
            ratio = cross / own
            variance = 1.0 / own + np.einsum("an,ab,bn->n", ratio, inverse, ratio, optimize=True)
            used = count * size + float((1.0 - gamma * variance).sum())
            return _State(
                beta=beta,
                gamma=effect,
                covariance=inverse,
                gamma_variance=variance,
                dispersion=_dispersion(residual, information, float(duels.weight.sum()), used),
            )
    raise ArithmeticError("The joint fit of length control did not converge.")


def _dispersion(residual: Floats, information: Floats, rows: float, used: float) -> float:
    """Pearson's estimate, never above 1, which single votes have by their nature."""
    expected = float(information.sum()) * max(rows - used, 1.0) / rows
    return float(np.clip(float((residual**2).sum()) / max(expected, 1e-12), _LEAST_DISPERSION, 1.0))
