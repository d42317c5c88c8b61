"""What a battle tells while it runs: an append-only list that a viewer can resume.

Events name sides, never contenders: whoever follows a battle before the reveal learns nothing from them.
Kinds on the wire: delta, phase, execution, judgement, problem, done.
"""

from typing import Annotated, Literal

from pydantic import Field, TypeAdapter

from services.domain.answer import SidePhase
from services.domain.battle import BattleState
from services.domain.event_model import EventModel
from services.domain.run_events import EndedEvent, OutputEvent, StateEvent
from services.domain.side import Side


class DeltaEvent(EventModel):
    """More text of an answer; `offset` is its position in characters. Attempt > 0 restarts at offset 0."""

    kind: Literal["delta"] = "delta"
    side: Side
    attempt: int = 0
    offset: int
    text: str


class PhaseEvent(EventModel):
    """A side reached a phase; `detail` is a short sentence such as why an environment was chosen."""

    kind: Literal["phase"] = "phase"
    side: Side
    phase: SidePhase
    detail: str = ""


class ExecutionEvent(EventModel):
    """Output of a running program, or (with `outcome`) how it ended."""

    kind: Literal["execution"] = "execution"
    side: Side
    stream: Literal["stdout", "stderr", "status"]
    text: str = ""
    outcome: str = ""
    exit_code: int | None = None
    wall_seconds: float | None = None
    peak_memory_bytes: int | None = None


class JudgementEvent(EventModel):
    """An automatic judge has spoken; hidden from voters until they have voted."""

    kind: Literal["judgement"] = "judgement"
    source: str
    judge: str
    order: str
    winner: str | None
    reason: str = ""


class ProblemEvent(EventModel):
    """Something failed; `side` is None when it concerns the whole battle."""

    kind: Literal["problem"] = "problem"
    side: Side | None = None
    code: str
    message: str


class DoneEvent(EventModel):
    """Nothing more will come."""

    kind: Literal["done"] = "done"
    state: BattleState


# whatever an event log may hold: a battle's events, and a direct run's
LogEvent = Annotated[
    DeltaEvent
    | PhaseEvent
    | ExecutionEvent
    | JudgementEvent
    | ProblemEvent
    | DoneEvent
    | StateEvent
    | OutputEvent
    | EndedEvent,
    Field(discriminator="kind"),
]
_ADAPTER: TypeAdapter[LogEvent] = TypeAdapter(LogEvent)


def event_from_json(text: str | bytes) -> LogEvent:
    """The event that `text` (one JSON object) holds.

    Raises:
        pydantic.ValidationError: it is not an event.
    """
    return _ADAPTER.validate_json(text)
