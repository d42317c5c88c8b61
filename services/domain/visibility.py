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
from services.domain.battle_mode import BattleMode, Parameters
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
class Round:
    """A turn and what its sides made of it, by side; a turn to one side has one."""

    turn: Turn
    answers: Mapping[Side, Answer]
    snippets: Mapping[Side, Snippet | None]
    executions: Mapping[Side, Execution | None]


@dataclass(frozen=True, kw_only=True)
class TurnView:
    """One turn as a viewer may see it; `to` is `both`, `a` or `b`."""

    index: int
    prompt: str
    to: str
    sides: Mapping[Side, SideView]


@dataclass(frozen=True, kw_only=True)
class BattleView:
    """A battle as one viewer may see it; `pair_chosen` tells that whoever started it named the contenders.

    `prompt` is the latest turn's, `sides` hold the latest answer of each, `turns` all of them, oldest first. `can` says
    what can be done now ("" or why not), `runs` are the latest runs of given programs, `vote_details` what the voter
    added.
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
    mode: BattleMode = BattleMode.BATTLE
    parameters: Parameters | None = None
    turns: Sequence[TurnView] = ()
    can: Mapping[str, str] = field(default_factory=dict)
    runs: Mapping[Side, DirectRun] = field(default_factory=dict)
    vote_details: VoteDetails | None = None


def revealed(battle: Battle, viewer: Viewer) -> bool:
    """Whether `viewer` may know who answered: an operator always, a voter once nothing can be voted on any more, and
    where the names were never hidden."""
    over = battle.state in (BattleState.VOTED, BattleState.VOID)
    return viewer is Viewer.OPERATOR or over or battle.mode is not BattleMode.BATTLE


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
    rounds: Sequence[Round],
    *,
    judgements: Sequence[Judgement],
    vote: Vote | None,
    viewer: Viewer,
    runs: Mapping[Side, DirectRun] | None = None,
    vote_details: VoteDetails | None = None,
    reveal: Callable[[str], Reveal] | None = None,
) -> BattleView:
    """The battle with everything removed that `viewer` may not see yet; `rounds` are all its turns, oldest first.

    `reveal` is asked only for names they may see.
    """
    open_names = revealed(battle, viewer)
    turns = tuple(_turn_view(found, battle, reveal, open_names=open_names) for found in rounds)
    sides = {side: view for turn in turns for side, view in turn.sides.items()}
    programs = [view.snippet for view in sides.values() if view.snippet is not None and view.snippet.files]
    return BattleView(
        id=battle.id,
        state=battle.state,
        prompt=rounds[-1].turn.prompt,
        mode=battle.mode,
        parameters=battle.parameters,
        open_to_vote=battle.open_to_vote,
        revealed=open_names,
        pair_chosen=not battle.blind,
        sides={side: sides[side] for side in Side if side in sides},
        judgements=tuple(judgements) if open_names else (),
        vote=vote,
        problem=battle.problem,
        created_at=battle.created_at,
        finished_at=battle.finished_at,
        turns=turns,
        can=possible(battle, has_program=bool(programs), turns=len(turns)),
        runs=runs or {},
        vote_details=vote_details,
    )


def _turn_view(found: Round, battle: Battle, reveal: Callable[[str], Reveal] | None, *, open_names: bool) -> TurnView:
    answers = {side: answer if open_names else _blind_answer(answer) for side, answer in found.answers.items()}
    both = len(answers) == len([side for side in Side if battle.contender(side)])
    return TurnView(
        index=found.turn.index,
        prompt=found.turn.prompt,
        to="both" if both else next(iter(answers)).value,
        sides={
            side: SideView(
                side=side,
                contender=answer.contender,
                phase=answer.phase,
                answer=answer,
                snippet=found.snippets.get(side),
                execution=found.executions.get(side),
                reveal=reveal(answer.contender) if open_names and reveal is not None else None,
            )
            for side, answer in answers.items()
        },
    )
