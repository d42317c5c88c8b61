"""The fit, its covariance and its intervals against known answers and simulations."""

import json
import math
from pathlib import Path

import numpy as np
import pytest

from services.domain.judgement import Winner
from services.domain.rating import IntervalKind
from services.ratings import bradley_terry as bt
from services.ratings import ranks
from services.ratings.games import Comparison, Floats, Games, games_from
from services.ratings.intervals import scores


def record(a: str, b: str, *, wins: int = 0, losses: int = 0, ties: int = 0) -> list[Comparison]:
    outcomes = [Winner.A] * wins + [Winner.B] * losses + [Winner.TIE] * ties
    return [
        Comparison(contender_a=a, contender_b=b, winner=winner, cluster=f"{a}{b}{i}")
        for i, winner in enumerate(outcomes)
    ]


def gap(rows: list[Comparison]) -> float:
    theta = bt.fit(games_from(rows).wins()).theta
    return float(theta[0] - theta[1]) * bt.POINTS_PER_LOGIT


def arena(rng: np.random.Generator, theta: Floats, *, battles: int, copies: int = 1) -> Games:
    """A simulated arena; each battle is judged `copies` times with the same outcome."""
    size = len(theta)
    first = rng.integers(0, size, battles)
    second = (first + rng.integers(1, size, battles)) % size
    points = (rng.random(battles) < 1 / (1 + np.exp(theta[second] - theta[first]))).astype(np.float64)
    clusters = np.arange(battles)
    first, second, points, clusters = (np.repeat(x, copies) for x in (first, second, points, clusters))
    names = tuple(f"m{i}" for i in range(size))
    return Games(names=names, first=first, second=second, points=points, weights=np.ones(len(first)), clusters=clusters)


def test_a_75_to_25_record_is_191_points() -> None:
    assert gap(record("a", "b", wins=75, losses=25)) == pytest.approx(400 * math.log10(3), abs=1e-6)


def test_ties_seen_in_both_seat_orders_all_count() -> None:
    rows = record("a", "b", wins=10, losses=2, ties=21) + record("b", "a", ties=21)
    assert gap(rows) == pytest.approx(400 * math.log10(31 / 23), abs=1e-6)


def test_wins_in_seat_a_only_still_rate_the_contenders() -> None:
    rows = record("a", "b", wins=75) + record("b", "a", wins=25)
    assert gap(rows) == pytest.approx(190.85, abs=0.01)


def test_both_bad_counts_as_a_tie_in_the_fit() -> None:
    bad = [Comparison(contender_a="a", contender_b="b", winner=Winner.BOTH_BAD, cluster=f"x{i}") for i in range(10)]
    assert gap(record("a", "b", wins=9, losses=3) + bad) == gap(record("a", "b", wins=9, losses=3, ties=10))


def test_standard_error_of_a_pair_is_the_binomial_one() -> None:
    games = games_from(record("a", "b", wins=75, losses=25))
    covariance = bt.sandwich(games, bt.fit(games.wins()))
    se = math.sqrt(covariance[0, 0] + covariance[1, 1] - 2 * covariance[0, 1])
    assert se == pytest.approx(1 / math.sqrt(100 * 0.75 * 0.25) * math.sqrt(100 / 99), rel=1e-6)


def test_two_records_in_place_of_one_halve_the_variance_but_copies_in_a_cluster_do_not() -> None:
    rows = record("a", "b", wins=40, losses=25) + record("b", "c", wins=40, losses=25)
    again = [
        Comparison(contender_a=r.contender_a, contender_b=r.contender_b, winner=r.winner, cluster=r.cluster + "'")
        for r in rows
    ]
    one, copied, doubled = (games_from(x) for x in (rows, rows * 2, rows + again))
    variance = [np.diag(bt.sandwich(g, bt.fit(g.wins()))) for g in (one, copied, doubled)]
    assert variance[1] == pytest.approx(variance[0], rel=1e-9)
    assert variance[2] == pytest.approx(variance[0] / 2, rel=0.02)
    assert bt.model_based(copied, bt.fit(copied.wins())) == pytest.approx(bt.model_based(one, bt.fit(one.wins())))


