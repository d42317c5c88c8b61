"""A direct run's state machine: total, one end, and an end that stays."""

from datetime import UTC, datetime, timedelta
from itertools import product

import pytest

from services.domain.direct_run import DirectRun, RunReport, RunState, RunStep, next_state
from services.domain.execution import ExecutionOutcome
from services.errors import Conflict

NOW = datetime(2026, 1, 1, tzinfo=UTC)
S, E = RunState, RunStep
ALLOWED = {
    (S.QUEUED, E.TAKEN_UP): S.RUNNING,
    (S.QUEUED, E.ENDED): S.ENDED,
    (S.QUEUED, E.CANCEL_ASKED): S.QUEUED,
    (S.RUNNING, E.TAKEN_UP): S.RUNNING,
    (S.RUNNING, E.ENDED): S.ENDED,
    (S.RUNNING, E.CANCEL_ASKED): S.RUNNING,
    (S.ENDED, E.CANCEL_ASKED): S.ENDED,
}
REPORT = RunReport(outcome=ExecutionOutcome.SUCCEEDED)


def run() -> DirectRun:
    return DirectRun(id="r", environment="python", program="p", request_hash="h", created_at=NOW)


@pytest.mark.parametrize(("state", "step"), list(product(RunState, RunStep)))
def test_every_step_in_every_state_is_decided(state: RunState, step: RunStep) -> None:
    if (state, step) in ALLOWED:
        assert next_state(state, step) is ALLOWED[state, step]
    else:
        with pytest.raises(Conflict):
            next_state(state, step)


def test_a_second_attempt_counts_and_keeps_the_first_start() -> None:
    again = run().taken_up(now=NOW).taken_up(now=NOW + timedelta(seconds=9))
    assert (again.state, again.attempts, again.started_at) == (S.RUNNING, 2, NOW)


def test_the_first_end_stays() -> None:
    ended = run().taken_up(now=NOW).ended(REPORT, now=NOW)
    with pytest.raises(Conflict):
        ended.ended(RunReport(outcome=ExecutionOutcome.CANCELLED), now=NOW)
    assert ended.cancel_asked(now=NOW) is ended


def test_the_first_wish_to_cancel_stays() -> None:
    asked = run().cancel_asked(now=NOW)
    assert asked.cancel_asked(now=NOW + timedelta(seconds=1)) is asked
    assert (asked.state, asked.cancel_asked_at) == (S.QUEUED, NOW)


def test_every_outcome_has_a_short_word() -> None:
    words = {outcome.code for outcome in ExecutionOutcome}
    assert words == {"OK", "CE", "RE", "SG", "TLE", "OOM", "OLE", "FE", "XX"}
