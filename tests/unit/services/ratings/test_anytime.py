"""Live intervals: the formula, its tuning, and what happens to somebody who looks all the time."""

import math

import numpy as np
import pytest

from services.domain.rating import IntervalKind
from services.ratings import bradley_terry as bt
from services.ratings.anytime import half_widths, rho_for
from services.ratings.games import Floats, Games
from services.ratings.intervals import NORMAL_QUANTILE, scores
from services.ratings.ranks import better

RHO = rho_for(200.0)


def test_the_width_is_the_normal_mixture_boundary_over_the_information() -> None:
    for error in (5.0, 40.0, 300.0):
        information = 1 / error**2
        total = information + RHO
        expected = math.sqrt(total * math.log(total / (RHO * 0.05**2))) / information
        assert float(half_widths(np.array(error), rho=RHO)) == pytest.approx(expected)
    assert half_widths(np.zeros(2), rho=RHO).tolist() == [0.0, 0.0]


def test_the_width_is_tuned_where_it_is_asked_to_be() -> None:
    """Of all rho the chosen one is the narrowest at an ordinary width of 200 points; there it costs a factor 1.55."""
    error = np.array(200 / (2 * NORMAL_QUANTILE))
    best = float(half_widths(error, rho=RHO))
    assert all(best < float(half_widths(error, rho=RHO * factor)) for factor in (0.8, 0.95, 1.05, 1.25))
    assert best / 100 == pytest.approx(1.55, abs=0.01)


@pytest.mark.parametrize("width", [0.0, -1.0, math.inf, math.nan])
def test_a_width_that_makes_no_sense_is_refused(width: float) -> None:
    with pytest.raises(ValueError, match="positive and finite"):
        rho_for(width)


def test_peeking_breaks_fixed_intervals_and_not_live_ones() -> None:
    """Votes arrive one by one, the board is looked at 100 times; a miss at any look counts, for each contender."""
    fixed, live = peek(np.random.default_rng(11), arenas=100, looks=100, battles=3000, voters=0)
    assert live <= 0.05
    assert fixed > 0.15


def test_peeking_at_voters_with_tastes_of_their_own_breaks_only_fixed_intervals() -> None:
    fixed, live = peek(np.random.default_rng(12), arenas=100, looks=60, battles=3000, voters=100)
    assert live <= 0.05
    assert fixed > 0.15


def test_equal_contenders_are_told_apart_by_peeking_only_with_fixed_ranks() -> None:
    rng, theta, wrong = np.random.default_rng(13), np.zeros(5), dict.fromkeys(IntervalKind, 0)
    for arena in range(100):
        games = play(rng, theta, battles=2000, voters=0)
        seen = dict.fromkeys(IntervalKind, False)
        for look in moments(200, 2000, 50):
            found = board_at(games, look)
            for kind in IntervalKind:
                seen[kind] |= bool(better(found, kind=kind, seed=arena, rho=RHO).any())
        for kind in IntervalKind:
            wrong[kind] += seen[kind]
    assert wrong[IntervalKind.ANYTIME] <= 5
    assert wrong[IntervalKind.FIXED] >= 12


def peek(rng: np.random.Generator, *, arenas: int, looks: int, battles: int, voters: int) -> tuple[float, float]:
    """The share of contenders whose true score leaves the fixed and the live interval at any look."""
    theta = np.linspace(0.8, -0.8, 5)
    truth = 1000 + bt.POINTS_PER_LOGIT * theta
    missed = np.zeros((2, arenas, 5), dtype=bool)
    for arena in range(arenas):
        games = play(rng, theta, battles=battles, voters=voters)
        for look in moments(200, battles, looks):
            found = board_at(games, look)
            away = np.abs(found.score - truth)
            missed[0, arena] |= away > found.high - found.score
            missed[1, arena] |= away > half_widths(found.standard_errors, rho=RHO)
    return float(missed[0].mean()), float(missed[1].mean())


def moments(first: int, last: int, count: int) -> list[int]:
    return [int(moment) for moment in np.unique(np.geomspace(first, last, count).round())]


def play(rng: np.random.Generator, theta: Floats, *, battles: int, voters: int) -> Games:
    """Each voter sees the strengths through a taste that averages out in the points that voters give."""
    size = len(theta)
    first = rng.integers(0, size, battles)
    second = (first + rng.integers(1, size, battles)) % size
    who = rng.integers(0, voters, battles) if voters else np.arange(battles)
    chance = 1 / (1 + np.exp(theta[second] - theta[first]))
    if voters:
        taste = rng.uniform(-0.08, 0.08, (voters, size))
        chance = chance + taste[who, first] - taste[who, second]
    points = (rng.random(battles) < chance).astype(np.float64)
    names = tuple(f"m{i}" for i in range(size))
    return Games(names=names, first=first, second=second, points=points, weights=np.ones(battles), clusters=who)


def board_at(games: Games, look: int):  # type: ignore[no-untyped-def]
    _, clusters = np.unique(games.clusters[:look], return_inverse=True)
    part = Games(
        names=games.names,
        first=games.first[:look],
        second=games.second[:look],
        points=games.points[:look],
        weights=games.weights[:look],
        clusters=clusters,
    )
    fitted = bt.fit(part.wins())
    return scores(fitted.theta, bt.sandwich(part, fitted), anchor=None)
