"""Claims about pairs: family-wise error, what follows for ranks, and what cannot be told apart."""

import numpy as np
import pytest

from services.domain.rating import IntervalKind
from services.ratings import bradley_terry as bt
from services.ratings import ranks
from services.ratings.anytime import rho_for
from services.ratings.games import Floats
from services.ratings.intervals import Scores, scores
from tests.fixtures.simulated_arena import board_at, play

RHO = rho_for(200.0)


def known(score: list[float], variance: float) -> Scores:
    values = np.array(score)
    return Scores(score=values, low=values, high=values, covariance=np.eye(len(score)) * variance)


@pytest.mark.parametrize("kind", IntervalKind)
def test_pairs_ranks_and_names_tell_the_same(kind: IntervalKind) -> None:
    """c lies between two that are apart, and cannot be told from either."""
    is_better = ranks.better(known([1080, 1000, 1040], 200.0), kind=kind, seed=1, rho=RHO)
    assert is_better.tolist() == [[False, True, False], [False, False, False], [False, False, False]]
    best, worst = ranks.bounds(is_better)
    assert (best.tolist(), worst.tolist()) == ([1, 2, 1], [2, 3, 3])
    assert ranks.not_distinguishable(is_better, ["a", "b", "c"]) == [("c",), ("c",), ("a", "b")]


def test_equal_scores_share_a_rank() -> None:
    assert ranks.ranks(np.array([5.0, 7.0, 5.0, 1.0])).tolist() == [2, 1, 2, 4]


def test_known_differences_are_told_apart_and_equal_ones_are_not() -> None:
    found = known([3.0, 3.0, 1.0], 0.0)
    best, worst = ranks.bounds(ranks.better(found, kind=IntervalKind.FIXED, seed=1, rho=RHO))
    assert (best.tolist(), worst.tolist()) == ([1, 1, 3], [2, 2, 3])


@pytest.mark.parametrize(("theta", "most"), [(np.zeros(8), 0.05), (np.repeat([0.7, -0.7], 4), 0.05)])
def test_false_claims_are_rare_for_all_pairs_at_once(theta: Floats, most: float) -> None:
    """Of 400 arenas at most 5 % may call any of the equal contenders better than another, beyond luck (2 SE)."""
    rng, equal, wrong, arenas = np.random.default_rng(21), theta[:, None] == theta[None, :], 0, 400
    for seed in range(arenas):
        found = board_at(play(rng, theta, battles=1500, voters=0), 1500)
        wrong += bool((ranks.better(found, kind=IntervalKind.FIXED, seed=seed, rho=RHO) & equal).any())
    assert wrong / arenas <= most + 2 * (0.05 * 0.95 / arenas) ** 0.5


def test_rank_bounds_do_not_depend_on_the_anchor() -> None:
    games = play(np.random.default_rng(5), np.linspace(1, -1, 6), battles=600, voters=0)
    fitted = bt.fit(games.wins())
    covariance = bt.sandwich(games, fitted)
    free, anchored = (
        ranks.bounds(ranks.better(scores(fitted.theta, covariance, anchor=a), kind=IntervalKind.FIXED, seed=3, rho=RHO))
        for a in (None, 0)
    )
    assert [part.tolist() for part in free] == [part.tolist() for part in anchored]
