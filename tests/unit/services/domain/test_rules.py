"""Prompts, labels, back-off and the words shared with the sandbox library."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandboxes.result import Outcome
from services.domain.events import DeltaEvent, event_from_json
from services.domain.execution import ExecutionOutcome, spoken_time
from services.domain.judgement import Label, SeatOrder, Winner, normalise
from services.domain.prompt import MAX_PROMPT_BYTES, check_prompt
from services.domain.side import Side
from services.domain.work import retry_delay_seconds
from services.errors import InvalidRequest


def test_outcomes_are_the_sandbox_librarys_words() -> None:
    assert [item.value for item in ExecutionOutcome] == [item.value for item in Outcome]


@pytest.mark.parametrize("text", ["", " \n\t ", "a\x00b", "\ud800", "x" * (MAX_PROMPT_BYTES + 1), "x" * 1_048_576])
def test_bad_prompts_are_refused_with_a_hint(text: str) -> None:
    with pytest.raises(InvalidRequest) as caught:
        check_prompt(text)
    assert caught.value.hint


def test_a_prompt_at_the_limit_is_taken_and_trimmed() -> None:
    assert check_prompt("  " + "x" * MAX_PROMPT_BYTES + "\n") == "x" * MAX_PROMPT_BYTES


@given(st.sampled_from(Label))
def test_exchanging_seats_and_label_is_the_same_judgement(label: Label) -> None:
    mirrored = Label({"A>>B": "B>>A", "A>B": "B>A", "A=B": "A=B", "B>A": "A>B", "B>>A": "A>>B"}[label])
    assert normalise(label, SeatOrder.AB) == normalise(mirrored, SeatOrder.BA)


def test_strong_labels_have_strength_two() -> None:
    assert normalise(Label.A_MUCH_BETTER, SeatOrder.BA) == (Winner.B, 2)
    assert normalise(Label.TIE, SeatOrder.BA) == (Winner.TIE, 1)


def test_back_off_doubles_up_to_a_limit() -> None:
    assert [retry_delay_seconds(n) for n in range(7)] == [1, 2, 4, 8, 15, 15, 15]


@given(st.text(), st.integers(0, 10**6))
def test_events_survive_the_wire(text: str, offset: int) -> None:
    clean = text.encode("utf-8", "replace").decode()
    event = DeltaEvent(side=Side.B, offset=offset, text=clean)
    assert event_from_json(event.model_dump_json()) == event


@pytest.mark.parametrize(
    ("seconds", "text"), [(0.0, "0 ms"), (0.0026, "3 ms"), (0.0994, "99 ms"), (0.12, "0.12 s"), (75.267, "75.27 s")]
)
def test_a_short_time_is_not_shown_as_none(seconds: float, text: str) -> None:
    assert spoken_time(seconds) == text
