"""Executions on the wire: a program to run, and what became of it."""

import base64
import binascii
from datetime import datetime
from typing import Annotated, Any, Literal, Self

from pydantic import Field, PlainSerializer, PlainValidator, WithJsonSchema, model_validator

from sandboxes import policy
from sandboxes.result import Phase
from services.api.schemas.base import WireModel
from services.api.schemas.side import AppearanceOut, AppOut, LeftFileOut, ProblemOut, StreamOut
from services.arena.direct_runs import MAX_BATCH
from services.arena.programs import Program
from services.domain.direct_run import DirectRun, RunReport, RunState
from services.domain.execution import ExecutionOutcome

LOW, HIGH = policy.MINIMUM, policy.MAXIMUM
Package = Annotated[str, Field(min_length=1, max_length=200)]
Word = Annotated[str, Field(max_length=32_768)]


def _decoded(value: Any) -> bytes:
    if not isinstance(value, str):
        raise ValueError("must be base64 text")  # noqa: TRY004 - pydantic reports ValueError only
    try:
        return base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError):
        raise ValueError("is not base64") from None


Base64 = Annotated[
    bytes,
    PlainValidator(_decoded),
    PlainSerializer(lambda data: base64.b64encode(data).decode(), return_type=str),
    WithJsonSchema({"type": "string", "contentEncoding": "base64", "pattern": "^(?:[A-Za-z0-9+/]{4})*$"}),
]


class FileIn(WireModel):
    """A file of a program, as text or as base64."""

    path: str = Field(min_length=1, max_length=policy.MAX_INPUT_BYTES, description="Relative, with slashes.")
    text: str | None = None
    base64: Base64 | None = None

    @model_validator(mode="after")
    def _one(self) -> Self:
        if (self.text is None) == (self.base64 is None):
            raise ValueError("give either text or base64")
        return self

    @property
    def data(self) -> bytes:
        """The bytes."""
        return self.base64 if self.base64 is not None else (self.text or "").encode()


class LimitsIn(WireModel):
    """What one stage may use; what is left out is the environment's. Units are in the names."""

    cpu_seconds: float | None = Field(None, ge=LOW.cpu_seconds, le=HIGH.cpu_seconds)
    wall_seconds: float | None = Field(None, ge=LOW.wall_seconds, le=HIGH.wall_seconds)
    memory_bytes: int | None = Field(None, ge=LOW.memory_bytes, le=HIGH.memory_bytes)
    pids: int | None = Field(None, ge=LOW.pids, le=HIGH.pids)
    output_bytes: int | None = Field(None, ge=LOW.output_bytes, le=HIGH.output_bytes)
    file_bytes: int | None = Field(None, ge=LOW.file_bytes, le=HIGH.file_bytes)
    disk_bytes: int | None = Field(None, ge=LOW.disk_bytes, le=HIGH.disk_bytes)
    inodes: int | None = Field(None, ge=LOW.inodes, le=HIGH.inodes)


class StagesIn(WireModel):
    """Limits per stage; only stages that the environment has."""

    compile: LimitsIn | None = None
    run: LimitsIn | None = None
    serve: LimitsIn | None = None
    tests: LimitsIn | None = None


class NewExecution(WireModel):
    """A program to run."""

    environment: str = Field(min_length=1, max_length=64, description="One of `GET /api/v1/environments`.")
    files: list[FileIn] = Field(min_length=1, max_length=policy.MAX_FILES)
    entry: str = Field("", max_length=2048, description="File to run; default the environment's, else the first.")
    stdin: str | None = Field(None, description="Input as text.")
    stdin_base64: Base64 | None = Field(None, description="Input as base64, instead of `stdin`.")
    args: list[Word] = Field([], max_length=256)
    env: dict[str, Word] = Field({}, max_length=64, description="Names like THIS_ONE; not those of the sandbox.")
    dependencies: Annotated[list[Package], Field(max_length=64)] | None = Field(
        None, description="Packages it needs, where they may be installed; found in its files when left out."
    )
    limits: StagesIn = StagesIn()
    tests: bool = Field(default=True, description="Whether to run the tests among the files.")
    interactive: bool = Field(default=False, description="Keep the input open for POST .../stdin.")
    artefacts: list[Annotated[str, Field(min_length=1, max_length=1024)]] = Field(
        ["**"], max_length=64, description="Patterns of the files to keep."
    )
    isolation: Literal["", "namespace", "container"] = Field("", description="Level; empty for the environment's.")

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.stdin is not None and self.stdin_base64 is not None:
            raise ValueError("give either stdin or stdin_base64")
        paths = [file.path for file in self.files]
        if twice := sorted({path[:80] for path in paths if paths.count(path) > 1}):
            raise ValueError(f"files: {twice[0]!r} is there twice")
        return self

    def program(self) -> Program:
        """What is asked for."""
        limits = self.limits.model_dump(exclude_none=True)
        stdin = self.stdin_base64 if self.stdin_base64 is not None else (self.stdin or "").encode()
        return Program(
            environment=self.environment,
            files={file.path: file.data for file in self.files},
            entry=self.entry,
            stdin=stdin,
            args=tuple(self.args),
            env=self.env,
            dependencies=None if self.dependencies is None else tuple(self.dependencies),
            limits={Phase(phase): found for phase, found in limits.items()},
            tests=self.tests,
            interactive=self.interactive,
            isolation=self.isolation,
            artefacts=tuple(self.artefacts),
        )


