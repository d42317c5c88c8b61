"""Whatever happened in a battle: before its vote a voter's view tells nothing of who is in it, and afterwards all."""

from dataclasses import replace
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from services.api.schemas.battle import BattleOut
from services.domain.answer import Answer, SidePhase, Usage
from services.domain.battle import CHOSEN_POLICY, Battle, BattleState, Turn
from services.domain.battle_mark import BattleMark
from services.domain.battle_mode import BattleMode
from services.domain.events import (
    DeltaEvent,
    DoneEvent,
    ExecutionEvent,
    JudgementEvent,
    LogEvent,
    PhaseEvent,
    ProblemEvent,
)
from services.domain.judgement import Judgement, SeatOrder, Source, Winner
from services.domain.problem import Problem
from services.domain.reveal import Reveal
from services.domain.side import Side
from services.domain.visibility import Round, Viewer, battle_view, visible_event

NOW = datetime(2026, 1, 1, tzinfo=UTC)
SECRETS = ("secretname-one", "secretname-two")
OPEN = (BattleState.RUNNING, BattleState.JUDGING, BattleState.COMPLETE)
WORDS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20)
TELLS = st.builds("{} {} of secretorg".format, WORDS, st.sampled_from(SECRETS))
"""What a provider may say when it fails: it knows who it is."""
PROBLEMS = st.none() | st.builds(Problem, code=st.just("endpoint_error"), message=TELLS, hint=TELLS)
TIMES = st.none() | st.floats(0, 1e4)


@st.composite
def rounds(draw: st.DrawFn) -> list[Round]:
    found = []
    for index in range(draw(st.integers(1, 3))):
        sides = draw(st.sampled_from([tuple(Side), (Side.A,), (Side.B,)])) if index else tuple(Side)
        answers = {
            side: Answer(
                id=f"{index}{side}",
                battle_id="b",
                turn_id=f"t{index}",
                side=side,
                contender=SECRETS[side is Side.B],
                phase=draw(st.sampled_from(SidePhase)),
                text=draw(WORDS),
                usage=Usage(prompt_tokens=draw(st.none() | st.integers(70_000, 80_000)), completion_tokens=98_765),
                first_token_seconds=draw(TIMES),
                wall_seconds=draw(TIMES),
                problem=draw(PROBLEMS),
            )
            for side in sides
        }
        turn = Turn(id=f"t{index}", battle_id="b", index=index, prompt=draw(WORDS), created_at=NOW)
        found.append(Round(turn=turn, answers=answers, snippets={}, executions={}))
    return found


@st.composite
def battles(draw: st.DrawFn, *, states: tuple[BattleState, ...]) -> Battle:
    return Battle(
        id="b",
        state=draw(st.sampled_from(states)),
        contender_a=SECRETS[0],
        contender_b=SECRETS[1],
        policy=draw(st.sampled_from(["uniform", CHOSEN_POLICY])),
        policy_version="1",
        pair_probability=0.5,
        judges=("llm",),
        created_at=NOW,
        marks=tuple(draw(st.sets(st.sampled_from(BattleMark)))),
    )


JUDGEMENTS = st.lists(
    st.builds(
        Judgement,
        id=WORDS,
        battle_id=st.just("b"),
        turn_id=st.just("t0"),
        source=st.sampled_from(Source),
        judge=st.just("secretjudge"),
        order=st.sampled_from(SeatOrder),
        winner=st.none() | st.sampled_from(Winner),
        strength=st.just(1),
        reason=TELLS,
        raw=TELLS,
        prompt_hash=st.just(""),
        usage=st.just(Usage()),
        wall_seconds=TIMES,
        created_at=st.just(NOW),
    ),
    max_size=3,
)
EVENTS: st.SearchStrategy[LogEvent] = st.one_of(
    st.builds(DeltaEvent, side=st.sampled_from(Side), offset=st.integers(0, 99), text=WORDS),
    st.builds(PhaseEvent, side=st.sampled_from(Side), phase=st.sampled_from(SidePhase), detail=WORDS),
    st.builds(ExecutionEvent, side=st.sampled_from(Side), stream=st.just("stdout"), text=WORDS),
    st.builds(
        JudgementEvent,
        source=st.just("llm"),
        judge=st.just("secretjudge"),
        order=st.just("ab"),
        winner=st.none() | st.just("a"),
        reason=TELLS,
    ),
    st.builds(ProblemEvent, side=st.none() | st.sampled_from(Side), code=st.just("endpoint_error"), message=TELLS),
    st.builds(DoneEvent, state=st.sampled_from(BattleState)),
)


def told(battle: Battle, found: list[Round], judgements: list[Judgement]) -> str:
    """Everything that goes over the wire."""
    view = battle_view(
        battle,
        found,
        judgements=judgements,
        vote=None,
        viewer=Viewer.VOTER,
        reveal=lambda name: Reveal(organisation=f"secretorg of {name}", licence="secretlicence"),
    )
    return BattleOut.of(view).model_dump_json()


@given(battles(states=OPEN), rounds(), JUDGEMENTS)
def test_before_the_vote_nothing_is_told(battle: Battle, found: list[Round], judgements: list[Judgement]) -> None:
    said = told(battle, found, judgements)
    assert "secret" not in said
    assert "98765" not in said, "tokens tell the model"
    assert '"wall_seconds":null' in said
    assert '"judgements":[]' in said


@given(battles(states=OPEN), EVENTS)
def test_no_event_tells_it_either(battle: Battle, event: LogEvent) -> None:
    shown = visible_event(event, battle, Viewer.VOTER)
    assert shown is None or "secret" not in shown.model_dump_json()
    assert shown is not None or isinstance(event, JudgementEvent)


@given(battles(states=(BattleState.VOTED, BattleState.VOID)), rounds(), JUDGEMENTS)
def test_afterwards_everything_is_told(battle: Battle, found: list[Round], judgements: list[Judgement]) -> None:
    said = told(battle, found, judgements)
    assert all(name in said for name in SECRETS)
    assert "secretlicence" in said
    assert said.count("secretjudge") == len(judgements)


@given(battles(states=OPEN), rounds())
def test_where_names_were_never_hidden_they_are_shown_at_once(battle: Battle, found: list[Round]) -> None:
    assert SECRETS[0] in told(replace(battle, mode=BattleMode.SIDE_BY_SIDE), found, [])
