"""Tables of pairs: worked examples, shares, versions."""

import math
from collections import Counter
from dataclasses import replace
from itertools import combinations
from random import Random

import numpy as np
import pytest
from scipy.stats import chisquare

from services.domain.contender import Contender
from services.ratings.bradley_terry import fit
from services.ratings.pair_rules import Entrants, PairCounts, entrants, strengths_of, variance_reduction
from services.ratings.sampling import Policy, Rule, compare_shares, expected_shares, pair_table
from tests.benchmarks.pair_sampling import MODELS, Arena, half_widths, votes_until

TRIO = [Contender(name=name, model=name) for name in ("x", "y", "z")]
MET = {("y", "x"): 1}
VOTES = {("x", "y"): 7.0, ("y", "x"): 3.0, ("y", "z"): 2.5, ("z", "y"): 1.5}


def known(contenders: list[Contender] = TRIO, votes: PairCounts = VOTES) -> Entrants:
    who = entrants(contenders, met=MET, points=votes)
    return replace(who, strengths=strengths_of(who.names, votes))


def chances(policy: Policy, who: Entrants) -> dict[tuple[str, str], float]:
    return dict(pair_table(policy, who).items())


def bare(rule: Rule, floor: float = 1e-9) -> Policy:
    """The rule almost by itself."""
    return Policy(rule=rule, floor=floor, newcomer_boost=1)


def test_least_met_by_hand() -> None:
    found = chances(Policy(rule=Rule.LEAST_MET, floor=0.3, newcomer_boost=1), known())
    assert found["x", "y"] == pytest.approx(0.7 * 0.25 / 2.25 + 0.1)
    assert found["x", "z"] == found["y", "z"] == pytest.approx(0.7 / 2.25 + 0.1)


def test_weights_multiply_and_uniform_ignores_them() -> None:
    heavy = [replace(TRIO[0], weight=3.0), *TRIO[1:]]
    assert chances(bare(Rule.WEIGHTED), known(heavy))["x", "z"] == pytest.approx(3 / 7)
    assert chances(bare(Rule.UNIFORM), known(heavy))["x", "z"] == pytest.approx(1 / 3)


def test_the_paper_rule_by_hand() -> None:
    score = variance_reduction(known())
    rate = (7 + 0.5) / 11
    assert score[0, 1] == pytest.approx(math.sqrt(rate * (1 - rate)) * (1 / math.sqrt(11) - 1 / math.sqrt(12)))
    assert score[0, 2] == pytest.approx(0.5 * (1 - 1 / math.sqrt(2)))
    assert np.allclose(score, score.T)


def test_the_a_optimal_score_is_what_a_refit_would_gain() -> None:
    votes = {(a, b): 10.0 + 3 * i for i, (a, b) in enumerate([("x", "y"), ("y", "x"), ("y", "z"), ("z", "y")])}
    who = known(votes=votes)
    assert who.strengths is not None
    before, gained = float(np.trace(who.strengths.covariance)), {}
    for i, j in combinations(range(3), 2):
        # a vote that goes as the model expects moves no strength, it only adds information
        table, chance = who.points.copy(), 1 / (1 + math.exp(who.strengths.theta[j] - who.strengths.theta[i]))
        table[i, j] += chance
        table[j, i] += 1 - chance
        gained[who.names[i], who.names[j]] = before - float(np.trace(fit(table).inverse_hessian))
    found = chances(bare(Rule.A_OPTIMAL), who)
    for pair, gain in gained.items():
        assert found[pair] == pytest.approx(gain / sum(gained.values()), rel=1e-4)


def test_a_retired_contender_still_links_those_that_play() -> None:
    votes = {("x", "old"): 9.0, ("old", "x"): 6.0, ("y", "old"): 4.0, ("old", "y"): 11.0}
    linked = strengths_of(("x", "y"), votes)
    assert linked.theta.sum() == pytest.approx(0)
    assert linked.theta[0] - linked.theta[1] == pytest.approx(math.log(9 / 6) - math.log(4 / 11))
    assert entrants(TRIO, met={}, points=votes).votes.tolist() == [15, 15, 0]


