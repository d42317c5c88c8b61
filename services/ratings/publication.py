"""When a standing may be cited: enough votes, an interval that is narrow enough, a score that rests on votes."""

import numpy as np
from scipy.sparse.csgraph import connected_components

from services.domain.rating import PublicationRules
from services.ratings.games import Floats
from services.ratings.ranks import Booleans

__all__ = ["PublicationRules", "bounded", "provisional_reason"]


def provisional_reason(rules: PublicationRules, *, votes: int, width: float, bounded: bool) -> str:
    """Why a standing with an ordinary interval of `width` points is not to be cited yet; "" when it may be."""
    reasons = []
    if votes < rules.minimum_votes:
        reasons.append(f"{votes} of {rules.minimum_votes} judgements")
    if width > rules.widest_interval:
        reasons.append(f"an interval of {width:.0f} points, more than {rules.widest_interval:g}")
    if not bounded:
        reasons.append("it has not both won and lost against the rest, directly or through others")
    return "; ".join(reasons)


def bounded(wins: Floats) -> Booleans:
    """(K,) whether the contender is in the largest group whose members all beat each other, directly or through others.

    Only for these does the likelihood alone give finite differences. `wins`: (K, K).
    """
    _, labels = connected_components(wins > 0, directed=True, connection="strong")
    largest = int(np.argmax(np.bincount(labels)))
    return np.asarray(labels == largest)
