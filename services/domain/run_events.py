"""What a direct run tells while it runs; the same append-only log as a battle's, resumable the same way.

Kinds on the wire: state, output, ended. `ended` is the last and carries the outcome.
"""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from services.domain.direct_run import RunReport
from services.domain.event_model import EventModel
from services.domain.execution import ExecutionOutcome


class StateEvent(EventModel):
    """A worker has taken the run up; `attempt` counts from 1, and output begins afresh with a higher one."""

    kind: Literal["state"] = "state"
    state: Literal["running"] = "running"
    attempt: int
    at: datetime


class OutputEvent(EventModel):
    """Output as text, from at most 8 KiB of what the program wrote; `sequence` counts from 0 within an attempt.

    With `cut` live output ends here, for the run writes more than is shown live; all of it is there at the end.
    """

    kind: Literal["output"] = "output"
    attempt: int
    sequence: int
    stream: Literal["stdout", "stderr"]
    phase: str
    at: datetime
    text: str
    cut: bool = False


class EndedEvent(EventModel):
    """Nothing more will come."""

    kind: Literal["ended"] = "ended"
    outcome: ExecutionOutcome
    code: str
    phase: str
    exit_code: int | None = None
    signal: int | None = None
    limit_hit: str = ""
    limit_source: str = ""
    message: str = ""
    wall_seconds: float = 0.0
    cpu_seconds: float = 0.0
    peak_memory_bytes: int = 0


RunEvent = Annotated[StateEvent | OutputEvent | EndedEvent, Field(discriminator="kind")]


def ending(report: RunReport) -> EndedEvent:
    """The last event of a run with this report."""
    shared = set(EndedEvent.model_fields) - {"kind"}
    return EndedEvent.model_validate({name: getattr(report, name) for name in shared})
