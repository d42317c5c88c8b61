"""What a sandbox reports."""

from dataclasses import dataclass, field
from enum import StrEnum


class Outcome(StrEnum):
    """How a run ended; a closed list, decided by the kernel's counters and the wait status."""

    SUCCEEDED = "succeeded"
    FAILED = "failed"
    COMPILE_FAILED = "compile_failed"
    INSTALL_FAILED = "install_failed"
    SIGNALLED = "signalled"
    TIMED_OUT = "timed_out"
    OUT_OF_MEMORY = "out_of_memory"
    OUTPUT_LIMIT = "output_limit"
    DISK_LIMIT = "disk_limit"
    REJECTED = "rejected"
    CANCELLED = "cancelled"
    INFRASTRUCTURE_ERROR = "infrastructure_error"


class Phase(StrEnum):
    """The stages of a run."""

    PREPARE = "prepare"
    INSTALL = "install"
    COMPILE = "compile"
    RUN = "run"
    SERVE = "serve"
    TESTS = "tests"


@dataclass(frozen=True, kw_only=True)
class OutputStream:
    """Kept bytes of one stream (at most the output limit), how many there were, whether some were dropped."""

    data: bytes = b""
    total_bytes: int = 0
    truncated: bool = False


@dataclass(frozen=True, kw_only=True)
class StageResult:
    """How one stage ended and what it used.

    `peak_memory_bytes` is the stage's own: what was in use when it began (the agent's share) and the image's files that
    were read into the cache count towards the limit, but only where memory ran out also here. `memory_method` names how
    the peak was measured; `cached` tells that the stage was not run again: its result, from the same text in the same
    image, was put back (its counters are the first run's).
    """

    phase: Phase
    wall_seconds: float
    cpu_seconds: float
    peak_memory_bytes: int
    memory_method: str = ""
    oom_kills: int = 0
    outcome: Outcome = Outcome.SUCCEEDED
    exit_code: int | None = None
    signal: int | None = None
    limit_hit: str = ""
    limit_source: str = ""
    stdout: OutputStream = field(default=OutputStream())
    stderr: OutputStream = field(default=OutputStream())
    cached: bool = False


@dataclass(frozen=True, kw_only=True)
class Artefact:
    """A regular file the program left in its work directory."""

    path: str
    data: bytes


@dataclass(frozen=True, kw_only=True)
class SkippedFile:
    """Something the program left that was not taken, and why."""

    path: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class InstalledPackage:
    """A package that the install stage fetched; `digest` is its archive's, as the installer names it."""

    name: str
    version: str
    digest: str = ""


@dataclass(frozen=True, kw_only=True)
class RunResult:
    """Everything about one run.

    `phase` is the last stage that began. `exit_code` is set when its program exited, `signal` when a signal ended it;
    `limit_hit` names the limit (cpu_seconds, wall_seconds, memory_bytes, output_bytes, disk_bytes ...) or is empty,
    `limit_source` who noticed an exhausted memory: cgroup or runtime. `stdout` and `stderr` are what the run (or serve)
    and tests stages wrote, in this order, or what an earlier stage wrote if the run ended with it. `displays` are the
    figures and values that the program showed, in order. `installed` are the packages that were fetched for the run,
    also where an earlier run had fetched them.
    """

    outcome: Outcome
    phase: Phase
    exit_code: int | None = None
    signal: int | None = None
    limit_hit: str = ""
    message: str = ""
    stages: tuple[StageResult, ...] = ()
    stdout: OutputStream = field(default=OutputStream())
    stderr: OutputStream = field(default=OutputStream())
    limit_source: str = ""
    displays: tuple[Artefact, ...] = ()
    artefacts: tuple[Artefact, ...] = ()
    skipped: tuple[SkippedFile, ...] = ()
    installed: tuple[InstalledPackage, ...] = ()
    environment: str = ""
    environment_version: str = ""
    image_digest: str = ""
    policy_version: str = ""
    isolation: str = ""
    backend: str = ""

    @property
    def wall_seconds(self) -> float:
        """Wall time of all stages."""
        return sum(stage.wall_seconds for stage in self.stages)

    @property
    def cpu_seconds(self) -> float:
        """CPU time of all stages."""
        return sum(stage.cpu_seconds for stage in self.stages)

    @property
    def peak_memory_bytes(self) -> int:
        """The highest peak of all stages."""
        return max((stage.peak_memory_bytes for stage in self.stages), default=0)