@pytest.mark.parametrize("rule", [rule for rule in Rule if rule is not Rule.UNIFORM])
@pytest.mark.parametrize("half_width", [0.0, 150.0])
def test_newcomers_of_every_licence_class_get_the_same_boost(rule: Rule, half_width: float) -> None:
    old = [Contender(name=f"old-{n}", model="m", licence="mit", organisation="lab") for n in range(4)]
    new = [
        Contender(name=f"new-{licence}", model="m", licence=licence, organisation=f"of {licence}")
        for licence in ("", "apache-2.0", "mit", "proprietary")
    ]
    votes = {(a.name, b.name): 40.0 for a in old for b in old if a != b}
    policy = Policy(rule=rule, floor=0.1, newcomer_votes=200, newcomer_half_width=half_width)
    who = entrants([*old, *new], met=dict.fromkeys(votes, 40), points=votes)
    who = replace(who, strengths=strengths_of(who.names, votes))
    by_licence = {c.name: c.licence for c in new} | {c.name: "old" for c in old}
    shares = expected_shares(pair_table(policy, who), by_licence)
    assert shares.pop("old") < 0.5
    assert list(shares.values()) == pytest.approx([shares["mit"]] * 4)
    unboosted = expected_shares(pair_table(replace(policy, newcomer_boost=1), who), by_licence)
    assert shares["mit"] > unboosted["mit"]


def test_the_boost_ends_with_the_votes_or_with_the_interval() -> None:
    votes = dict.fromkeys([("x", "y"), ("y", "x"), ("y", "z"), ("z", "y")], 60.0)
    who = known(votes=votes)
    by_votes = Policy(rule=Rule.WEIGHTED, newcomer_votes=130)
    assert chances(by_votes, who)["x", "y"] == pytest.approx(0.8 * 5 / 35 + 0.2 / 3)
    assert who.strengths is not None
    widths = 1.96 * 400 / math.log(10) * np.sqrt(np.diag(who.strengths.covariance))
    assert widths[1] < 30 < widths[0]
    narrow = replace(by_votes, newcomer_votes=10_000, newcomer_half_width=30)
    assert chances(narrow, who)["x", "y"] == pytest.approx(0.8 * 5 / 35 + 0.2 / 3)


def test_the_version_tells_parameters_that_matter_and_no_others() -> None:
    policy = Policy(rule=Rule.PAPER)
    versions = {
        policy.version,
        replace(policy, floor=0.1).version,
        replace(policy, newcomer_boost=2).version,
        replace(policy, newcomer_votes=10).version,
        replace(policy, rule=Rule.WEIGHTED).version,
    }
    assert len(versions) == 5
    assert replace(policy, warmup_votes=7).version == policy.version
    uniform = Policy(rule=Rule.UNIFORM)
    assert replace(uniform, floor=0.9, newcomer_boost=9).version == uniform.version
    assert Policy(rule=Rule.LEAST_MET).version == "4adf41c69212"
    assert Policy(rule=Rule.LEAST_MET).parameters == {
        "revision": 2,
        "floor": 0.2,
        "newcomer_boost": 5.0,
        "newcomer_votes": 3000,
        "newcomer_half_width": 0.0,
    }


@pytest.mark.parametrize(
    "wrong",
    [
        {"floor": 0},
        {"floor": 1.1},
        {"floor": math.nan},
        {"newcomer_boost": 0.5},
        {"newcomer_boost": math.inf},
        {"newcomer_votes": -1},
        {"newcomer_half_width": math.nan},
    ],
)
def test_a_policy_out_of_range_is_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match=r"floor|boost|negative"):
        Policy(rule=Rule.PAPER, **wrong)  # type: ignore[arg-type]


