"""Properties of boards over arbitrary arenas."""

import math
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.domain.judgement import Source, Winner
from services.domain.rating import Board
from services.ratings.standings import Comparison, board

ROWS = st.lists(
    st.builds(
        Comparison,
        contender_a=st.sampled_from("abcde"),
        contender_b=st.sampled_from("abcde"),
        winner=st.sampled_from(Winner),
        cluster=st.integers(0, 50).map(str),
    ),
    max_size=80,
)


def rate(rows: list[Comparison]) -> Board:
    return board(
        rows, source=Source.HUMAN, anchor="a", seed=3, computed_at=datetime(2026, 1, 1, tzinfo=UTC), null_judgements=0
    )


@settings(max_examples=60, deadline=None)
@given(ROWS, st.randoms(use_true_random=False))
def test_boards_are_finite_ordered_and_independent_of_row_order(rows: list[Comparison], rng: object) -> None:
    found = rate(rows)
    shuffled = list(rows)
    rng.shuffle(shuffled)  # type: ignore[attr-defined]
    assert rate(shuffled) == found
    for row in found.standings:
        assert math.isfinite(row.low)
        assert row.low <= row.score <= row.high < math.inf
        assert 1 <= row.rank_low <= row.rank <= row.rank_high <= len(found.standings)
        assert row.judgements == row.wins + row.losses + row.ties + row.both_bad > 0
    assert sum(row.wins for row in found.standings) == sum(row.losses for row in found.standings)


@settings(max_examples=40, deadline=None)
@given(ROWS)
def test_renaming_contenders_renames_the_board_and_nothing_else(rows: list[Comparison]) -> None:
    names = dict(zip("abcde", "aedcb", strict=True))
    renamed = [
        Comparison(
            contender_a=names[row.contender_a],
            contender_b=names[row.contender_b],
            winner=row.winner,
            cluster=row.cluster,
        )
        for row in rows
    ]
    before = {names[row.contender]: (row.score, row.low, row.high) for row in rate(rows).standings}
    after = {row.contender: (row.score, row.low, row.high) for row in rate(renamed).standings}
    assert before.keys() == after.keys()
    for name, numbers in before.items():
        assert after[name] == pytest.approx(numbers, abs=1e-6)
