"""Inverse-probability weights aim where uniform draws aim, also where the model is wrong."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest

from services.domain.contender import Contender
from services.ratings.bradley_terry import fit
from services.ratings.games import Floats, Integers
from services.ratings.pair_rules import entrants, strengths_of
from services.ratings.sampling import PairTable, Policy, Rule, inverse_probability_weights, pair_table

NAMES = tuple("abcdef")
PAIRS = tuple(combinations(range(6), 2))


def planted() -> Floats:
    """(6, 6) chances of row over column that no strengths explain: an order, with two cycles of upsets on top."""
    theta = np.linspace(1.2, -1.2, 6)
    odds = theta[:, None] - theta[None, :]
    for winner, loser in ((5, 0), (4, 1), (3, 0), (5, 2)):
        odds[winner, loser], odds[loser, winner] = 1.5, -1.5
    return np.asarray(1 / (1 + np.exp(-odds)))


def target() -> Floats:
    """What the fit tends to when every pair is as likely."""
    truth = planted()
    np.fill_diagonal(truth, 0.0)
    return fit(truth).theta


def votes_under(
    policy: Policy, weights: tuple[float, ...], batches: int
) -> Iterator[tuple[PairTable, Integers, Integers]]:
    """Batches of 400 votes: the table that drew them, (pairs,) votes, (pairs,) votes won by the first."""
    contenders = [Contender(name=n, model=n, weight=w) for n, w in zip(NAMES, weights, strict=True)]
    rng, truth, points = np.random.default_rng(11), planted(), np.zeros((6, 6))
    for _ in range(batches):
        known = {(NAMES[i], NAMES[j]): points[i, j] for i in range(6) for j in range(6) if points[i, j]}
        who = entrants(contenders, met={}, points=known)
        table = pair_table(policy, replace(who, strengths=strengths_of(who.names, known)))
        drawn = rng.multinomial(400, table.probability)
        won = rng.binomial(drawn, truth[table.first, table.second])
        points[table.first, table.second] += won
        points[table.second, table.first] += drawn - won
        yield table, drawn, won


@pytest.mark.parametrize(
    ("policy", "weights"),
    [
        (Policy(rule=Rule.WEIGHTED, floor=0.1, newcomer_boost=1), (8.0, 1.0, 1.0, 1.0, 4.0, 8.0)),
        (Policy(rule=Rule.A_OPTIMAL, floor=0.1, newcomer_boost=1), (8.0, 1.0, 1.0, 1.0, 4.0, 8.0)),
    ],
    ids=["skewed", "adaptive"],
)
def test_reweighted_fits_hit_the_uniform_target_and_plain_ones_miss_it(
    policy: Policy, weights: tuple[float, ...]
) -> None:
    plain, chances, cells, results = np.zeros((6, 6)), [], [], []
    for table, drawn, won in votes_under(policy, weights, batches=150):
        plain[table.first, table.second] += won
        plain[table.second, table.first] += drawn - won
        for result, counts in ((1, won), (0, drawn - won)):
            chances.append(np.repeat(table.probability, counts))
            cells.append(np.repeat(np.arange(len(PAIRS)), counts))
            results.append(np.full(counts.sum(), result))
    found = inverse_probability_weights(np.concatenate(chances), len(PAIRS))
    assert found.capped == 0
    assert found.weights.max() / found.weights.min() < 10 / 0.1
    first, second = np.array(PAIRS)[np.concatenate(cells)].T
    won_first = np.concatenate(results) == 1
    winner, loser = np.where(won_first, first, second), np.where(won_first, second, first)
    reweighted: Floats = np.zeros((6, 6))
    np.add.at(reweighted, (winner, loser), found.weights)
    assert np.abs(fit(reweighted).theta - target()).max() < 0.08
    assert np.abs(fit(plain).theta - target()).max() > 0.3
    assert 0.2 * 60_000 < found.effective < 0.9 * 60_000


def test_weights_by_hand() -> None:
    found = inverse_probability_weights([0.5, 0.25, 0.01], 10, cap=4)
    raw = np.array([0.2, 0.4, 4.0])
    assert found.weights == pytest.approx(raw / raw.mean())
    assert found.effective == pytest.approx(raw.sum() ** 2 / (raw**2).sum())
    assert found.capped == 1
    assert found.capped_share == pytest.approx(1 - 4.6 / 10.6)


def test_uniform_draws_weigh_the_same_whatever_the_number_of_pairs_was() -> None:
    found = inverse_probability_weights([1 / 3, 1 / 3, 1 / 10], [3, 3, 10])
    assert found.weights == pytest.approx([1, 1, 1])
    assert found.effective == pytest.approx(3)


def test_no_votes_have_no_weights() -> None:
    found = inverse_probability_weights([], 3)
    assert (len(found.weights), found.effective, found.capped) == (0, 0, 0)


@pytest.mark.parametrize(
    ("chances", "pairs", "cap"),
    [([0.0], 3, 5), ([1.1], 3, 5), ([float("nan")], 3, 5), ([0.5], 0, 5), ([0.5], [1, 2], 5), ([0.5], 3, 0.9)],
)
def test_what_cannot_be_a_weight_is_refused(chances: list[float], pairs: int, cap: float) -> None:
    with pytest.raises(ValueError, match=r"."):
        inverse_probability_weights(chances, pairs, cap=cap)
