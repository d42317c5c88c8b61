"""Draws held against their declaration: the evidence keeps its level, and names whom it should."""

import itertools
import math
from collections import Counter
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from scipy.stats import chisquare

from services.domain.registry_event import RegistryEvent, RegistryEventKind
from services.ratings.audit.declared import pair_table
from services.ratings.audit.draw import Draw
from services.ratings.audit.evidence import evidence
from services.ratings.audit.policy_check import deviations, inverse_probability_ratios, policy_tests
from services.ratings.audit.registry_state import Policy
from services.ratings.audit.segments import Layout, Segment, Stop, layout
from services.ratings.audit.shares import gini, shares
from services.ratings.audit.silence import silences
from services.ratings.games import Floats

START = datetime(2025, 1, 1, tzinfo=UTC)
SIZE = 6
UNIFORM = Policy(name="uniform", version="1")
ADAPTIVE = Policy(name="a-optimal", version="1", parameters={"floor": "0.3"})
FIRST, SECOND = np.triu_indices(SIZE, 1)


def drawn(
    rng: np.random.Generator,
    count: int,
    *,
    policy: Policy = UNIFORM,
    declared: Floats | None = None,
    bend: Floats | None = None,
) -> Segment:
    """`count` draws with the probabilities `declared`, in fact bent by a factor for each contender."""
    chance = np.full(len(FIRST), 1 / len(FIRST)) if declared is None else declared
    actual = chance if bend is None else chance * bend[FIRST] * bend[SECOND]
    pairs = rng.choice(len(FIRST), size=count, p=actual / actual.sum())
    return Segment(
        policy=policy, weights=np.ones(SIZE), first=FIRST[pairs], second=SECOND[pairs], stored=chance[pairs],
        rows=np.arange(count),
    )  # fmt: skip


def laid(*segments: Segment) -> Layout:
    names = tuple(f"m{i}" for i in range(SIZE))
    return Layout(names=names, segments=segments, strays={}, early=0, undeclared={})


def floored(rng: np.random.Generator) -> Floats:
    """Uneven probabilities that keep the floor of `ADAPTIVE`."""
    rule = rng.dirichlet(np.full(len(FIRST), 0.5))
    return np.asarray(0.7 * rule + 0.3 / len(FIRST))


def test_a_static_rule_is_computed_again_from_its_description() -> None:
    table = pair_table(
        Policy(name="weighted", version="1", parameters={"floor": "0.1"}), np.array([1.0, 2.0, 3.0, 0.0])
    )
    assert table is not None
    assert np.triu(table).sum() == pytest.approx(1)
    assert table[1, 2] == pytest.approx(0.9 * 6 / 11 + 0.1 / 3)
    assert table[:, 3].sum() == 0
    assert pair_table(ADAPTIVE, np.ones(3)) is None
    assert pair_table(Policy(name="weighted", version="1", parameters={"newcomer_boost": "5"}), np.ones(3)) is None


@pytest.mark.parametrize("floor", ["much", "-0.1", "1.5", "nan"])
def test_a_floor_that_is_no_share_is_an_error(floor: str) -> None:
    with pytest.raises(ValueError, match="floor"):
        pair_table(Policy(name="weighted", version="1", parameters={"floor": floor}), np.ones(3))


@pytest.mark.parametrize("policy", [UNIFORM, ADAPTIVE], ids=["static", "adaptive"])
def test_honest_draws_are_seldom_accused_however_often_one_looks(policy: Policy) -> None:
    rng, alarms, runs = np.random.default_rng(7), 0, 120
    for _ in range(runs):
        parts = [drawn(rng, 60, policy=policy, declared=floored(rng) if policy is ADAPTIVE else None) for _ in range(8)]
        looks = [evidence(tuple(parts[: n + 1]), SIZE) for n in range(len(parts))]
        alarms += max(max(look.less.max(), look.more.max()) for look in looks) > math.log(2 * SIZE / 0.05)
    # Ville's bound is 5 % of 120; a binomial with that mean is above 13 once in 300 times
    assert alarms <= 13


