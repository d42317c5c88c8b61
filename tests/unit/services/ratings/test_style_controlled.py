"""Style-controlled boards: a planted taste for long answers is found, taken out, and said so."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pytest

from services.domain.judgement import SeatOrder, Source, Winner
from services.domain.rating import BoardSlice
from services.domain.side import Side
from services.domain.vote_record import SideFacts, VoteRecord
from services.ratings.bradley_terry import POINTS_PER_LOGIT
from services.ratings.estimates import CONTROLLED
from services.ratings.features import relative
from services.ratings.standings import board_of
from tests.fixtures.records import NOW, swapped, vote, votes

STYLE = BoardSlice(style_controlled=True)
THETA = np.array([0.6, 0.2, -0.2, -0.6])
LENGTH = np.array([100.0, 100.0, 100.0, 400.0])
"""The worst contender writes most."""


def looking(length: float, **more: float) -> SideFacts:
    return SideFacts(style=dict.fromkeys(CONTROLLED, 0.0) | {"prose_tokens": length} | more)


def taste_for_length(rng: np.random.Generator, *, battles: int, effect: float) -> list[VoteRecord]:
    """Voters add `effect` logits per unit of (a - b) / (a + b) of the length."""
    found = []
    for number in range(battles):
        a, b = rng.choice(4, 2, replace=False)
        long_a, long_b = LENGTH[[a, b]] * rng.lognormal(0.0, 0.4, 2)
        logit = THETA[a] - THETA[b] + effect * (long_a - long_b) / (long_a + long_b)
        winner = Winner.A if rng.random() < 1 / (1 + np.exp(-logit)) else Winner.B
        cast = vote(f"m{a}", f"m{b}", winner, number=number, voter=f"v{number % 500}")
        found.append(replace(cast, side_a=looking(long_a), side_b=looking(long_b)))
    return found


def scores(records: list[VoteRecord], part: BoardSlice | None = None) -> Mapping[str, float]:
    board = board_of(records, source=Source.HUMAN, seed=1, computed_at=NOW, slice=part)
    return {row.contender: row.score for row in board.standings}


RECORDS = taste_for_length(np.random.default_rng(41), battles=4000, effect=1.5)
TRUTH = 1000 + POINTS_PER_LOGIT * THETA


def test_a_planted_taste_is_found_and_taken_out() -> None:
    board = board_of(RECORDS, source=Source.HUMAN, seed=1, computed_at=NOW, slice=STYLE)
    (effect,) = board.style_effects
    assert effect.feature == "prose_tokens"
    lengths = [[record.facts(side).style["prose_tokens"] for record in RECORDS] for side in Side]
    planted = 1.5 * float(np.sqrt((relative(*map(np.array, lengths)) ** 2).mean()))
    assert abs(effect.value - planted) < 2 * (effect.high - effect.low) / 3.92
    assert effect.inflation < 10
    for row, truth in zip(sorted(board.standings, key=lambda row: row.contender), TRUTH, strict=True):
        assert abs(row.score - truth) < 2.5 * (row.high - row.low) / 3.92
    assert "style held equal with penalty 1" in board.method
    assert abs(scores(RECORDS)["m3"] - TRUTH[3]) > 60


def test_the_change_is_told_in_points() -> None:
    without = scores(RECORDS)
    board = board_of(RECORDS, source=Source.HUMAN, seed=1, computed_at=NOW, slice=STYLE)
    for row in board.standings:
        assert row.style_change == pytest.approx(row.score - without[row.contender], abs=1e-5)
    anchored = board_of(RECORDS, source=Source.HUMAN, seed=1, computed_at=NOW, slice=STYLE, anchor="m0")
    assert {row.contender: row.style_change for row in anchored.standings}["m0"] == pytest.approx(0, abs=1e-9)


def test_seats_and_order_change_nothing() -> None:
    some = RECORDS[:600]
    turned = [swapped(record) if i % 2 else record for i, record in enumerate(reversed(some))]
    boards = [board_of(part, source=Source.HUMAN, seed=1, computed_at=NOW, slice=STYLE) for part in (some, turned)]
    assert boards[0] == boards[1]


def test_the_hash_covers_the_features() -> None:
    some = RECORDS[:60]
    other = [replace(some[0], side_a=looking(7.0)), *some[1:]]
    hashes = {
        board_of(part, source=Source.HUMAN, seed=1, computed_at=NOW, slice=STYLE).data_hash for part in (some, other)
    }
    assert len(hashes) == 2
    assert board_of(some, source=Source.HUMAN, seed=1, computed_at=NOW).data_hash not in hashes


def test_features_that_repeat_each_other_share_their_effect() -> None:
    twins = [
        replace(
            record,
            side_a=looking(record.side_a.style["prose_tokens"], code_tokens=record.side_a.style["prose_tokens"]),
            side_b=looking(record.side_b.style["prose_tokens"], code_tokens=record.side_b.style["prose_tokens"]),
        )
        for record in RECORDS
    ]
    board = board_of(twins, source=Source.HUMAN, seed=1, computed_at=NOW, slice=STYLE)
    code, prose = board.style_effects
    assert code.value == pytest.approx(prose.value)
    one = scores(RECORDS, STYLE)
    assert scores(twins, STYLE) == pytest.approx(one, abs=1.0)


def test_answers_whose_style_is_not_known_are_left_out_and_counted() -> None:
    blank = [replace(record, id=f"{record.id}+", side_b=SideFacts()) for record in RECORDS[:9]]
    board = board_of([*RECORDS, *blank], source=Source.HUMAN, seed=1, computed_at=NOW, slice=STYLE)
    assert any(note.startswith("9 judgement(s) of answers") for note in board.notes)
    assert board.judgements == len(RECORDS)


def test_too_few_battles_give_no_scores() -> None:
    board = board_of(RECORDS[:29], source=Source.HUMAN, seed=1, computed_at=NOW, slice=STYLE)
    assert (board.standings, board.judgements) == ((), 0)
    assert any("from 30 battles on" in note for note in board.notes)


def test_an_undefeated_contender_does_not_break_style_control() -> None:
    lone = [replace(record, side_a=looking(50.0), side_b=looking(90.0)) for record in votes("new", "m0", "a" * 9)]
    board = board_of([*RECORDS[:400], *lone], source=Source.HUMAN, seed=1, computed_at=NOW, slice=STYLE)
    assert any("Intervals leave out" in note for note in board.notes)
    assert board.standings[0].score < 4000


def test_automatic_judges_have_controlled_boards_too() -> None:
    judged = [
        replace(record, source=Source.LLM, voter="", prompt_key=f"k{i % 60}", order=SeatOrder.BA)
        for i, record in enumerate(RECORDS)
    ]
    board = board_of(judged, source=Source.LLM, seed=1, computed_at=NOW, slice=STYLE)
    assert (board.clusters, len(board.style_effects)) == (60, 1)
