"""Properties of tables of pairs over arbitrary arenas, under every rule."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.domain.contender import Contender
from services.ratings.pair_rules import entrants, strengths_of
from services.ratings.sampling import PairTable, Policy, Rule, compare_shares, expected_shares, pair_table

NAMES = tuple("abcdefg")
PAIR = st.tuples(st.sampled_from(NAMES), st.sampled_from(NAMES)).filter(lambda pair: pair[0] < pair[1])
WORDS = st.sampled_from(["", "open", "proprietary", "mit"])


@st.composite
def arenas(draw: st.DrawFn) -> tuple[list[Contender], dict[tuple[str, str], int], dict[tuple[str, str], float]]:
    """Some contenders, battles per pair, points of the first over the second."""
    names = draw(st.lists(st.sampled_from(NAMES), min_size=2, unique=True))
    contenders = [
        Contender(name=name, model=name, weight=draw(st.floats(1e-3, 1e3)), licence=draw(WORDS)) for name in names
    ]
    met = draw(st.dictionaries(PAIR, st.integers(0, 10_000), max_size=20))
    points: dict[tuple[str, str], float] = {}
    for (first, second), (won, lost) in draw(
        st.dictionaries(PAIR, st.tuples(st.integers(0, 4000), st.integers(0, 4000)), max_size=12)
    ).items():
        points[first, second], points[second, first] = won / 2, lost / 2
    return contenders, met, points


POLICIES = st.builds(
    Policy,
    rule=st.sampled_from(Rule),
    floor=st.floats(0.01, 1.0),
    newcomer_votes=st.integers(0, 5000),
    newcomer_boost=st.floats(1, 50),
    newcomer_half_width=st.sampled_from([0.0, 20.0, 200.0]),
)
Arena = tuple[list[Contender], dict[tuple[str, str], int], dict[tuple[str, str], float]]


def table_of(policy: Policy, arena: Arena) -> PairTable:
    contenders, met, points = arena
    who = entrants(contenders, met=met, points=points)
    return pair_table(policy, replace(who, strengths=strengths_of(who.names, points)))


@settings(max_examples=150, deadline=None)
@given(POLICIES, arenas())
def test_tables_sum_to_one_and_keep_the_floor_for_everyone(policy: Policy, arena: Arena) -> None:
    table, size = table_of(policy, arena), len(arena[0])
    assert len(table.probability) == size * (size - 1) / 2
    assert float(table.probability.sum()) == pytest.approx(1)
    assert float(table.probability.min()) >= policy.floor / len(table.probability) * (1 - 1e-12)
    shares = expected_shares(table)
    assert sum(shares.values()) == pytest.approx(1)
    assert min(shares.values()) >= policy.floor / size * (1 - 1e-9)


@settings(max_examples=80, deadline=None)
@given(POLICIES, arenas(), st.permutations(NAMES), st.randoms(use_true_random=False))
def test_renaming_and_reordering_contenders_change_nothing_else(
    policy: Policy, arena: Arena, renamed: list[str], rng: object
) -> None:
    contenders, met, points = arena
    new = dict(zip(NAMES, renamed, strict=True))
    moved = [replace(contender, name=new[contender.name]) for contender in contenders]
    rng.shuffle(moved)  # type: ignore[attr-defined]
    after = table_of(
        policy,
        (
            moved,
            {(new[a], new[b]): count for (a, b), count in met.items()},
            {(new[a], new[b]): count for (a, b), count in points.items()},
        ),
    )
    expected = {frozenset((new[a], new[b])): chance for (a, b), chance in table_of(policy, arena).items()}
    assert {frozenset(pair): chance for pair, chance in after.items()} == pytest.approx(expected, rel=1e-5)


@settings(max_examples=80, deadline=None)
@given(POLICIES, arenas(), st.lists(st.tuples(WORDS, WORDS), min_size=7, max_size=7))
def test_licences_and_organisations_are_not_seen(policy: Policy, arena: Arena, papers: list[tuple[str, str]]) -> None:
    contenders, met, points = arena
    others = [
        replace(contender, licence=licence, organisation=organisation)
        for contender, (licence, organisation) in zip(contenders, papers, strict=False)
    ]
    assert dict(table_of(policy, (others, met, points)).items()) == dict(table_of(policy, arena).items())


@settings(max_examples=80, deadline=None)
@given(POLICIES, arenas(), st.floats(0, 1, exclude_max=True))
def test_any_random_number_draws_a_pair_of_the_table(policy: Policy, arena: Arena, quantile: float) -> None:
    table = table_of(policy, arena)
    pair, chance = table.drawn_at(quantile)
    chances = dict(table.items())
    assert chances[pair] == chance
    before = sum(c for p, c in chances.items() if list(chances).index(p) < list(chances).index(pair))
    assert before - 1e-9 <= quantile <= before + chance + 1e-9


@settings(max_examples=60, deadline=None)
@given(POLICIES, arenas())
def test_shares_of_groups_are_those_of_their_members(policy: Policy, arena: Arena) -> None:
    table = table_of(policy, arena)
    licence = {contender.name: contender.licence for contender in arena[0]}
    single = expected_shares(table)
    for row in compare_shares(table, arena[1], licence):
        assert row.expected == pytest.approx(sum(single[name] for name in single if licence[name] == row.group))
        assert 0 <= row.low <= row.expected <= row.high <= 1
        assert row.actual is None or 0 <= row.actual <= 1
    assert np.isfinite(table.probability).all()
