"""What a viewer may see before and after the reveal: the only place that blinds names.

Before the reveal a voter sees sides, text, code and what happened when it ran; never who answered, how long
they took, how many tokens it cost, or what the automatic judges said.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from services.domain.answer import Answer, SidePhase, Usage
from services.domain.battle import Battle, BattleState, Turn
from services.domain.direct_run import DirectRun
from services.domain.events import JudgementEvent, LogEvent, ProblemEvent
from services.domain.execution import Execution
from services.domain.judgement import Judgement
from services.domain.possible import possible
from services.domain.problem import Problem
from services.domain.reveal import Reveal
from services.domain.side import Side
from services.domain.snippet import Snippet
from services.domain.vote import Vote
from services.domain.vote_details import VoteDetails

HIDDEN = ""


class Viewer(StrEnum):
    """Who looks: someone who may vote, or an operator of the arena."""

    VOTER = "voter"
    OPERATOR = "operator"


@dataclass(frozen=True, kw_only=True)
class SideView:
    """One side of the latest turn; `contender` is empty, and `reveal` None, until they may be seen."""

    side: Side
    contender: str
    phase: SidePhase
    answer: Answer
    snippet: Snippet | None
    execution: Execution | None
    reveal: Reveal | None = None


@dataclass(frozen=True, kw_only=True)
class BattleView:
    """A battle as one viewer may see it; `pair_chosen` tells that whoever started it named the contenders.

    `can` says what can be done now ("" or why not), `runs` are the latest runs of given programs, `vote_details` what
    the voter added.
    """

    id: str
    state: BattleState
    prompt: str
    open_to_vote: bool
    revealed: bool
    pair_chosen: bool
    sides: Mapping[Side, SideView]
    judgements: Sequence[Judgement]
    vote: Vote | None
    problem: Problem | None
    created_at: datetime
    finished_at: datetime | None
    can: Mapping[str, str] = field(default_factory=dict)
    runs: Mapping[Side, DirectRun] = field(default_factory=dict)
    vote_details: VoteDetails | None = None


def revealed(battle: Battle, viewer: Viewer) -> bool:
    """Whether `viewer` may know who answered: an operator always, a voter once nothing can be voted on any more."""
    return viewer is Viewer.OPERATOR or battle.state in (BattleState.VOTED, BattleState.VOID)


def may_see_event(event: LogEvent, battle: Battle, viewer: Viewer) -> bool:
    """Whether `viewer` may receive `event` now."""
    return revealed(battle, viewer) or not isinstance(event, JudgementEvent)


def visible_event(event: LogEvent, battle: Battle, viewer: Viewer) -> LogEvent | None:
    """The event as `viewer` may receive it now, or None; a problem's text may name who failed, so it is neutral."""
    if not may_see_event(event, battle, viewer):
        return None
    if isinstance(event, ProblemEvent) and not revealed(battle, viewer):
        return ProblemEvent(side=event.side, code="problem", message="Something failed.")
    return event


def _blind_answer(answer: Answer) -> Answer:
    problem = replace(answer.problem, message="The provider failed.", hint="") if answer.problem else None
    return replace(
        answer, contender=HIDDEN, usage=Usage(), first_token_seconds=None, wall_seconds=None, problem=problem
    )


def battle_view(
    battle: Battle,
    turn: Turn,
    answers: Mapping[Side, Answer],
    *,
    snippets: Mapping[Side, Snippet | None],
    executions: Mapping[Side, Execution | None],
    judgements: Sequence[Judgement],
    vote: Vote | None,
    viewer: Viewer,
    runs: Mapping[Side, DirectRun] | None = None,
    vote_details: VoteDetails | None = None,
    reveal: Callable[[str], Reveal] | None = None,
) -> BattleView:
    """The battle with everything removed that `viewer` may not see yet; `reveal` is asked only for names they may."""
    open_names = revealed(battle, viewer)
    shown = {side: answer if open_names else _blind_answer(answer) for side, answer in answers.items()}
    return BattleView(
        id=battle.id,
        state=battle.state,
        prompt=turn.prompt,
        open_to_vote=battle.state.open_to_vote,
        revealed=open_names,
        pair_chosen=not battle.blind,
        sides={
            side: SideView(
                side=side,
                contender=answer.contender,
                phase=answer.phase,
                answer=answer,
                snippet=snippets.get(side),
                execution=executions.get(side),
                reveal=reveal(answer.contender) if open_names and reveal is not None else None,
            )
            for side, answer in shown.items()
        },
        judgements=tuple(judgements) if open_names else (),
        vote=vote,
        problem=battle.problem,
        created_at=battle.created_at,
        finished_at=battle.finished_at,
        can=possible(battle, has_program=any(snippet is not None and snippet.files for snippet in snippets.values())),
        runs=runs or {},
        vote_details=vote_details,
    )
