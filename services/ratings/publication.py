"""When a standing may be cited: enough votes, an interval that is narrow enough, a score that rests on votes."""

import math
from dataclasses import dataclass

import numpy as np
from scipy.sparse.csgraph import connected_components

from services.ratings.games import Floats
from services.ratings.ranks import Booleans


@dataclass(frozen=True, kw_only=True)
class PublicationRules:
    """A standing is provisional below `minimum_votes` judgements or while its ordinary 95 % interval is wider than
    `widest_interval` points. The live board's intervals are tuned for that width.

    Raises:
        ValueError: a threshold makes no sense.
    """

    minimum_votes: int = 50
    widest_interval: float = 200.0

    def __post_init__(self) -> None:
        if self.minimum_votes < 0:
            raise ValueError(f"The minimum of votes cannot be negative: {self.minimum_votes}")
        if not (math.isfinite(self.widest_interval) and self.widest_interval > 0):
            raise ValueError(f"The widest interval must be positive and finite: {self.widest_interval}")

    def against(self, *, votes: int, width: float, bounded: bool) -> str:
        """Why a standing is provisional; "" when it may be cited."""
        reasons = []
        if votes < self.minimum_votes:
            reasons.append(f"{votes} of {self.minimum_votes} judgements")
        if width > self.widest_interval:
            reasons.append(f"an interval of {width:.0f} points, more than {self.widest_interval:g}")
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
