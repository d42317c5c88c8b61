"""Cells say the same as rows, and what can be wrong with codes."""

import numpy as np
import pytest

from services.ratings.bradley_terry import fit, sandwich, sandwich_cells
from services.ratings.cells import cells_from, cells_of
from services.ratings.games import BOTH_BAD, TIE
from tests.fixtures.arenas import games_of_codes, pairs, plain_arena


def test_cells_have_the_wins_of_the_rows() -> None:
    games = plain_arena(np.random.default_rng(1), np.linspace(-1, 1, 7), votes=900, ties=0.2)
    assert cells_of(games).wins == pytest.approx(games.wins())
    assert cells_of(games).total == 900
    weights = np.random.default_rng(2).random(900)
    assert cells_of(games, weights=weights).wins == pytest.approx(games.wins(weights))


def test_the_covariance_from_cells_is_that_of_rows_that_stand_alone() -> None:
    games = plain_arena(np.random.default_rng(1), np.linspace(-1, 1, 7), votes=900, ties=0.2)
    weights = np.random.default_rng(2).random(900)
    for used in (games, type(games)(**{**vars(games), "weights": weights})):
        fitted = fit(used.wins())
        squares = cells_of(used, weights=used.weights**2)
        found = sandwich_cells(cells_of(used), fitted, squares=squares) * 900 / 899
        assert found == pytest.approx(sandwich(used, fitted), rel=1e-9, abs=1e-12)


def test_shares_are_those_of_each_contender() -> None:
    first, second = np.array([0, 1, 0, 2]), np.array([1, 0, 2, 1])
    cells = cells_of(games_of_codes(first, second, np.array([0, TIE, BOTH_BAD, BOTH_BAD]), size=4))
    assert cells.share(BOTH_BAD)[:3] == pytest.approx([1 / 3, 1 / 3, 1.0])
    assert cells.share(TIE)[:3] == pytest.approx([1 / 3, 1 / 3, 0.0])
    assert np.isnan(cells.share(TIE)[3])


@pytest.mark.parametrize(
    ("first", "second", "outcome", "message"),
    [
        (3, 0, 0, "contender lies between 0 and 2"),
        (0, -1, 0, "contender lies between 0 and 2"),
        (0, 1, 4, "outcome lies between 0 and 3"),
        (1, 1, 0, "itself"),
    ],
)
def test_impossible_codes_are_refused(first: int, second: int, outcome: int, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        cells_from(np.array([0, first]), np.array([1, second]), np.array([0, outcome]), size=3)


def test_no_votes_make_empty_cells() -> None:
    first, second = pairs(np.random.default_rng(1), size=3, votes=0)
    assert cells_from(first, second, first, size=3).total == 0
