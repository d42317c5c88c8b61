"""Battles on the wire."""

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import Field

from services.api.schemas.base import WireModel
from services.domain.answer import Answer, SidePhase
from services.domain.battle import BattleState
from services.domain.direct_run import RunState
from services.domain.execution import CapturedStream, Execution, ExecutionOutcome
from services.domain.judgement import SeatOrder, Source, Winner
from services.domain.side import Side
from services.domain.snippet import Snippet
from services.domain.visibility import BattleView, SideView, TurnView
from services.domain.vote_details import MAX_COMMENT, Aspect

Name = Annotated[str, Field(min_length=1, max_length=200)]


class ConsentIn(WireModel):
    """What whoever starts a battle agrees to; kept for them, so that once is enough."""

    version: str = Field(max_length=40, description="Of the privacy notice at /privacy.")
    training: bool = Field(default=False, description="Whether also to publication for research and training.")


class NewBattle(WireModel):
    """What starts a battle."""

    prompt: str = Field(min_length=1, description="What the contenders should build; at most 64 KiB as UTF-8.")
    contenders: Annotated[list[Name], Field(min_length=2, max_length=2)] | None = Field(
        None, description="Two names, if the pair should not be drawn. Their seats are drawn all the same."
    )
    record_interactions: bool = Field(
        default=False, description="Your consent to a record of clicks, keys (never text) and scrolling in the answers."
    )
    consent: ConsentIn | None = Field(None, description="Needed before the first prompt of a session or account.")
    judges: Annotated[list[Name], Field(max_length=16)] | None = Field(
        None, description="Automatic judges; all that are configured when left out, none when empty."
    )


class ProblemOut(WireModel):
    """Why something failed."""

    code: str
    message: str
    hint: str


class UsageOut(WireModel):
    """Tokens as the provider counted them."""

    prompt_tokens: int | None
    completion_tokens: int | None


class AnswerOut(WireModel):
    """What a contender wrote; times and tokens stay null until the reveal."""

    text: str
    finish_reason: str
    truncated: bool
    usage: UsageOut
    first_token_seconds: float | None
    wall_seconds: float | None
    problem: ProblemOut | None

    @classmethod
    def of(cls, answer: Answer) -> "AnswerOut":
        """From the value."""
        return cls.model_validate(answer)


class FileOut(WireModel):
    """A file of a program."""

    path: str
    text: str


class SnippetOut(WireModel):
    """The program taken out of an answer.

    `reason` says why this environment, or why none; `confidence` is how sure that is, from 0 (not known) to 1.
    """

    environment: str
    entry: str
    dependencies: list[str]
    confidence: float = Field(ge=0, le=1)
    reason: str
    files: list[FileOut]

    @classmethod
    def of(cls, snippet: Snippet) -> "SnippetOut":
        """From the value."""
        return cls.model_validate(snippet)


class StreamOut(WireModel):
    """The first 16 KiB of an output stream, and how much there was."""

    preview: str
    total_bytes: int
    truncated: bool

    @classmethod
    def of(cls, stream: CapturedStream) -> "StreamOut":
        """From the value."""
        return cls.model_validate(stream)


class LeftFileOut(WireModel):
    """A file the program left."""

    path: str
    size_bytes: int


class PictureOut(WireModel):
    """A picture of a running program, to be had under its name; sizes are in pixels."""

    name: str
    width: int
    height: int
    size_bytes: int


class PageFactsOut(WireModel):
    """What the browser saw; null is not known.

    `overflow` tells that the page is wider than the window; `attempts` what it tried that nobody let it; `missing`
    are pictures that were not taken.
    """

    title: str
    text: str
    console: list[str]
    errors: list[str]
    failed_requests: list[str]
    attempts: list[str]
    blank: bool | None
    overflow: bool | None
    phone_overflow: bool | None
    width: int
    height: int
    first_paint_seconds: float | None
    stable_seconds: float | None
    missing: list[str]


class AppearanceOut(WireModel):
    """How a program with a face looked; `problem` says why nobody could see."""

    pictures: list[PictureOut]
    facts: PageFactsOut | None
    problem: str


class AppOut(WireModel):
    """A program that runs on so that it can be tried, until then at most; it ends earlier when nobody uses it."""

    url: str
    until: datetime


class ExecutionOut(WireModel):
    """What happened when the program ran. Programs with a face have an `appearance`, and an `app` to try."""

    environment: str
    outcome: ExecutionOutcome
    phase: str
    exit_code: int | None
    signal: int | None
    limit_hit: str
    message: str
    stdout: StreamOut
    stderr: StreamOut
    wall_seconds: float
    cpu_seconds: float
    peak_memory_bytes: int
    files: list[LeftFileOut]
    appearance: AppearanceOut | None
    app: AppOut | None

    @classmethod
    def of(cls, execution: Execution) -> "ExecutionOut":
        """From the value."""
        return cls.model_validate(execution)


class PlaceOut(WireModel):
    """A place on the live board of people's votes: points, their 95 % interval, ranks."""

    score: float
    low: float
    high: float
    rank_low: int
    rank_high: int
    judgements: int
    provisional: bool


class RevealOut(WireModel):
    """Who a contender is; `rating` is null until it has a place."""

    organisation: str
    licence: str
    released: date | None
    rating: PlaceOut | None


class SideOut(WireModel):
    """One side; `contender` and `reveal` are null until the reveal."""

    side: Side
    contender: str | None
    phase: SidePhase
    answer: AnswerOut
    snippet: SnippetOut | None
    execution: ExecutionOut | None
    reveal: RevealOut | None

    @classmethod
    def of(cls, view: SideView) -> "SideOut":
        """From the view."""
        return cls(
            side=view.side,
            contender=view.contender or None,
            phase=view.phase,
            answer=AnswerOut.of(view.answer),
            snippet=SnippetOut.of(view.snippet) if view.snippet else None,
            execution=ExecutionOut.of(view.execution) if view.execution else None,
            reveal=RevealOut.model_validate(view.reveal) if view.reveal else None,
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


class TurnOut(WireModel):
    """One prompt and what the sides it went to made of it."""

    index: int
    prompt: str
    to: str
    sides: dict[Side, SideOut]

    @classmethod
    def of(cls, view: TurnView) -> "TurnOut":
        """From the view."""
        sides = {side: SideOut.of(shown) for side, shown in view.sides.items()}
        return cls(index=view.index, prompt=view.prompt, to=view.to, sides=sides)


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
        plain = ("id", "state", "prompt", "open_to_vote", "revealed", "pair_chosen", "created_at", "finished_at")
        return cls(
            **{name: getattr(view, name) for name in plain},
            sides={side: SideOut.of(shown) for side, shown in view.sides.items()},
            judgements=[JudgementOut.model_validate(judgement) for judgement in view.judgements],
            vote=VoteOut.model_validate(view.vote) if view.vote else None,
            problem=ProblemOut.model_validate(view.problem) if view.problem else None,
            turns=[TurnOut.of(turn) for turn in view.turns],
            can=dict(view.can),
            runs={side: SideRunOut.model_validate(run) for side, run in view.runs.items()},
            vote_details=VoteDetailsOut.model_validate(view.vote_details) if view.vote_details else None,
        )