@pytest.mark.parametrize(
    ("rows", "connected"),
    [
        (record("a", "b", wins=3), False),
        (record("a", "b", wins=3, losses=1), True),
        (record("a", "b", ties=1), True),
        (record("a", "b", wins=1) + record("b", "c", wins=1) + record("c", "a", wins=1), True),
        (record("a", "b", ties=1) + record("c", "d", ties=1), False),
    ],
)
def test_separable_data_are_detected_and_finite(rows: list[Comparison], connected: bool) -> None:
    wins = games_from(rows).wins()
    fitted = bt.fit(wins)
    assert bt.strongly_connected(wins) is connected
    assert (fitted.ridge == 0.0) is connected
    assert np.isfinite(fitted.theta).all()
    assert np.isfinite(fitted.inverse_hessian).all()


def test_solving_separable_data_without_a_prior_is_refused() -> None:
    with pytest.raises(ArithmeticError):
        bt.solve(np.array([[[0.0, 5.0], [0.0, 0.0]]]), ridge=0.0)


def test_lopsided_but_finite_records_converge() -> None:
    assert gap(record("a", "b", wins=9999, losses=1)) == pytest.approx(400 * math.log10(9999), abs=1e-5)


def coverage(*, copies: int, naive: bool, arenas: int = 200) -> float:
    rng, theta, hits = np.random.default_rng(7), np.linspace(-1, 1, 8), 0
    for _ in range(arenas):
        games = arena(rng, theta, battles=400, copies=copies)
        if naive:
            rows = np.arange(len(games.first))
            games = Games(**{**vars(games), "clusters": rows})
        fitted = bt.fit(games.wins())
        found = scores(fitted.theta, bt.sandwich(games, fitted), anchor=None)
        truth = 1000 + bt.POINTS_PER_LOGIT * theta
        hits += int(((found.low <= truth) & (truth <= found.high)).sum())
    return hits / (arenas * len(theta))


def test_95_percent_intervals_cover_95_percent() -> None:
    assert 0.92 <= coverage(copies=1, naive=False) <= 0.98


def test_clustered_intervals_cover_correlated_judgements_and_naive_ones_do_not() -> None:
    assert coverage(copies=4, naive=False) >= 0.92
    assert coverage(copies=4, naive=True) <= 0.80


def test_rank_bounds_hold_for_all_contenders_at_once() -> None:
    rng, theta, wrong, narrow = np.random.default_rng(3), np.linspace(1, -1, 6), 0, 0
    for seed in range(100):
        games = arena(rng, theta, battles=600)
        fitted = bt.fit(games.wins())
        found = scores(fitted.theta, bt.sandwich(games, fitted), anchor=0)
        best, worst = ranks.bounds(ranks.better(found, kind=IntervalKind.FIXED, seed=seed, rho=1.0))
        true = np.arange(1, 7)
        wrong += int(((true < best) | (true > worst)).any())
        narrow += int((worst - best).mean() < 4)
    assert wrong <= 10
    assert narrow >= 90


def test_bootstrap_agrees_with_the_sandwich_and_is_seeded() -> None:
    games = arena(np.random.default_rng(5), np.linspace(-1, 1, 5), battles=800, copies=2)
    fitted = bt.fit(games.wins())
    drawn = bt.bootstrap(games, replicates=400, seed=11)
    ratio = drawn.std(axis=0) / np.sqrt(np.diag(bt.sandwich(games, fitted)))
    assert ratio == pytest.approx(np.ones(5), abs=0.15)
    assert (drawn == bt.bootstrap(games, replicates=400, seed=11)).all()
    assert (drawn != bt.bootstrap(games, replicates=400, seed=12)).any()


def test_bootstrap_replicates_that_fall_apart_stay_finite() -> None:
    games = games_from(record("a", "b", wins=5, losses=1))
    assert np.isfinite(bt.bootstrap(games, replicates=50, seed=1)).all()


@pytest.mark.parametrize("weight", [0.0, -1.0, math.nan, math.inf])
def test_impossible_weights_are_refused(weight: float) -> None:
    row = Comparison(contender_a="a", contender_b="b", winner=Winner.A, cluster="1", weight=weight)
    with pytest.raises(ValueError, match="positive"):
        games_from([row])


def test_golden_file_is_centred_on_1000() -> None:
    path = Path(__file__).parents[3] / "golden" / "ratings" / "llmfao-crowd.json"
    golden = json.loads(path.read_text(encoding="utf-8"))["scores"]
    assert len(golden) == 59
    assert sum(golden.values()) / 59 == pytest.approx(1000, abs=1e-3)