class NewSideRun(WireModel):
    """A program to run in the place of a side's own; what is left out is the answer's."""

    files: list[FileIn] = Field(min_length=1, max_length=policy.MAX_FILES)
    environment: str = Field(min_length=1, max_length=64, description="One of `GET /api/v1/environments`.")
    entry: str = Field("", max_length=2048, description="File to run; default the environment's, else the first.")
    dependencies: Annotated[list[Package], Field(max_length=64)] | None = Field(
        None, description="Packages it needs; found in its files when left out."
    )
    stdin: str = Field("", description="Input as text.")
    arguments: list[Word] = Field([], max_length=256)
    turn: int | None = Field(None, ge=0, description="The turn whose program it is, counted from 0; default the last.")

    def program(self) -> Program:
        """What is asked for."""
        return Program(
            environment=self.environment,
            files={file.path: file.data for file in self.files},
            entry=self.entry,
            stdin=self.stdin.encode("utf-8", "replace"),
            args=tuple(self.arguments),
            dependencies=None if self.dependencies is None else tuple(self.dependencies),
        )


class NewBatch(WireModel):
    """Programs to run, each by itself."""

    executions: list[NewExecution] = Field(min_length=1, max_length=MAX_BATCH)


class NewInput(WireModel):
    """More input for a running program; with `close` the last of it."""

    text: str | None = None
    base64: Base64 | None = None
    close: bool = False

    @model_validator(mode="after")
    def _something(self) -> Self:
        if self.text is not None and self.base64 is not None:
            raise ValueError("give either text or base64")
        if self.text is None and self.base64 is None and not self.close:
            raise ValueError("give text, base64 or close")
        return self

    @property
    def data(self) -> bytes:
        """The bytes."""
        return self.base64 if self.base64 is not None else (self.text or "").encode()


class RunStageOut(WireModel):
    """How one stage ended; `cached` tells that the result of an earlier, equal one was taken."""

    phase: str
    outcome: ExecutionOutcome
    exit_code: int | None
    signal: int | None
    limit_hit: str
    limit_source: str
    wall_seconds: float
    cpu_seconds: float
    peak_memory_bytes: int
    memory_method: str
    cached: bool
    stdout: StreamOut
    stderr: StreamOut


class SkippedOut(WireModel):
    """Something the program left that was not taken, and why."""

    path: str
    reason: str


class InstalledOut(WireModel):
    """A package that was fetched for it."""

    name: str
    version: str
    digest: str


class RunResultOut(WireModel):
    """What happened. `code` is the short word: OK CE RE SG TLE OOM OLE FE, or XX for no verdict on the program."""

    outcome: ExecutionOutcome
    code: str
    phase: str
    exit_code: int | None
    signal: int | None
    limit_hit: str
    limit_source: str
    message: str
    stdout: StreamOut
    stderr: StreamOut
    wall_seconds: float
    cpu_seconds: float
    peak_memory_bytes: int
    stages: list[RunStageOut]
    displays: list[LeftFileOut]
    artefacts: list[LeftFileOut]
    skipped: list[SkippedOut]
    installed: list[InstalledOut]
    environment_version: str
    image_digest: str
    policy_version: str
    isolation: str
    appearance: AppearanceOut | None
    app: AppOut | None

    @classmethod
    def of(cls, report: RunReport) -> "RunResultOut":
        """From the value."""
        return cls.model_validate(report)


class RunOut(WireModel):
    """An execution as it stands; `result` is there when it has ended, `problem` when that is no true result."""

    id: str
    batch_id: str | None
    state: RunState
    environment: str
    interactive: bool
    attempts: int
    created_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    cancel_asked_at: datetime | None
    result: RunResultOut | None
    problem: ProblemOut | None

    @classmethod
    def of(cls, run: DirectRun) -> "RunOut":
        """From the value."""
        plain = set(cls.model_fields) - {"batch_id", "result", "problem"}
        return cls(
            **{name: getattr(run, name) for name in plain},
            batch_id=run.batch_id or None,
            result=RunResultOut.of(run.report) if run.report else None,
            problem=ProblemOut.model_validate(run.problem) if run.problem else None,
        )


class BatchOut(WireModel):
    """The executions of a batch, in the order they were given."""

    id: str
    executions: list[RunOut]
