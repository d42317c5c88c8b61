"""The fewest votes that carry an order: what is predicted is what an exact refit finds."""

from itertools import combinations, pairwise

import numpy as np
import pytest

from services.ratings.bradley_terry import fit
from services.ratings.fragility import fragility, pair_fragility, removal_influence
from services.ratings.games import Games
from tests.benchmarks.audit import simulated


def without(games: Games, rows: list[int]) -> Games:
    left = np.setdiff1d(np.arange(len(games.points)), rows)
    return Games(
        names=games.names, first=games.first[left], second=games.second[left], points=games.points[left],
        weights=games.weights[left], clusters=games.clusters[left],
    )  # fmt: skip


def head_to_head(wins: int, losses: int) -> Games:
    count = wins + losses
    points = np.array([1.0] * wins + [0.0] * losses)
    zeros, ones = np.zeros(count, dtype=np.int64), np.ones(count, dtype=np.int64)
    return Games(
        names=("a", "b"), first=zeros, second=ones, points=points, weights=np.ones(count), clusters=np.arange(count)
    )


@pytest.mark.parametrize(("wins", "losses"), [(60, 50), (51, 50), (30, 10)])
def test_two_contenders_swap_when_the_better_has_one_win_less(wins: int, losses: int) -> None:
    (found,) = fragility(head_to_head(wins, losses))
    assert found.first == "a"
    assert found.confirmed == found.predicted == wins - losses + 1
    assert found.share == (wins - losses + 1) / (wins + losses)


@pytest.mark.parametrize(("votes", "size", "gap"), [(1000, 10, 0.4), (10_000, 20, 0.3), (100_000, 50, 0.2)])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_prediction_is_the_exact_refit(votes: int, size: int, gap: float, seed: int) -> None:
    games = simulated(votes, size, gap, seed=seed)
    fitted = fit(games.wins())
    above, below = np.argsort(-fitted.theta)[:2].tolist()
    found = pair_fragility(games, above, below, fitted=fitted)
    assert found.predicted == found.confirmed
    assert found.confirmed is not None
    # confirmed here once more, from the rows that are left
    order = np.argsort(removal_influence(games, above, below, fitted=fitted), kind="stable")
    for count, swapped in ((found.confirmed, True), (found.confirmed - 1, False)):
        theta = fit(without(games, order[:count].tolist()).wins()).theta
        assert bool(theta[above] < theta[below]) is swapped


def test_no_smaller_set_swaps_a_small_arena() -> None:
    games = simulated(30, 3, 0.3, seed=8)
    fitted = fit(games.wins())
    above, below = np.argsort(-fitted.theta)[:2].tolist()
    found = pair_fragility(games, above, below, fitted=fitted)
    assert found.confirmed == 4
    for rows in combinations(range(30), found.confirmed - 1):
        theta = fit(without(games, list(rows)).wins()).theta
        assert theta[above] >= theta[below] - 1e-9


def test_influence_is_what_a_refit_without_the_vote_changes() -> None:
    games = simulated(2000, 5, 0.3, seed=2)
    fitted = fit(games.wins())
    influence = removal_influence(games, 0, 1, fitted=fitted)
    for row in (0, 7, 1999):
        theta = fit(without(games, [row]).wins()).theta
        change = (theta[0] - theta[1]) - (fitted.theta[0] - fitted.theta[1])
        assert influence[row] == pytest.approx(change, rel=0.02, abs=1e-6)


def test_every_adjacent_pair_has_a_row() -> None:
    found = fragility(simulated(2000, 6, 0.3, seed=1))
    assert len(found) == 5
    assert all(row.second == after.first for row, after in pairwise(found))
