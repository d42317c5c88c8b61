"""What must not matter to a fit, and what must: over arbitrary arenas, for every model."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.ratings.bradley_terry import Fit, fit, sandwich
from services.ratings.cells import cells_of
from services.ratings.games import Floats, Games, Integers
from services.ratings.intervals import scores
from services.ratings.outcome_fit import fit_outcomes, outcome_sandwich
from services.ratings.outcomes import OutcomeModel
from services.ratings.ties import Davidson, RaoKupper
from tests.fixtures.arenas import games_of_codes

SIZE = 5
MODELS: tuple[OutcomeModel, ...] = (RaoKupper(), Davidson())


@st.composite
def arenas(draw: st.DrawFn, *, connected: bool = False) -> Games:
    """A few dozen votes over five contenders, in clusters; the win graph often falls apart, unless `connected`."""
    votes = draw(
        st.lists(
            st.tuples(st.integers(0, 4), st.integers(1, 4), st.integers(0, 3), st.integers(0, 12)),
            min_size=2,
            max_size=80,
        )
    )
    if connected:
        votes = votes + [(i, 1, 0, i) for i in range(SIZE)]
    first, step, outcomes, clusters = np.array(votes, dtype=np.int64).T
    _, clusters = np.unique(clusters, return_inverse=True)
    return games_of_codes(first, (first + step) % SIZE, outcomes, size=SIZE, clusters=clusters)


def with_seats(games: Games, swapped: Integers) -> Games:
    """The same votes, the seats exchanged where `swapped` is 1."""
    first = np.where(swapped, games.second, games.first)
    outcomes = np.where(swapped & (games.outcomes < 2), 1 - games.outcomes, games.outcomes)
    second = games.first + games.second - first
    return games_of_codes(first, second, outcomes, size=SIZE, clusters=games.clusters)


def assert_same(one: Games, other: Games, order: Integers) -> None:
    """`other` gives what `one` gives, contender i of `one` being order[i] of `other`."""
    fits = fit(one.wins()), fit(other.wins())
    table = np.ix_(order, order)
    assert fits[1].ridge == fits[0].ridge
    assert fits[1].theta[order] == pytest.approx(fits[0].theta, abs=1e-7)
    assert sandwich(other, fits[1])[table] == pytest.approx(sandwich(one, fits[0]), abs=1e-6)
    for model in MODELS:
        if (one.outcomes < 2).any():
            found = fit_outcomes(cells_of(one), model), fit_outcomes(cells_of(other), model)
            assert found[1].ridge == found[0].ridge
            assert found[1].theta[order] == pytest.approx(found[0].theta, abs=1e-6)
            assert found[1].extra == pytest.approx(found[0].extra, abs=1e-6)


@settings(max_examples=60, deadline=None)
@given(arenas(), st.integers(0, 2**32))
def test_who_sits_where_does_not_matter(games: Games, seed: int) -> None:
    swapped = np.random.default_rng(seed).integers(0, 2, len(games.first))
    assert_same(games, with_seats(games, swapped), np.arange(SIZE))


@settings(max_examples=60, deadline=None)
@given(arenas(), st.permutations(range(SIZE)), st.integers(0, 2**32))
def test_names_and_the_order_of_votes_do_not_matter(games: Games, places: list[int], seed: int) -> None:
    order, rows = np.array(places), np.random.default_rng(seed).permutation(len(games.first))
    renamed = games_of_codes(
        order[games.first][rows],
        order[games.second][rows],
        games.outcomes[rows],
        size=SIZE,
        clusters=games.clusters[rows],
    )
    assert_same(games, renamed, order)


@settings(max_examples=60, deadline=None)
@given(arenas(connected=True))
def test_every_vote_once_more_halves_the_variance_and_leaves_the_rest(games: Games) -> None:
    one = fit(games.wins())
    assert one.ridge == 0
    count = games.cluster_count
    doubled = games_of_codes(
        np.tile(games.first, 2),
        np.tile(games.second, 2),
        np.tile(games.outcomes, 2),
        size=SIZE,
        clusters=np.concatenate([games.clusters, games.clusters + count]),
    )
    two = fit(doubled.wins())
    assert two.theta == pytest.approx(one.theta, abs=1e-8)
    assert two.inverse_hessian == pytest.approx(one.inverse_hessian / 2, rel=1e-6, abs=1e-9)
    small = (2 * count / (2 * count - 1)) / (count / max(1, count - 1))
    assert sandwich(doubled, two) == pytest.approx(sandwich(games, one) / 2 * small, rel=1e-6, abs=1e-8)
    for model in MODELS:
        found = fit_outcomes(cells_of(games), model)
        if not found.ridge:
            again = fit_outcomes(cells_of(doubled), model)
            assert again.theta == pytest.approx(found.theta, abs=1e-6)
            meats = outcome_sandwich(again, cells_of(doubled)), outcome_sandwich(found, cells_of(games))
            assert meats[0] == pytest.approx(meats[1] / 2, rel=1e-5, abs=1e-7)


def differences(values: Floats) -> Floats:
    return np.asarray(values[:, None] - values[None, :])


@settings(max_examples=60, deadline=None)
@given(arenas(), st.integers(0, SIZE - 1))
def test_an_anchor_shifts_all_scores_alike_and_is_1000_itself(games: Games, anchor: int) -> None:
    found: Fit = fit(games.wins())
    covariance = sandwich(games, found)
    free, held = scores(found.theta, covariance, anchor=None), scores(found.theta, covariance, anchor=anchor)
    assert held.score[anchor] == pytest.approx(1000)
    assert held.high[anchor] - held.low[anchor] == pytest.approx(0, abs=1e-3)
    assert free.score.mean() == pytest.approx(1000)
    assert differences(held.score) == pytest.approx(differences(free.score), abs=1e-8)
    variance = [np.diag(x.covariance)[:, None] + np.diag(x.covariance) - 2 * x.covariance for x in (free, held)]
    assert variance[1] == pytest.approx(variance[0], abs=1e-4)
