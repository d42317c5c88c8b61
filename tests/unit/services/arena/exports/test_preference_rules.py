"""What all judgements of a battle say together, and which rules an export can have."""

from typing import Any

import pytest

from services.arena.exports.preferences.outcome import outcome_of
from services.arena.exports.preferences.rules import PreferenceRules, splits_of
from services.domain.judgement import Source, Winner
from services.domain.side import Side
from services.domain.vote_record import Flag, FlagCode
from services.errors import InvalidRequest
from tests.fixtures.records import vote

JUDGE: dict[str, Any] = {"source": Source.LLM}


def test_one_vote_is_the_outcome() -> None:
    outcome = outcome_of([vote("ana", "ben", Winner.B)])
    assert outcome is not None
    assert (outcome.preferred, outcome.margin, outcome.confidence, outcome.judgements) == (Side.B, 1, 1, 1)


def test_a_judge_that_follows_the_seats_prefers_nobody() -> None:
    outcome = outcome_of([vote("ana", "ben", Winner.A, **JUDGE), vote("ana", "ben", Winner.B, number=1, **JUDGE)])
    assert outcome is not None
    assert (outcome.preferred, outcome.both_bad, outcome.margin, outcome.confidence) == (None, False, 0, 0)


def test_strong_labels_widen_the_margin_and_ties_lower_the_confidence() -> None:
    outcome = outcome_of(
        [vote("ana", "ben", Winner.A, strength=2, **JUDGE), vote("ana", "ben", Winner.TIE, number=1, **JUDGE)]
    )
    assert outcome is not None
    assert (outcome.preferred, outcome.margin, outcome.confidence) == (Side.A, 1, 0.5)


def test_a_lowered_vote_counts_less_and_one_kept_out_not_at_all() -> None:
    lowered = vote("ana", "ben", Winner.A, flags=(Flag(code=FlagCode.TOO_FAST, reason="fast", factor=0.25),))
    out = vote("ana", "ben", Winner.A, flags=(Flag(code=FlagCode.BURST, reason="burst", factor=0),), number=2)
    outcome = outcome_of([lowered, vote("ana", "ben", Winner.B, number=1), out])
    assert outcome is not None
    assert outcome.preferred is Side.B
    assert outcome.margin == pytest.approx(0.6)
    assert (outcome.judgements, outcome.weight) == (2, 0.625)
    assert outcome_of([out]) is None


def test_both_bad_is_told_from_a_tie() -> None:
    outcome = outcome_of([vote("ana", "ben", Winner.BOTH_BAD)])
    assert outcome is not None
    assert (outcome.preferred, outcome.both_bad) == (None, True)


@pytest.mark.parametrize(
    "words", [["train"], ["train=x"], ["train=0.5", "train=0.5"], ["train=0.5"], ["train=1.5", "test=-0.5"], ["../x=1"]]
)
def test_splits_that_are_none_are_refused(words: list[str]) -> None:
    with pytest.raises(InvalidRequest) as error:
        PreferenceRules(splits=splits_of(words))
    assert "--split" in error.value.hint


def test_a_confidence_outside_its_range_is_refused() -> None:
    with pytest.raises(InvalidRequest, match="between 0 and 1"):
        PreferenceRules(confidence=1.5)
