"""Features beside strengths: planted effects, clusters, penalties and what cannot be told apart."""

import math

import numpy as np
import pytest

from services.ratings.bradley_terry import fit, sandwich
from services.ratings.features import relative, z_score
from services.ratings.games import Floats, Games
from services.ratings.style_fit import StyledFit, fit_styled
from tests.fixtures.arenas import games_of_codes, pairs

THETA = np.linspace(-0.8, 0.8, 8)
EFFECT = 0.25


def arena(seed: int, *, votes: int, copies: int = 1) -> tuple[Games, Floats]:
    """Votes with a taste for length; the better a contender, the shorter it writes. `copies` of each in a cluster."""
    rng = np.random.default_rng(seed)
    first, second = pairs(rng, size=8, votes=votes)
    lengths = [np.exp(5 - 0.5 * THETA[who] + rng.normal(0, 0.6, votes)) for who in (first, second)]
    x = z_score(relative(*lengths))
    chance = 1.0 / (1.0 + np.exp(THETA[second] - THETA[first] - EFFECT * x))
    outcomes = (rng.random(votes) > chance).astype(np.int64)
    rows = np.repeat(np.arange(votes), copies)
    games = games_of_codes(first[rows], second[rows], outcomes[rows], size=8, clusters=rows)
    return games, x[rows]


def test_a_planted_effect_is_found_within_two_standard_errors_and_the_strengths_lose_its_bias() -> None:
    games, x = arena(1, votes=20_000)
    found = fit_styled(games, {"length": x})
    length = found.coefficients[0]
    assert abs(length.value - EFFECT) < 2 * length.se
    assert length.low < EFFECT < length.high
    error = {"with": found.theta - THETA, "without": found.plain.theta - THETA}
    assert np.abs(error["with"]).max() < 0.09
    assert np.abs(error["without"]).max() > 0.12
    assert found.change == pytest.approx(found.theta - found.plain.theta)
    assert abs(found.change[0] / found.change_se[0]) > 5


def coverage(*, copies: int) -> tuple[float, float]:
    hits = 0
    changes: list[Floats] = []
    spreads: list[Floats] = []
    for seed in range(120):
        games, x = arena(seed, votes=800, copies=copies)
        found = fit_styled(games, {"length": x})
        hits += int(found.coefficients[0].low < EFFECT < found.coefficients[0].high)
        changes.append(found.change)
        spreads.append(found.change_se)
    return hits / 120, float(np.mean(np.std(changes, axis=0) / np.mean(spreads, axis=0)))


def test_intervals_of_effects_and_changes_are_as_wide_as_they_scatter() -> None:
    for copies in (1, 3):
        covered, ratio = coverage(copies=copies)
        assert 0.90 <= covered <= 0.99
        assert ratio == pytest.approx(1.0, abs=0.12)


def test_without_features_it_is_the_plain_fit() -> None:
    games, _ = arena(2, votes=1500, copies=2)
    found = fit_styled(games, {})
    plain = fit(games.wins())
    assert found.coefficients == ()
    assert found.theta == pytest.approx(plain.theta, abs=1e-9)
    assert found.covariance == pytest.approx(sandwich(games, plain), rel=1e-7, abs=1e-12)
    assert found.change_se == pytest.approx(np.zeros(8), abs=1e-7)


def test_exchanged_seats_change_nothing() -> None:
    games, x = arena(3, votes=1500)
    swapped = Games(**{**vars(games), "first": games.second, "second": games.first, "points": 1 - games.points})
    one, other = fit_styled(games, {"length": x}), fit_styled(swapped, {"length": -x})
    assert other.theta == pytest.approx(one.theta, abs=1e-9)
    assert other.covariance == pytest.approx(one.covariance, rel=1e-7, abs=1e-12)


def test_the_penalty_is_on_the_summed_loss_and_does_not_hide_the_effect() -> None:
    games, x = arena(4, votes=5000)
    values = [fit_styled(games, {"length": x}, penalty=penalty).coefficients[0].value for penalty in (0.0, 0.25, 1e4)]
    assert values[1] == pytest.approx(values[0], abs=1e-3)
    assert 0 < values[2] < 0.1 * values[0]


def explained(x: Floats, games: Games) -> Floats:
    """A feature that is nothing but who played."""
    return np.asarray(THETA[games.first] - THETA[games.second] + 0 * x)


def test_what_cannot_be_told_apart_is_refused_or_shown_as_inflated() -> None:
    games, x = arena(5, votes=3000)
    for features in ({"one": x, "two": 2 * x}, {"who": explained(x, games)}):
        with pytest.raises(ValueError, match="made up of other features"):
            fit_styled(games, features)
        held: StyledFit = fit_styled(games, features, penalty=1.0)
        assert all(math.isinf(found.inflation) for found in held.coefficients)
        assert np.isfinite(held.theta).all()
    near = x + 0.2 * np.random.default_rng(1).standard_normal(len(x))
    inflated = fit_styled(games, {"one": x, "near": near}).coefficients
    alone = fit_styled(games, {"one": x}).coefficients
    assert inflated[0].inflation > 10 > alone[0].inflation > 1


@pytest.mark.parametrize(
    ("values", "penalty", "message"),
    [
        (np.zeros(200), 0.0, "never differs"),
        (np.ones(3), 0.0, "one number for each of 200 votes"),
        (np.full(200, np.nan), 0.0, "not finite"),
        (np.ones(200), -1.0, "penalty is 0 or more"),
        (np.ones(200), math.nan, "penalty is 0 or more"),
    ],
)
def test_bad_features_are_refused_by_name(values: Floats, penalty: float, message: str) -> None:
    games, _ = arena(5, votes=200)
    with pytest.raises(ValueError, match=message):
        fit_styled(games, {"length": values}, penalty=penalty)


def test_features_that_foretell_every_vote_have_no_finite_answer_without_a_penalty() -> None:
    games, x = arena(6, votes=300)
    oracle = np.where(games.points == 1, 1.0, -1.0) * (1 + np.abs(x))
    with pytest.raises(ArithmeticError, match="set a penalty"):
        fit_styled(games, {"oracle": oracle})
    assert fit_styled(games, {"oracle": oracle}, penalty=1.0).coefficients[0].value > 1


def test_an_undefeated_contender_stays_finite_by_the_prior() -> None:
    games, x = arena(7, votes=400)
    points = np.where(games.first == 0, 1.0, np.where(games.second == 0, 0.0, games.points))
    found = fit_styled(Games(**{**vars(games), "points": points}), {"length": x})
    assert found.ridge > 0
    assert np.isfinite(found.covariance).all()


def test_relative_differences_and_their_scale() -> None:
    found = relative(np.array([3.0, 0.0, 5.0]), np.array([1.0, 0.0, 0.0]))
    assert found == pytest.approx([0.5, 0.0, 1.0])
    with pytest.raises(ValueError, match="not negative"):
        relative(np.array([-1.0]), np.array([1.0]))
    x = np.array([1.0, 2.0, 6.0])
    assert (z_score(x) ** 2).mean() == pytest.approx(1.0)
    assert z_score(-x) == pytest.approx(-z_score(x))
    assert z_score(x, centred=True) == pytest.approx((x - x.mean()) / x.std())
    assert not z_score(np.zeros(4)).any()
