"""The battle's state machine: total, and true under any sequence of events."""

from datetime import UTC, datetime
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.domain.battle import Battle, BattleEventKind, BattleState, next_state
from services.errors import Conflict

NOW = datetime(2026, 1, 1, tzinfo=UTC)
S, E = BattleState, BattleEventKind
ALLOWED = {
    (S.RUNNING, E.SIDES_FINISHED_TO_JUDGE): S.JUDGING,
    (S.RUNNING, E.SIDES_FINISHED): S.COMPLETE,
    (S.RUNNING, E.SIDE_FAILED): S.VOID,
    (S.JUDGING, E.JUDGES_DONE): S.COMPLETE,
    (S.JUDGING, E.VOTED): S.VOTED,
    (S.COMPLETE, E.VOTED): S.VOTED,
    (S.VOTED, E.JUDGES_DONE): S.VOTED,
    (S.VOID, E.SIDE_FAILED): S.VOID,
    (S.COMPLETE, E.TURN_BEGAN): S.RUNNING,
    (S.VOID, E.RETRIED): S.RUNNING,
}


def battle(state: BattleState = S.RUNNING) -> Battle:
    return Battle(
        id="b",
        state=state,
        contender_a="x",
        contender_b="y",
        policy="uniform",
        policy_version="1",
        pair_probability=1.0,
        judges=(),
        created_at=NOW,
    )


@pytest.mark.parametrize(("state", "event"), list(product(BattleState, BattleEventKind)))
def test_every_pair_of_state_and_event_is_decided(state: BattleState, event: BattleEventKind) -> None:
    if (state, event) in ALLOWED:
        assert next_state(state, event) is ALLOWED[state, event]
    else:
        with pytest.raises(Conflict, match=str(event)):
            next_state(state, event)


@given(st.lists(st.sampled_from(BattleEventKind), max_size=12))
def test_what_is_voted_on_stays_so_and_only_what_is_over_has_an_end(events: list[BattleEventKind]) -> None:
    current = battle()
    for event in events:
        before = current
        try:
            current = current.after(event, now=NOW)
        except Conflict:
            assert current == before
        if before.state is S.VOTED:
            assert current.state is S.VOTED
        if before.state is S.VOID and event is not E.RETRIED:
            assert current.state is S.VOID
        assert current.opened_at is None or current.state is not S.RUNNING
        assert (current.finished_at is not None) == current.state.terminal