def test_an_e_value_has_mean_one_at_most() -> None:
    rng = np.random.default_rng(3)
    found = [evidence((drawn(rng, 15, policy=ADAPTIVE, declared=floored(rng)),), SIZE) for _ in range(1500)]
    for side in (np.exp([row.less for row in found]), np.exp([row.more for row in found])):
        error = side.std(axis=0) / math.sqrt(len(found))
        assert (side.mean(axis=0) <= 1 + 4 * error).all()


@pytest.mark.parametrize("policy", [UNIFORM, ADAPTIVE], ids=["static", "adaptive"])
@pytest.mark.parametrize(("factor", "too_few"), [(0.2, True), (4.0, False)])
def test_only_the_one_who_was_bent_is_named(policy: Policy, factor: float, *, too_few: bool) -> None:
    rng = np.random.default_rng(5)
    bend = np.array([1, 1, factor, 1, 1, 1])
    found = laid(drawn(rng, 4000, policy=policy, declared=floored(rng) if policy is ADAPTIVE else None, bend=bend))
    (named,) = deviations(found, alpha=0.01)
    assert (named.contender, named.too_few) == ("m2", too_few)
    assert (named.draws < named.expected) is too_few


def test_two_at_once_are_both_named_and_nobody_else() -> None:
    bend = np.array([1, 1, 0.2, 1, 3.0, 1])
    found = deviations(laid(drawn(np.random.default_rng(1), 4000, bend=bend)), alpha=0.01)
    assert {(row.contender, row.too_few) for row in found} == {("m2", True), ("m4", False)}


def test_the_chi_square_of_a_static_rule_is_that_of_its_counts() -> None:
    # of three contenders one is left out of each draw: their statistic is Pearson's for a uniform choice of three
    counts = [40, 35, 25]
    pairs = np.repeat([0, 1, 2], counts)
    first, second = np.array([0, 0, 1])[pairs], np.array([1, 2, 2])[pairs]
    part = Segment(
        policy=UNIFORM, weights=np.ones(3), first=first, second=second, stored=np.full(100, 1 / 3), rows=np.arange(100)
    )
    found = Layout(names=("a", "b", "c"), segments=(part,), strays={}, early=0, undeclared={})
    (test,) = policy_tests(found, found)
    assert (test.degrees, test.off_policy) == (2, 0)
    assert test.chi_square == pytest.approx(chisquare(counts).statistic)
    assert test.p_value == pytest.approx(chisquare(counts).pvalue)


@pytest.mark.parametrize("policy", [UNIFORM, ADAPTIVE], ids=["static", "adaptive"])
def test_the_chi_square_of_honest_draws_is_below_its_quantile_as_often_as_it_says(policy: Policy) -> None:
    rng = np.random.default_rng(11)
    low = 0
    for _ in range(300):
        found = laid(drawn(rng, 600, policy=policy, declared=floored(rng) if policy is ADAPTIVE else None))
        low += policy_tests(found, found)[0].p_value < 0.05
    assert 3 <= low <= 32


def test_stored_probabilities_off_the_policy_are_counted() -> None:
    honest = drawn(np.random.default_rng(2), 50)
    found = laid(Segment(**{**vars(honest), "stored": np.full(50, 0.5)}))
    assert policy_tests(found, found)[0].off_policy == 50
    below = drawn(np.random.default_rng(2), 50, policy=ADAPTIVE)
    found = laid(Segment(**{**vars(below), "stored": np.full(50, 0.3 / 15 - 1e-4)}))
    assert policy_tests(found, found)[0].off_policy == 50
    # a probability fits the declaration, or who was there in fact
    assert policy_tests(found, laid(below))[0].off_policy == 0


def test_inverse_probability_ratios_are_one_for_honest_draws() -> None:
    rng = np.random.default_rng(4)
    found = laid(*(drawn(rng, 500, policy=ADAPTIVE, declared=floored(rng)) for _ in range(40)))
    assert inverse_probability_ratios(found) == pytest.approx(np.ones(SIZE), abs=0.1)


