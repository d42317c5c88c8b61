"""Replicates of the fit: spread, seeds, weights and arenas that fall apart."""

import numpy as np
import pytest

from services.ratings import bootstrap as bs
from services.ratings.bradley_terry import fit, sandwich, sandwich_cells, solve
from services.ratings.cells import Cells, cells_of
from services.ratings.games import Games
from tests.fixtures.arenas import games_of_codes, plain_arena

THETA = np.linspace(-1, 1, 6)


def independent() -> Games:
    return plain_arena(np.random.default_rng(4), THETA, votes=2000, ties=0.2)


def dependent() -> Games:
    return plain_arena(np.random.default_rng(4), THETA, votes=4000, clusters=150, taste=0.8)


def test_drawing_votes_again_agrees_with_the_sandwich() -> None:
    cells = cells_of(independent())
    fitted = fit(cells.wins)
    drawn = bs.multinomial(cells, replicates=2000, seed=1, start=fitted.theta)
    expected = np.sqrt(np.diag(sandwich_cells(cells, fitted)))
    assert drawn.std(axis=0) / expected == pytest.approx(np.ones(6), abs=0.06)
    assert drawn.mean(axis=0) == pytest.approx(fitted.theta, abs=0.02)


@pytest.mark.parametrize("draw", bs.Draw)
def test_drawing_clusters_again_agrees_with_the_clustered_sandwich(draw: bs.Draw) -> None:
    games = dependent()
    fitted = fit(games.wins())
    drawn = bs.clustered(games, replicates=1500, seed=1, draw=draw)
    ratio = drawn.std(axis=0) / np.sqrt(np.diag(sandwich(games, fitted)))
    assert ratio == pytest.approx(np.ones(6), abs=0.08)
    naive = bs.multinomial(cells_of(games), replicates=500, seed=1)
    assert (drawn.std(axis=0) > 1.15 * naive.std(axis=0)).all()


def test_a_seed_gives_the_same_replicates_and_where_newton_starts_does_not_matter() -> None:
    cells = cells_of(independent())
    one, same = (bs.multinomial(cells, replicates=30, seed=5, start=start) for start in (None, THETA))
    assert same == pytest.approx(one, abs=1e-9)
    assert (bs.multinomial(cells, replicates=30, seed=5) == one).all()
    assert (bs.multinomial(cells, replicates=30, seed=6) != one).any()
    games = dependent()
    again = [bs.clustered(games, replicates=30, seed=seed) for seed in (5, 5, 6)]
    assert (again[0] == again[1]).all()
    assert (again[0] != again[2]).any()


def test_each_replicate_is_the_fit_of_its_own_votes(monkeypatch: pytest.MonkeyPatch) -> None:
    games = dependent()
    monkeypatch.setattr(bs, "_DRAWN_VALUES", 7 * games.cluster_count)
    found = bs.clustered(games, replicates=20, seed=9, draw=bs.Draw.EXPONENTIAL)
    rng = np.random.default_rng(9)
    for begin, count in ((0, 7), (7, 7), (14, 6)):
        weights = rng.standard_exponential((games.cluster_count, count))
        for column in range(count):
            wins = games.wins(games.weights * weights[games.clusters, column])
            assert found[begin + column] == pytest.approx(solve(wins[None], ridge=0.0)[0], abs=1e-9)


def test_the_weights_of_votes_count_in_every_draw() -> None:
    games = dependent()
    heavy = Games(**{**vars(games), "weights": np.where(games.first == 0, 3.0, 0.5)})
    fitted = fit(heavy.wins())
    drawn = bs.clustered(heavy, replicates=600, seed=2)
    assert drawn.mean(axis=0) == pytest.approx(fitted.theta, abs=0.05)
    assert drawn.std(axis=0) / np.sqrt(np.diag(sandwich(heavy, fitted))) == pytest.approx(np.ones(6), abs=0.12)


def test_weighted_votes_cannot_be_drawn_from_cells() -> None:
    cells = cells_of(independent())
    with pytest.raises(ValueError, match="clustered"):
        bs.multinomial(Cells(size=6, counts=cells.counts * 0.3), replicates=2, seed=1)


def test_replicates_that_fall_apart_stay_finite_and_exponential_ones_never_do() -> None:
    codes = np.zeros(6, dtype=np.int64)
    games = games_of_codes(codes, codes + 1, np.array([0, 0, 0, 0, 0, 1]), size=2)
    for drawn in (
        bs.multinomial(cells_of(games), replicates=100, seed=1),
        bs.clustered(games, replicates=100, seed=1),
    ):
        assert np.isfinite(drawn).all()
        assert drawn[:, 0].max() < 3
    weights = np.random.default_rng(1).standard_exponential((6, 100))
    expected = 0.5 * np.log(weights[:5].sum(axis=0) / weights[5])
    smooth = bs.clustered(games, replicates=100, seed=1, draw=bs.Draw.EXPONENTIAL)
    assert smooth[:, 0] == pytest.approx(expected, abs=1e-8)


def test_no_replicates_are_none() -> None:
    games = independent()
    assert bs.clustered(games, replicates=0, seed=1).shape == (0, 6)
    assert bs.multinomial(cells_of(games), replicates=0, seed=1).shape == (0, 6)
