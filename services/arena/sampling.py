"""Who meets whom: pairs are drawn with a known probability that is stored with the battle."""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from services.domain.contender import Contender
from services.errors import PrerequisiteError

POLICY = "least-met"
POLICY_VERSION = "1"


@dataclass(frozen=True, kw_only=True)
class Pairing:
    """A drawn pair in seat order, and the probability of the unordered pair under the policy."""

    contender_a: str
    contender_b: str
    probability: float


def draw_pair(contenders: Sequence[Contender], met: Mapping[tuple[str, str], int], rng: random.Random) -> Pairing:
    """Draw a pair with probability proportional to w_i * w_j / (1 + n_ij)^2, seats by a fair coin.

    `met` counts earlier battles per sorted pair of names (n_ij).

    Raises:
        PrerequisiteError: fewer than two contenders are enabled.
    """
    pairs = list(combinations([c for c in contenders if c.enabled and c.weight > 0], 2))
    if not pairs:
        raise PrerequisiteError(
            "A battle needs two enabled contenders.", hint="`arena models list` shows what there is."
        )
    weights = [a.weight * b.weight / (1 + met.get(_key(a.name, b.name), 0)) ** 2 for a, b in pairs]
    index = rng.choices(range(len(pairs)), weights)[0]
    names = [contender.name for contender in pairs[index]]
    rng.shuffle(names)
    return Pairing(contender_a=names[0], contender_b=names[1], probability=weights[index] / sum(weights))


def _key(first: str, second: str) -> tuple[str, str]:
    return (first, second) if first < second else (second, first)
