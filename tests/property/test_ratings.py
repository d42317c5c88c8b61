"""Properties of boards over arbitrary arenas."""

import math
from dataclasses import replace

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from services.domain.judgement import Source, Winner
from services.domain.rating import Board, IntervalKind
from services.domain.vote_record import Flag, FlagCode, VoteRecord
from services.ratings.standings import board_of
from tests.fixtures.records import NOW, swapped, vote

FLAGS = st.sampled_from([0.0, 0.25, 0.5, 1.0]).map(
    lambda factor: (Flag(code=FlagCode.ANOMALOUS_VOTER, reason="Odd.", factor=factor),)
)
RECORDS = st.lists(
    st.builds(
        vote,
        st.sampled_from("abcde"),
        st.sampled_from("abcde"),
        st.sampled_from([*Winner, None]),
        number=st.integers(0, 10_000),
        voter=st.integers(0, 50).map(str),
        flags=st.one_of(st.just(()), FLAGS),
    ),
    max_size=80,
)


def rate(records: list[VoteRecord], kind: IntervalKind = IntervalKind.FIXED, anchor: str = "a") -> Board:
    return board_of(records, source=Source.HUMAN, anchor=anchor, seed=3, computed_at=NOW, kind=kind)


@settings(max_examples=60, deadline=None)
@given(RECORDS, st.randoms(use_true_random=False), st.sampled_from(IntervalKind))
def test_boards_are_finite_ordered_and_independent_of_order_and_seats(
    records: list[VoteRecord], rng: object, kind: IntervalKind
) -> None:
    found = rate(records, kind)
    turned = [swapped(record) if i % 2 else record for i, record in enumerate(records)]
    rng.shuffle(turned)  # type: ignore[attr-defined]
    assert rate(turned, kind) == found
    names = {row.contender: row for row in found.standings}
    for row in found.standings:
        assert row.live_low is not None
        assert row.live_high is not None
        assert math.isfinite(row.live_low)
        assert row.live_low <= row.low <= row.score <= row.high <= row.live_high < math.inf
        assert 1 <= row.rank_low <= row.rank <= row.rank_high <= len(found.standings)
        assert len(row.tied_with) == row.rank_high - row.rank_low
        assert all(row.contender in names[other].tied_with for other in row.tied_with)
        assert row.judgements == row.wins + row.losses + row.ties + row.both_bad > 0
        assert row.provisional == bool(row.provisional_reason)
    assert sum(row.wins for row in found.standings) == sum(row.losses for row in found.standings)
    assert found.judgements == sum(record.counted for record in records)


@settings(max_examples=40, deadline=None)
@given(RECORDS)
def test_renaming_contenders_renames_the_board_and_nothing_else(records: list[VoteRecord]) -> None:
    names = dict(zip("abcde", "aedcb", strict=True))
    renamed = [
        replace(record, contender_a=names[record.contender_a], contender_b=names[record.contender_b])
        for record in records
    ]
    before = {names[row.contender]: (row.score, row.low, row.high) for row in rate(records).standings}
    after = {row.contender: (row.score, row.low, row.high) for row in rate(renamed).standings}
    assert before.keys() == after.keys()
    for name, numbers in before.items():
        assert after[name] == pytest.approx(numbers, abs=1e-6)


@settings(max_examples=40, deadline=None)
@given(RECORDS, st.sampled_from("abcde"))
def test_another_anchor_only_shifts_the_scores(records: list[VoteRecord], anchor: str) -> None:
    free, held = rate(records, anchor=""), rate(records, anchor=anchor)
    shifts = [
        one.score - other.score
        for one, other in zip(
            sorted(free.standings, key=lambda row: row.contender),
            sorted(held.standings, key=lambda row: row.contender),
            strict=True,
        )
    ]
    assert shifts == pytest.approx([shifts[0]] * len(shifts) if shifts else [], abs=1e-6)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(["xy", "yz", "xz"]), st.sampled_from(Winner)), min_size=60, max_size=120))
def test_a_second_crowd_that_votes_the_same_halves_the_variance(outcomes: list[tuple[str, Winner]]) -> None:
    once = [vote(pair[0], pair[1], winner, number=number) for number, (pair, winner) in enumerate(outcomes)]
    again = [
        replace(record, id=f"{record.id}+", battle_id=f"{record.battle_id}+", voter=f"{record.voter}+")
        for record in once
    ]
    single, double = rate(once, anchor=""), rate(once + again, anchor="")
    assume(single.notes == () and any(row.wins for row in single.standings))
    small = (len(once) / (len(once) - 1)) / (2 * len(once) / (2 * len(once) - 1))
    for before, after in zip(single.standings, double.standings, strict=True):
        assert after.score == pytest.approx(before.score, abs=1e-6)
        assert (before.high - before.low) ** 2 == pytest.approx(2 * small * (after.high - after.low) ** 2, rel=1e-6)
