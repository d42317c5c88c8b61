"""The probabilities that a declared policy gives to pairs, computed again from its public description.

A policy mixes its rule with the uniform draw: p = (1 - f) q + f / pairs, f its declared `floor`. Rules that depend on
nothing but the registry are computed here. What a rule that looks at earlier battles, votes or ratings would have
drawn cannot be known from the outside; of such a rule the audit knows the floor, and the probability that was stored.
"""

import math
from collections.abc import Mapping

import numpy as np

from services.ratings.audit.registry_state import Policy
from services.ratings.games import Floats

STATIC_RULES = frozenset({"uniform", "weighted"})
_UNDERSTOOD = frozenset({"floor", "revision"})


def pair_table(policy: Policy, weights: Floats) -> Floats | None:
    """(K, K) symmetric probabilities of pairs (the upper half sums to 1), or None for a rule that is not static.

    `weights` (K,) is 0 for who is not eligible. uniform: all eligible pairs alike; weighted: w_i * w_j.
    """
    if policy.name not in STATIC_RULES or set(policy.parameters) - _UNDERSTOOD:
        return None
    eligible = (weights > 0).astype(np.float64)
    even = _normalised(np.outer(eligible, eligible))
    if policy.name == "uniform":
        return even
    floor = floor_of(policy.parameters)
    return (1.0 - floor) * _normalised(np.outer(weights, weights)) + floor * even


def floor_of(parameters: Mapping[str, str]) -> float:
    """The declared share of draws that are uniform; 0 where none is declared.

    Raises:
        ValueError: it is not a number from 0 to 1.
    """
    text = parameters.get("floor", "")
    try:
        value = float(text) if text else 0.0
    except ValueError:
        value = math.nan
    if not 0 <= value <= 1:
        raise ValueError(f"The floor of a sampling policy is not a number from 0 to 1: {text!r}")
    return value


def _normalised(table: Floats) -> Floats:
    np.fill_diagonal(table, 0.0)
    total = table.sum() / 2
    return np.asarray(table / total if total > 0 else table)
