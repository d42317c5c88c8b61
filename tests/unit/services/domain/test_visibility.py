"""Before the reveal nothing a voter gets holds a contender's name."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.domain.answer import Answer, SidePhase, Usage
from services.domain.battle import Battle, BattleState, Turn
from services.domain.events import DoneEvent, JudgementEvent
from services.domain.judgement import Judgement, SeatOrder, Source, Winner
from services.domain.problem import Problem
from services.domain.side import Side
from services.domain.visibility import BattleView, Round, Viewer, battle_view, may_see_event

NOW = datetime(2026, 1, 1, tzinfo=UTC)
NAMES = {Side.A: "secret-alpha", Side.B: "secret-beta"}


def make_battle(state: BattleState) -> Battle:
    return Battle(
        id="b",
        state=state,
        contender_a=NAMES[Side.A],
        contender_b=NAMES[Side.B],
        policy="uniform",
        policy_version="1",
        pair_probability=1.0,
        judges=("llm",),
        created_at=NOW,
    )


def view(state: BattleState, viewer: Viewer) -> BattleView:
    answers = {
        side: Answer(
            id=side,
            battle_id="b",
            turn_id="t",
            side=side,
            contender=NAMES[side],
            phase=SidePhase.FINISHED,
            text="print(1)",
            usage=Usage(prompt_tokens=1, completion_tokens=99),
            wall_seconds=3.25,
            problem=Problem(code="endpoint_error", message=f"{NAMES[side]} said no"),
        )
        for side in Side
    }
    judgement = Judgement(
        id="j",
        battle_id="b",
        turn_id="t",
        source=Source.LLM,
        judge="llm",
        order=SeatOrder.AB,
        winner=Winner.A,
        strength=1,
        reason="",
        raw="",
        prompt_hash="",
        usage=Usage(),
        wall_seconds=None,
        created_at=NOW,
    )
    turn = Turn(id="t", battle_id="b", index=0, prompt="p", created_at=NOW)
    return battle_view(
        make_battle(state),
        [Round(turn=turn, answers=answers, snippets={}, executions={})],
        judgements=[judgement],
        vote=None,
        viewer=viewer,
    )


@given(st.sampled_from([BattleState.RUNNING, BattleState.JUDGING, BattleState.COMPLETE]))
def test_a_voter_sees_no_name_cost_time_or_verdict_before_the_vote(state: BattleState) -> None:
    shown = view(state, Viewer.VOTER)
    assert "secret" not in repr(shown)
    assert not shown.judgements
    assert all(side.answer.wall_seconds is None for side in shown.sides.values())
    assert all(side.answer.usage == Usage() for side in shown.sides.values())
    assert all(side.answer.text == "print(1)" for side in shown.sides.values())


@pytest.mark.parametrize(
    ("state", "viewer"),
    [(BattleState.VOTED, Viewer.VOTER), (BattleState.VOID, Viewer.VOTER), (BattleState.RUNNING, Viewer.OPERATOR)],
)
def test_names_are_shown_after_the_vote_and_to_operators(state: BattleState, viewer: Viewer) -> None:
    shown = view(state, viewer)
    assert {side: part.contender for side, part in shown.sides.items()} == NAMES
    assert len(shown.judgements) == 1


def test_judgements_are_kept_from_voters_until_they_voted() -> None:
    event = JudgementEvent(source="llm", judge="llm", order="ab", winner="a")
    assert not may_see_event(event, make_battle(BattleState.COMPLETE), Viewer.VOTER)
    assert may_see_event(event, make_battle(BattleState.VOTED), Viewer.VOTER)
    assert may_see_event(DoneEvent(state=BattleState.COMPLETE), make_battle(BattleState.COMPLETE), Viewer.VOTER)
