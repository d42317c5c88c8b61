"""A direct run: a program somebody asked to run for its own sake, without a battle. On the wire, an execution.

                 a worker takes it up              the result is stored
    queued ─────────────────────────▶ running ─────────────────────────▶ ended
       │                                 ╰─▶ running (another attempt, after a lost worker)
       ╰───── cancelled, or given up, before any worker had it ────────▶ ended

`ended` is final. Asking for the end (`cancel_asked_at`) changes no state by itself.
"""

from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from services.domain.appearance import App, Appearance
from services.domain.execution import CapturedStream, ExecutionOutcome, StoredFile
from services.domain.problem import Problem
from services.domain.side import Side
from services.errors import Conflict


class RunState(StrEnum):
    """Where a direct run stands."""

    QUEUED = "queued"
    RUNNING = "running"
    ENDED = "ended"


class RunStep(StrEnum):
    """What can happen to it."""

    TAKEN_UP = "taken_up"
    ENDED = "ended"
    CANCEL_ASKED = "cancel_asked"


_S, _E = RunState, RunStep
_TRANSITIONS: dict[tuple[RunState, RunStep], RunState] = {
    (_S.QUEUED, _E.TAKEN_UP): _S.RUNNING,
    (_S.QUEUED, _E.ENDED): _S.ENDED,
    (_S.QUEUED, _E.CANCEL_ASKED): _S.QUEUED,
    (_S.RUNNING, _E.TAKEN_UP): _S.RUNNING,
    (_S.RUNNING, _E.ENDED): _S.ENDED,
    (_S.RUNNING, _E.CANCEL_ASKED): _S.RUNNING,
    (_S.ENDED, _E.CANCEL_ASKED): _S.ENDED,
}


def next_state(state: RunState, step: RunStep) -> RunState:
    """The state after `step`.

    Raises:
        Conflict: the step is not possible in this state.
    """
    try:
        return _TRANSITIONS[state, step]
    except KeyError:
        raise Conflict(f"An execution that has {state} cannot take the step {step}.") from None


@dataclass(frozen=True, kw_only=True)
class StageReport:
    """How one stage ended and what it used; `cached` tells that it was not run again."""

    phase: str
    outcome: ExecutionOutcome
    exit_code: int | None = None
    signal: int | None = None
    limit_hit: str = ""
    limit_source: str = ""
    wall_seconds: float = 0.0
    cpu_seconds: float = 0.0
    peak_memory_bytes: int = 0
    memory_method: str = ""
    cached: bool = False
    stdout: CapturedStream = CapturedStream()
    stderr: CapturedStream = CapturedStream()


@dataclass(frozen=True, kw_only=True)
class SkippedFile:
    """Something the program left that was not taken, and why."""

    path: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class InstalledPackage:
    """A package fetched for the run; `digest` is its archive's, as the installer names it."""

    name: str
    version: str
    digest: str = ""


@dataclass(frozen=True, kw_only=True)
class RunReport:
    """Everything about how it went. Limits, `limit_source` and `phase` are in the sandbox library's words."""

    outcome: ExecutionOutcome
    phase: str = "prepare"
    exit_code: int | None = None
    signal: int | None = None
    limit_hit: str = ""
    limit_source: str = ""
    message: str = ""
    wall_seconds: float = 0.0
    cpu_seconds: float = 0.0
    peak_memory_bytes: int = 0
    stdout: CapturedStream = CapturedStream()
    stderr: CapturedStream = CapturedStream()
    stages: tuple[StageReport, ...] = ()
    displays: tuple[StoredFile, ...] = ()
    artefacts: tuple[StoredFile, ...] = ()
    skipped: tuple[SkippedFile, ...] = ()
    installed: tuple[InstalledPackage, ...] = ()
    environment_version: str = ""
    image_digest: str = ""
    policy_version: str = ""
    isolation: str = ""
    backend: str = ""
    appearance: Appearance | None = None
    app: App | None = None

    @property
    def code(self) -> str:
        """The short word for the outcome."""
        return self.outcome.code

    def file(self, path: str) -> StoredFile | None:
        """The artefact or display of this path."""
        return next((found for found in (*self.artefacts, *self.displays) if found.path == path), None)


@dataclass(frozen=True, kw_only=True)
class DirectRun:
    """A direct run as stored.

    `program` is the digest of the blob that holds the whole request, `request_hash` that of what was asked (for a
    batch, of the whole batch). (`caller`, `idempotency_key`, `position`) is unique where a key was given; `position`
    counts within a batch. `attempts` counts how often a worker took it up. `problem` says why there is no true result.
    `battle_id` and `side` name the answer whose program it is, as given or changed ("" and None: of none).
    """

    id: str
    batch_id: str = ""
    position: int = 0
    state: RunState = RunState.QUEUED
    environment: str
    interactive: bool = False
    program: str
    request_hash: str
    caller: str = ""
    idempotency_key: str | None = None
    attempts: int = 0
    created_at: datetime
    started_at: datetime | None = None
    ended_at: datetime | None = None
    cancel_asked_at: datetime | None = None
    report: RunReport | None = field(default=None)
    problem: Problem | None = None
    battle_id: str = ""
    side: Side | None = None

    def taken_up(self, *, now: datetime) -> "DirectRun":
        """A worker begins (again).

        Raises:
            Conflict: it has ended.
        """
        state = next_state(self.state, RunStep.TAKEN_UP)
        return replace(self, state=state, attempts=self.attempts + 1, started_at=self.started_at or now)

    def ended(self, report: RunReport, *, now: datetime, problem: Problem | None = None) -> "DirectRun":
        """The result is known.

        Raises:
            Conflict: it has ended before.
        """
        state = next_state(self.state, RunStep.ENDED)
        return replace(self, state=state, ended_at=now, report=report, problem=problem)

    def cancel_asked(self, *, now: datetime) -> "DirectRun":
        """Somebody wants it to end; once is enough, and afterwards it is too late."""
        next_state(self.state, RunStep.CANCEL_ASKED)
        if self.state is RunState.ENDED or self.cancel_asked_at is not None:
            return self
        return replace(self, cancel_asked_at=now)
