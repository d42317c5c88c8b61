"""Battles on the wire."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from services.api.schemas.base import WireModel
from services.api.schemas.side import ProblemOut, SideOut, TurnOut
from services.domain.battle import BattleState
from services.domain.battle_mode import MAX_SYSTEM_PROMPT, MOST_TOKENS, BattleMode, Parameters
from services.domain.direct_run import RunState
from services.domain.judgement import SeatOrder, Source, Winner
from services.domain.side import Side
from services.domain.visibility import BattleView
from services.domain.vote_details import MAX_COMMENT, Aspect

Name = Annotated[str, Field(min_length=1, max_length=200)]


class ConsentIn(WireModel):
    """What whoever starts a battle agrees to; kept for them, so that once is enough."""

    version: str = Field(max_length=40, description="Of the privacy notice at /privacy.")
    training: bool = Field(default=False, description="Whether also to publication for research and training.")


class ParametersIn(WireModel):
    """Settings in the place of the contenders' own; null leaves those."""

    temperature: float | None = Field(None, ge=0, le=2)
    max_tokens: int | None = Field(None, ge=1, le=MOST_TOKENS)
    system_prompt: str = Field("", max_length=MAX_SYSTEM_PROMPT)

    def value(self) -> Parameters:
        """As the domain has it."""
        return Parameters(**self.model_dump())


class NewBattle(WireModel):
    """What starts a battle."""

    prompt: str = Field(min_length=1, description="What the contenders should build; at most 64 KiB as UTF-8.")
    mode: BattleMode = Field(
        BattleMode.BATTLE, description="`battle` is blind; `side_by_side` shows two names, `direct` is a chat with one."
    )
    contenders: Annotated[list[Name], Field(min_length=1, max_length=2)] | None = Field(
        None,
        description="Two names (one for `direct`), if the pair should not be drawn. In a blind battle their seats are "
        "drawn all the same.",
    )
    parameters: ParametersIn | None = Field(None, description="Not for blind battles.")
    record_interactions: bool = Field(
        default=False, description="Your consent to a record of clicks, keys (never text) and scrolling in the answers."
    )
    consent: ConsentIn | None = Field(None, description="Needed before the first prompt of a session or account.")
    judges: Annotated[list[Name], Field(max_length=16)] | None = Field(
        None, description="Automatic judges; all that are configured when left out, none when empty."
    )


class JudgementOut(WireModel):
    """What an automatic judge or the voter said; a null `winner` counts for nothing."""

    source: Source
    judge: str
    order: SeatOrder
    winner: Winner | None
    strength: int
    reason: str


class NewVote(WireModel):
    """A choice."""

    choice: Winner


class NewTurn(WireModel):
    """A follow-up, in the thread of each side's own answers."""

    prompt: str = Field(min_length=1, description="What to ask on; at most 64 KiB as UTF-8.")
    to: Literal["both", "a", "b"] = Field("both", description="A turn to one side keeps the battle off boards.")

    @property
    def side(self) -> Side | None:
        """The side it goes to; None for both."""
        return None if self.to == "both" else Side(self.to)


class NewStop(WireModel):
    """What to stop."""

    side: Side | None = Field(None, description="One side; both when left out.")


class NewVoteDetails(WireModel):
    """What is added to a vote; it takes the place of what was added before."""

    aspects: dict[Aspect, Literal["a", "b", "tie"]] = Field({}, description="Which answer is better in what.")
    comment: str = Field("", max_length=MAX_COMMENT)

    def winners(self) -> dict[Aspect, Winner]:
        """The aspects as values."""
        return {aspect: Winner(choice) for aspect, choice in self.aspects.items()}


class VoteDetailsOut(WireModel):
    """What was added to the vote."""

    aspects: dict[Aspect, Winner]
    comment: str
    updated_at: datetime


class VoteOut(WireModel):
    """A recorded vote."""

    choice: Winner
    created_at: datetime


class ParametersOut(WireModel):
    """Settings in the place of the contenders' own."""

    temperature: float | None
    max_tokens: int | None
    system_prompt: str


class SideRunOut(WireModel):
    """A run that belongs to a side; the rest is at `/api/v1/executions/{id}`."""

    id: str
    state: RunState
    environment: str


class BattleOut(WireModel):
    """A battle as a voter may see it now.

    `pair_chosen` is true when whoever started the battle named the contenders and so may know who answers.
    """

    id: str
    state: BattleState
    mode: BattleMode
    parameters: ParametersOut | None
    prompt: str
    open_to_vote: bool
    revealed: bool
    pair_chosen: bool
    sides: dict[Side, SideOut]
    judgements: list[JudgementOut]
    vote: VoteOut | None
    problem: ProblemOut | None
    created_at: datetime
    finished_at: datetime | None
    turns: list[TurnOut] = Field(description="All turns, oldest first; `prompt` is the last one's, `sides` the latest.")
    can: dict[str, str] = Field(description='What can be done now: "", or the reason why not.')
    runs: dict[Side, SideRunOut] = Field(description="The latest run of a given program in the place of a side's own.")
    vote_details: VoteDetailsOut | None

    @classmethod
    def of(cls, view: BattleView) -> "BattleOut":
        """From the view."""
        plain = (
            "id",
            "state",
            "mode",
            "prompt",
            "open_to_vote",
            "revealed",
            "pair_chosen",
            "created_at",
            "finished_at",
        )
        return cls(
            **{name: getattr(view, name) for name in plain},
            sides={side: SideOut.of(shown) for side, shown in view.sides.items()},
            judgements=[JudgementOut.model_validate(judgement) for judgement in view.judgements],
            vote=VoteOut.model_validate(view.vote) if view.vote else None,
            problem=ProblemOut.model_validate(view.problem) if view.problem else None,
            parameters=ParametersOut.model_validate(view.parameters) if view.parameters else None,
            turns=[TurnOut.of(turn) for turn in view.turns],
            can=dict(view.can),
            runs={side: SideRunOut.model_validate(run) for side, run in view.runs.items()},
            vote_details=VoteDetailsOut.model_validate(view.vote_details) if view.vote_details else None,
        )
