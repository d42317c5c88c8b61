"""Ties and both bad as outcomes: planted parameters, another program's fit, and data that say too little."""

import evalica
import numpy as np
import pytest

from services.ratings.bradley_terry import fit
from services.ratings.cells import cells_of
from services.ratings.games import BOTH_BAD, TIE, Floats
from services.ratings.grounded import Grounded
from services.ratings.newton import PRIOR_RIDGE
from services.ratings.outcome_fit import OutcomeFit, clustered_outcome_sandwich, fit_outcomes, outcome_sandwich
from services.ratings.outcomes import OutcomeModel
from services.ratings.ties import Davidson, RaoKupper
from tests.fixtures.arenas import games_of_codes, model_arena, pairs, plain_arena

THETA = np.linspace(-1.0, 1.2, 8)
MODELS: list[tuple[OutcomeModel, float]] = [(RaoKupper(), 0.4), (Davidson(), -0.3), (Grounded(), -0.5)]
IDS = [model.name for model, _ in MODELS]


def truth(model: OutcomeModel) -> Floats:
    return THETA if model.level else THETA - THETA.mean()


@pytest.mark.parametrize(("model", "extra"), MODELS, ids=IDS)
def test_slopes_and_bends_are_the_derivatives(model: OutcomeModel, extra: float) -> None:
    rng, known, h = np.random.default_rng(2), 4 if model.level else 3, 1e-5
    at = [rng.normal(0, 1.5, 9), rng.normal(0, 1.5, 9), np.full(9, extra)]
    here = model.terms(at[0], at[1], extra)
    assert here.chance.sum(axis=1) == pytest.approx(np.ones(9), abs=1e-12)
    for place in range(3):
        sides = []
        for sign in (1, -1):
            moved = [value + sign * h * (number == place) for number, value in enumerate(at)]
            sides.append(model.terms(moved[0], moved[1], float(moved[2][0])))
        slope = (np.log(sides[0].chance[:, :known]) - np.log(sides[1].chance[:, :known])) / (2 * h)
        assert here.slope[:, :known, place] == pytest.approx(slope, abs=1e-7)
        bend = (sides[0].slope[:, :known] - sides[1].slope[:, :known]) / (2 * h)
        assert here.bend[:, :known, place] == pytest.approx(bend, abs=1e-6)


@pytest.mark.parametrize(("model", "extra"), MODELS, ids=IDS)
def test_planted_parameters_are_covered_by_their_intervals(model: OutcomeModel, extra: float) -> None:
    rng = np.random.default_rng(3)
    hits: list[Floats] = []
    robust: list[Floats] = []
    tied: list[float] = []
    for _ in range(60):
        cells = cells_of(model_arena(rng, model, THETA, extra, votes=2500))
        found = fit_outcomes(cells, model)
        assert found.ridge == 0
        error = np.append(found.theta - truth(model), found.extra - extra)
        for covariance, into in ((found.covariance, hits), (outcome_sandwich(found, cells), robust)):
            into.append(np.abs(error) < 1.96 * np.sqrt(np.diag(covariance)))
        tied.append(error[-1])
    assert 0.92 <= np.mean(hits) <= 0.98
    assert 0.92 <= np.mean(robust) <= 0.98
    assert abs(np.mean(tied)) < 3 * np.std(tied) / np.sqrt(60) + 0.005


def test_one_big_arena_gives_strengths_tie_parameter_and_rates_of_both_bad() -> None:
    model = Grounded()
    cells = cells_of(model_arena(np.random.default_rng(8), model, THETA, -0.5, votes=40_000))
    found = fit_outcomes(cells, model)
    assert found.theta == pytest.approx(THETA, abs=0.08)
    assert found.extra == pytest.approx(-0.5, abs=0.06)
    for i, j in ((0, 1), (2, 5), (6, 7)):
        expected = model.terms(THETA[[i]], THETA[[j]], -0.5).chance[0]
        assert found.chances(i, j) == pytest.approx(expected, abs=0.015)
    expected_rates = [np.mean([found.chances(i, j)[BOTH_BAD] for j in range(8) if j != i]) for i in range(8)]
    assert cells.share(BOTH_BAD) == pytest.approx(np.array(expected_rates), abs=0.01)


def test_ties_as_halves_shrink_the_scale_and_tie_models_do_not() -> None:
    model = RaoKupper()
    cells = cells_of(model_arena(np.random.default_rng(5), model, THETA, 0.6, votes=60_000))
    planted = THETA - THETA.mean()
    halves, fitted = fit(cells.wins).theta, fit_outcomes(cells, model).theta
    assert np.polyfit(planted, halves, 1)[0] < 0.94
    assert np.polyfit(planted, fitted, 1)[0] == pytest.approx(1.0, abs=0.03)


