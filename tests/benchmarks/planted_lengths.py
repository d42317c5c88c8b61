"""Arenas with a planted taste for length, and the plain form of length control, kept only to be compared with."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from services.ratings.duels import Duels

Floats = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Planted:
    """Duels, and (M,) true win rates at equal length in per cent: the mean over all prompts there could be."""

    duels: Duels
    truth: Floats

    @property
    def raw(self) -> Floats:
        return np.asarray(100 * self.duels.preference.mean(axis=1))


def planted(
    *,
    seed: int,
    contenders: int = 15,
    prompts: int = 150,
    soft: bool = False,
    taste: float = 0.8,
    taste_spread: float = 0.25,
    difficulty: float = 1.0,
    habit: float = 800.0,
) -> Planted:
    """Contenders whose answers are longer or shorter than the baseline's by a habit of their own and by chance.

    `taste` is what length is worth in logits, `taste_spread` how it differs between contenders, `difficulty` the
    standard deviation of the prompts, `habit` that of the contenders' usual difference in characters (chance: 400).
    """
    rng = np.random.default_rng(seed)
    theta = rng.normal(0, 1, contenders)
    slope = taste + taste_spread * rng.normal(size=contenders)
    gamma = difficulty * rng.normal(size=prompts)
    difference = habit * rng.normal(size=contenders)[:, None] + 400 * rng.normal(size=(contenders, prompts))
    logit = theta[:, None] + slope[:, None] * np.tanh(difference / np.sqrt((difference**2).mean())) + gamma
    chance = 1 / (1 + np.exp(-logit))
    votes = (rng.random(chance.shape) < chance).astype(np.float64)
    noisy = 1 / (1 + np.exp(-(logit + 0.5 * rng.normal(size=logit.shape))))
    grid = np.linspace(-6, 6, 2001)
    mass = np.exp(-0.5 * grid**2) / np.exp(-0.5 * grid**2).sum()
    truth = 100 * (mass / (1 + np.exp(-(theta[:, None] + difficulty * grid)))).sum(axis=1)
    duels = Duels(
        contenders=tuple(f"m{i:02}" for i in range(contenders)),
        prompts=tuple(f"p{i:04}" for i in range(prompts)),
        features=("characters",),
        preference=noisy if soft else votes,
        difference=difference[..., None],
        weight=np.ones(chance.shape),
        clusters=np.arange(prompts),
    )
    return Planted(duels=duels, truth=truth)


def minimal_form(duels: Duels) -> Floats:
    """(M,) per cent by sigma(theta) of theta + phi tanh(d / sd), each contender by itself: no gamma, no pool."""
    rates = []
    for m in range(len(duels.contenders)):
        scaled = np.tanh(duels.difference[m, :, 0] / duels.difference[m, :, 0].std())
        design = np.column_stack([np.ones(len(scaled)), scaled])
        beta = np.zeros(2)
        for _ in range(100):
            chance = 1 / (1 + np.exp(-design @ beta))
            hessian = (design.T * (chance * (1 - chance))) @ design + 1e-6 * np.eye(2)
            step = np.linalg.solve(hessian, design.T @ (duels.preference[m] - chance) - 1e-6 * beta)
            beta += np.clip(step, -2, 2)
            if np.abs(step).max() < 1e-8:
                break
        rates.append(100 / (1 + np.exp(-beta[0])))
    return np.array(rates)