def told(*stories: tuple[float, str, str]) -> list[RegistryEvent]:
    policy = {"policy": "uniform", "version": "1"}
    return [
        RegistryEvent(
            sequence=i, at=START + timedelta(days=day), kind=RegistryEventKind(kind), contender=name,
            details=policy if kind == "policy" else {},
        )
        for i, (day, kind, name) in enumerate([(0.0, "policy", ""), *stories], start=1)
    ]  # fmt: skip


def draw(day: float, first: str, second: str, *, policy: str = "uniform") -> Draw:
    return Draw(
        at=START + timedelta(days=day), contender_a=first, contender_b=second, policy=policy, policy_version="1",
        pair_probability=0.1,
    )  # fmt: skip


def test_draws_are_cut_where_the_declaration_changes() -> None:
    events = told((0, "registered", "a"), (0, "registered", "b"), (0, "registered", "c"), (10, "retired", "c"))
    draws = [
        draw(-1, "a", "b"),
        draw(1, "a", "c"),
        draw(2, "b", "c"),
        draw(11, "a", "b"),
        draw(12, "a", "c"),
        draw(13, "a", "z"),
    ]
    found = layout([*draws, draw(14, "a", "b", policy="other")], events)
    assert [(part.eligible, len(part.rows)) for part in found.segments] == [(3, 2), (2, 1), (2, 1)]
    assert found.early == 1
    assert found.strays == {"c": 1, "z": 1}
    assert found.undeclared == {"other 1": 1}
    stopped = layout(draws, events, stops=[Stop(contender="c", after=START + timedelta(days=1.5), until=None)])
    assert [part.eligible for part in stopped.segments] == [3, 2]
    assert stopped.strays["c"] == 2


def silent_history(rng: np.random.Generator, *, silent_from: int, back_at: int) -> tuple[list[Draw], Layout]:
    names = [f"m{i}" for i in range(SIZE)]
    pairs = list(itertools.combinations(names, 2))
    draws = []
    for number in range(1000):
        left = [pair for pair in pairs if "m1" not in pair] if silent_from <= number < back_at else pairs
        draws.append(draw(number / 10, *left[int(rng.integers(len(left)))]))
    return draws, layout(draws, told(*((0, "registered", name) for name in names)))


def test_silence_is_found_with_its_beginning_and_its_end() -> None:
    draws, found = silent_history(np.random.default_rng(1), silent_from=400, back_at=700)
    (silence,) = silences(draws, found, alpha=0.01)
    assert silence.stop.contender == "m1"
    assert 300 <= silence.draws <= 330
    assert silence.earlier_share == pytest.approx(1 / 3, abs=0.1)
    assert silence.stop.until is not None
    assert draws[699].at < silence.stop.until < draws[720].at
    draws, found = silent_history(np.random.default_rng(2), silent_from=800, back_at=1000)
    (silence,) = silences(draws, found, alpha=0.01)
    assert silence.stop.until is None


def test_honest_arenas_know_no_silence() -> None:
    alarms = 0
    for seed in range(60):
        draws, found = silent_history(np.random.default_rng(seed), silent_from=0, back_at=0)
        alarms += bool(silences(draws, found, alpha=0.05))
    assert alarms <= 8


def test_shares_and_gini() -> None:
    assert gini([1, 1, 1]) == 0
    assert gini([0, 0, 0, 8]) == pytest.approx(0.75)
    assert gini([1, 2, 3]) == pytest.approx(2 / 9)
    assert gini([]) == 0
    draws = [draw(0.001 * i, "a", "b") for i in range(30)] + [draw(1 + 0.001 * i, "a", "c") for i in range(10)]
    found = shares(draws, {})
    assert [(row.name, row.seats) for row in found.contenders] == [("a", 40), ("b", 30), ("c", 10)]
    top = {row.name: (row.largest_day, row.largest_share) for row in found.contenders}
    assert top["b"] == (START.date(), 0.5)
    # the second day has too few draws to hold a record
    assert top["c"] == (None, 0.0)
    assert Counter(row.name for row in found.licence_classes) == {"unknown": 1}