def test_a_table_needs_two_contenders_sound_weights_and_strengths() -> None:
    with pytest.raises(ValueError, match="two"):
        pair_table(bare(Rule.WEIGHTED), known(TRIO[:1], {}))
    with pytest.raises(ValueError, match="finite"):
        pair_table(bare(Rule.WEIGHTED), replace(known(), weights=np.array([1, np.inf, 1])))
    with pytest.raises(ValueError, match="strengths"):
        pair_table(bare(Rule.A_OPTIMAL), replace(known(), strengths=None))
    with pytest.raises(ValueError, match="strengths"):
        pair_table(Policy(rule=Rule.PAPER, newcomer_half_width=9), replace(known(), strengths=None))


def test_weights_of_any_size_leave_numbers_finite() -> None:
    wild = [replace(TRIO[0], weight=1e-300), replace(TRIO[1], weight=1e-300), replace(TRIO[2], weight=1e300)]
    found = chances(Policy(rule=Rule.WEIGHTED), known(wild))
    assert sum(found.values()) == pytest.approx(1)
    assert found["x", "y"] == pytest.approx(0.2 / 3)


@pytest.mark.parametrize("rule", list(Rule))
def test_drawn_frequencies_match_the_table(rule: Rule) -> None:
    table = pair_table(Policy(rule=rule, newcomer_votes=12), known())
    rng, counts = Random(23), Counter[tuple[str, str]]()
    for _ in range(20_000):
        pair, probability = table.drawn_at(rng.random())
        assert probability == dict(table.items())[pair]
        counts[pair] += 1
    expected = {pair: 20_000 * chance for pair, chance in table.items()}
    assert chisquare([counts[pair] for pair in expected], list(expected.values())).pvalue > 0.01


def test_shares_beside_what_was_drawn() -> None:
    table = pair_table(Policy(rule=Rule.UNIFORM), known())
    rows = {row.group: row for row in compare_shares(table, {("y", "x"): 30, ("x", "z"): 10, ("x", "gone"): 5})}
    assert (rows["x"].battles, rows["x"].actual) == (40, 0.5)
    assert rows["x"].expected == pytest.approx(1 / 3)
    assert rows["x"].high == pytest.approx(1 / 3 + 1.96 * math.sqrt(2 / 3 / 4 - 1 / 9) / math.sqrt(40), rel=1e-4)
    assert rows["x"].high < 0.5
    grouped = compare_shares(table, {}, {"x": "open", "y": "open"})
    assert [(row.group, row.actual, row.low, row.high) for row in grouped] == [("", None, 0, 1), ("open", None, 0, 1)]
    assert grouped[1].expected == pytest.approx(2 / 3)


def test_the_range_of_shares_holds_for_19_of_20_histories() -> None:
    table = pair_table(Policy(rule=Rule.LEAST_MET), known())
    rng, inside = np.random.default_rng(5), 0
    for drawn in rng.multinomial(400, table.probability, size=1000):
        counts = dict(zip((pair for pair, _ in table.items()), map(int, drawn), strict=True))
        row = compare_shares(table, counts, {"x": "open"})[1]
        assert row.actual is not None
        inside += row.low <= row.actual <= row.high
    assert 930 <= inside <= 970


def test_a_optimal_draws_need_fewer_votes_than_uniform_ones() -> None:
    uniform, optimal = (Policy(rule=rule, newcomer_boost=1) for rule in (Rule.UNIFORM, Rule.A_OPTIMAL))
    needed: dict[str, int] = Counter()
    for seed in range(4):
        for policy in (uniform, optimal):
            arena = Arena(
                theta=np.random.default_rng(seed).normal(0, 1.3, MODELS),
                points=np.zeros((MODELS, MODELS)),
                rng=np.random.default_rng([seed, 1]),
            )
            cast, _ = votes_until(arena, policy, lambda who: bool((half_widths(who) ** 2).mean() < 0.3**2))
            needed[policy.name] += cast
    assert needed["a-optimal"] < 0.97 * needed["uniform"]
