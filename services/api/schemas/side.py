"""Sides on the wire: what was answered, the program in it, and how that ran."""

from datetime import date, datetime

from pydantic import Field

from services.api.schemas.base import WireModel
from services.domain.answer import Answer, SidePhase
from services.domain.execution import CapturedStream, Execution, ExecutionOutcome
from services.domain.side import Side
from services.domain.snippet import Snippet
from services.domain.visibility import SideView, TurnView


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