def test_davidson_agrees_with_evalicas_newman() -> None:
    games = plain_arena(np.random.default_rng(6), THETA, votes=3000, ties=0.25)
    winners = [evalica.Winner.X, evalica.Winner.Y, evalica.Winner.Draw]
    names = np.array(games.names)
    other = evalica.newman(
        list(names[games.first]),
        list(names[games.second]),
        [winners[code] for code in games.outcomes],
        tolerance=1e-13,
        limit=100_000,
    )
    logs = np.log(other.scores[list(games.names)].to_numpy())
    found = fit_outcomes(cells_of(games), Davidson())
    assert found.theta == pytest.approx(logs - logs.mean(), abs=1e-6)
    assert np.exp(found.extra) == pytest.approx(2 * other.v, rel=1e-6)


@pytest.mark.parametrize(("model", "extra"), MODELS, ids=IDS)
def test_clusters_of_one_give_the_covariance_of_votes_and_copies_do_not_shrink_it(
    model: OutcomeModel, extra: float
) -> None:
    games = model_arena(np.random.default_rng(9), model, THETA, extra, votes=1500)
    cells = cells_of(games)
    found = fit_outcomes(cells, model)
    single = clustered_outcome_sandwich(found, games)
    assert single == pytest.approx(outcome_sandwich(found, cells) * 1500 / 1499, rel=1e-8, abs=1e-12)
    rows = np.tile(np.arange(1500), 3)
    copied = games_of_codes(games.first[rows], games.second[rows], games.outcomes[rows], size=8, clusters=rows)
    again = fit_outcomes(cells_of(copied), model)
    assert again.theta == pytest.approx(found.theta, abs=1e-7)
    assert clustered_outcome_sandwich(again, copied) == pytest.approx(single, rel=1e-6, abs=1e-10)


@pytest.mark.parametrize("model", [RaoKupper(), Davidson()], ids=["Rao-Kupper", "Davidson"])
def test_without_ties_both_are_bradley_terry(model: OutcomeModel) -> None:
    cells = cells_of(plain_arena(np.random.default_rng(6), THETA, votes=2000))
    found, plain = fit_outcomes(cells, model), fit(cells.wins)
    assert not found.tied
    assert found.extra == model.lowest
    assert found.chances(0, 7)[TIE] == 0
    assert found.theta == pytest.approx(plain.theta, abs=1e-8)
    assert found.covariance[:-1, :-1] == pytest.approx(plain.inverse_hessian, abs=1e-8)
    assert not found.covariance[-1].any()


def test_without_ties_the_grounded_model_still_knows_its_level() -> None:
    model = Grounded()
    games = model_arena(np.random.default_rng(6), model, THETA, -np.inf, votes=20_000)
    assert not (games.outcomes == TIE).any()
    found = fit_outcomes(cells_of(games), model)
    assert found.theta == pytest.approx(THETA, abs=0.12)


@pytest.mark.parametrize("model", [RaoKupper(), Davidson()], ids=["Rao-Kupper", "Davidson"])
def test_a_win_graph_that_falls_apart_is_fitted_with_the_prior(model: OutcomeModel) -> None:
    first, second = np.array([0, 0, 0, 1, 1, 0]), np.array([1, 1, 2, 2, 2, 1])
    found = fit_outcomes(cells_of(games_of_codes(first, second, np.array([0, 0, 0, TIE, TIE, 0]), size=3)), model)
    assert found.ridge == PRIOR_RIDGE
    assert np.isfinite(found.covariance).all()
    assert found.theta[0] == found.theta.max() < 10


@pytest.mark.parametrize(("loser", "ridge"), [(BOTH_BAD, PRIOR_RIDGE), (TIE, 0.0)])
def test_the_bar_keeps_the_undefeated_finite_but_not_who_is_always_bad(loser: int, ridge: float) -> None:
    first, second = np.array([0, 0, 0, 0, 0, 1]), np.array([1, 1, 1, 1, 1, 2])
    outcomes = np.array([0, 0, TIE, BOTH_BAD, 1, loser])
    found = fit_outcomes(cells_of(games_of_codes(first, second, outcomes, size=3)), Grounded())
    assert found.ridge == ridge
    assert np.isfinite(found.theta).all()


def test_ties_in_a_connected_graph_may_still_have_no_finite_answer() -> None:
    first, second = np.array([0, 1, 0]), np.array([1, 2, 2])
    games = games_of_codes(first, second, np.array([0, TIE, TIE]), size=3)
    assert fit(games.wins()).ridge == 0
    found: OutcomeFit = fit_outcomes(cells_of(games), RaoKupper())
    assert found.ridge == PRIOR_RIDGE


@pytest.mark.parametrize(
    ("model", "outcome", "message"),
    [
        (RaoKupper(), TIE, "Every vote is a tie"),
        (Davidson(), BOTH_BAD, "Every vote is a tie"),
        (Grounded(), TIE, "both bad"),
        (Grounded(), BOTH_BAD, "Everything was voted both bad"),
    ],
)
def test_one_sided_data_are_refused_with_a_reason(model: OutcomeModel, outcome: int, message: str) -> None:
    first, second = pairs(np.random.default_rng(1), size=3, votes=30)
    cells = cells_of(games_of_codes(first, second, np.full(30, outcome), size=3))
    with pytest.raises(ValueError, match=message):
        fit_outcomes(cells, model)
