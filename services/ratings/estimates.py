"""What a board needs of a fit: strengths, a covariance that the data can carry, and what a reader must know."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from services.domain.rating import StyleEffect
from services.ratings.bradley_terry import Fit, fit, model_based, sandwich
from services.ratings.features import relative, z_score
from services.ratings.games import Floats, Games
from services.ratings.rows import FEW_CLUSTERS, Row
from services.ratings.style_fit import fit_styled

CONTROLLED = (
    "code_tokens",
    "prose_tokens",
    "comment_share",
    "headers",
    "bold",
    "list_items",
    "code_fences",
    "emoji",
)
"""How an answer looks. What its program is or does (tests, complexity, imports) is never controlled away."""
PENALTY = 1.0

_PRIOR = (
    "Not every contender has both won and lost against the rest, directly or through others: "
    "a normal prior with a standard deviation of 400 points keeps the scores finite."
)


@dataclass(frozen=True, kw_only=True)
class Estimate:
    """Strengths `theta` (K,) and their covariance (K, K); with style control, its effects and the `change` (K,)."""

    theta: Floats
    covariance: Floats
    notes: tuple[str, ...]
    effects: tuple[StyleEffect, ...] = ()
    change: Floats | None = None


def plain(games: Games) -> Estimate:
    """Bradley-Terry; the covariance is the clustered sandwich, or the model's own where that cannot be."""
    fitted = fit(games.wins())
    covariance, notes = _covariance(games, fitted)
    return Estimate(theta=fitted.theta, covariance=covariance, notes=tuple(notes))


def styled(rows: Sequence[Row], games: Games) -> Estimate:
    """The same with the differences in `CONTROLLED` features held at zero; rows and games in the same order.

    A feature enters as (a - b) / (a + b) in units of its root mean square; one that never differs is left out. The
    coefficients have a normal prior of standard deviation 1 (`PENALTY` on the summed loss), so features that repeat
    each other share their effect instead of having none.

    Raises:
        ValueError: there are fewer than 30 clusters.
    """
    if games.cluster_count < FEW_CLUSTERS:
        raise ValueError(f"Style cannot be controlled with fewer than {FEW_CLUSTERS} independent battles.")
    features = {name: values for name in CONTROLLED if np.any(values := _difference(rows, name))}
    found = fit_styled(games, features, penalty=PENALTY)
    covariance, notes = found.covariance[: len(games.names), : len(games.names)], []
    if found.ridge:
        covariance = model_based(games, found.plain)
        notes.append(f"{_PRIOR} Intervals leave out how uncertain the effects of style are.")
    effects = tuple(
        StyleEffect(feature=one.feature, value=one.value, low=one.low, high=one.high, inflation=one.inflation)
        for one in found.coefficients
    )
    return Estimate(theta=found.theta, covariance=covariance, notes=tuple(notes), effects=effects, change=found.change)


def _difference(rows: Sequence[Row], name: str) -> Floats:
    first = np.array([dict(row.style[0]).get(name, 0.0) for row in rows])
    second = np.array([dict(row.style[1]).get(name, 0.0) for row in rows])
    return z_score(relative(first, second))


def _covariance(games: Games, fitted: Fit) -> tuple[Floats, list[str]]:
    """The covariance of theta that the data can carry, and why it is not the usual one."""
    notes = [_PRIOR] if fitted.ridge else []
    clusters = games.cluster_count
    robust = sandwich(games, fitted)
    if clusters < FEW_CLUSTERS:
        notes.append(f"Only {clusters} independent battle(s): intervals come from the model, not from the scatter.")
    elif not fitted.ridge and float(np.trace(robust)) > 1e-6 * float(np.trace(fitted.inverse_hessian)):
        return robust, notes
    return model_based(games, fitted), notes
