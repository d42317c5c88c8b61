"""One vote more or less gives what all votes at once give; and weights that fall with age."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from services.domain.judgement import Winner
from services.ratings.bradley_terry import fit
from services.ratings.decay import decay_weights
from services.ratings.games import Comparison, games_from
from services.ratings.live import LiveFit

Vote = tuple[str, str, Winner, float]


def votes(seed: int, count: int, size: int) -> list[Vote]:
    rng = np.random.default_rng(seed)
    drawn = [rng.choice(size, 2, replace=False) for _ in range(count)]
    return [(f"m{a:02}", f"m{b:02}", list(Winner)[rng.integers(4)], float(rng.random() + 0.1)) for a, b in drawn]


def assert_full(live: LiveFit, left: list[Vote]) -> None:
    rows = [
        Comparison(contender_a=a, contender_b=b, winner=winner, cluster=str(i), weight=weight)
        for i, (a, b, winner, weight) in enumerate(left)
    ]
    games = games_from(rows)
    found, full = live.refit(), fit(games.wins())
    assert found.names == games.names
    assert found.fit.ridge == full.ridge
    assert found.fit.theta == pytest.approx(full.theta, abs=1e-9)
    assert found.fit.inverse_hessian == pytest.approx(full.inverse_hessian, abs=1e-9)


def test_votes_that_come_and_go_leave_the_full_fit() -> None:
    live, given = LiveFit(), votes(1, 400, 12)
    for number, (a, b, winner, weight) in enumerate(given):
        live.add(a, b, winner, weight=weight)
        if number % 40 == 0 or number > 390:
            assert_full(live, given[: number + 1])
    order = np.random.default_rng(2).permutation(400)
    for done, place in enumerate(order[:399], start=1):
        a, b, winner, weight = given[place]
        live.remove(a, b, winner, weight=weight)
        if done % 40 == 0 or done > 390:
            assert_full(live, [given[i] for i in order[done:]])
    a, b, winner, weight = given[order[399]]
    live.remove(a, b, winner, weight=weight)
    with pytest.raises(ValueError, match="no votes"):
        live.refit()


def test_a_vote_that_was_not_added_cannot_be_removed() -> None:
    live = LiveFit()
    live.add("a", "b", Winner.A)
    for vote in (("a", "b", Winner.B), ("b", "a", Winner.A), ("a", "c", Winner.A)):
        with pytest.raises(ValueError, match="no such vote"):
            live.remove(*vote)
    live.remove("a", "b", Winner.A)
    with pytest.raises(ValueError, match="no such vote"):
        live.remove("a", "b", Winner.A)


@pytest.mark.parametrize("weight", [0.0, -1.0, float("nan"), float("inf")])
def test_impossible_votes_are_refused_and_leave_no_trace(weight: float) -> None:
    live = LiveFit()
    with pytest.raises(ValueError, match="positive"):
        live.add("a", "b", Winner.A, weight=weight)
    with pytest.raises(ValueError, match="itself"):
        live.add("a", "a", Winner.A)
    with pytest.raises(ValueError, match="no votes"):
        live.refit()


def test_weights_halve_with_every_half_life() -> None:
    now = datetime(2026, 3, 1, tzinfo=UTC)
    times = [now - timedelta(days=days) for days in (0, 30, 60, 15)]
    assert decay_weights(times, now=now, half_life_days=30) == pytest.approx([1, 0.5, 0.25, 0.5**0.5])
    assert decay_weights([], now=now, half_life_days=30).shape == (0,)


def test_a_recent_change_counts_more_with_decay() -> None:
    now = datetime(2026, 3, 1, tzinfo=UTC)
    times = [now - timedelta(days=100)] * 60 + [now] * 60
    weights = decay_weights(times, now=now, half_life_days=20)
    winners = [Winner.A] * 45 + [Winner.B] * 15 + [Winner.A] * 15 + [Winner.B] * 45
    rows = [
        Comparison(contender_a="a", contender_b="b", winner=winner, cluster=str(i), weight=float(weights[i]))
        for i, winner in enumerate(winners)
    ]
    theta = fit(games_from(rows).wins()).theta
    won = 45 * 0.5**5 + 15
    assert theta[0] - theta[1] == pytest.approx(np.log(won / (60 + 60 * 0.5**5 - won)))


@pytest.mark.parametrize("half_life", [0.0, -1.0, float("nan")])
def test_impossible_half_lives_and_votes_of_tomorrow_are_refused(half_life: float) -> None:
    now = datetime(2026, 3, 1, tzinfo=UTC)
    with pytest.raises(ValueError, match="half-life"):
        decay_weights([now], now=now, half_life_days=half_life)
    with pytest.raises(ValueError, match="later"):
        decay_weights([now + timedelta(seconds=1)], now=now, half_life_days=1.0)
