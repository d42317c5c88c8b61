"""What really happened when a snippet ran."""

from dataclasses import dataclass, field
from enum import StrEnum

from services.domain.appearance import App, Appearance


class ExecutionOutcome(StrEnum):
    """How a run ended. The words are the sandbox library's; a test keeps the two lists equal."""

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

    @property
    def code(self) -> str:
        """The short word for it that many runners share; XX is no verdict on the program."""
        return _CODES[self]


_O = ExecutionOutcome
_CODES = {
    _O.SUCCEEDED: "OK",
    _O.FAILED: "RE",
    _O.COMPILE_FAILED: "CE",
    _O.INSTALL_FAILED: "CE",
    _O.SIGNALLED: "SG",
    _O.TIMED_OUT: "TLE",
    _O.OUT_OF_MEMORY: "OOM",
    _O.OUTPUT_LIMIT: "OLE",
    _O.DISK_LIMIT: "FE",
    _O.REJECTED: "XX",
    _O.CANCELLED: "XX",
    _O.INFRASTRUCTURE_ERROR: "XX",
}


def spoken_time(seconds: float) -> str:
    """A short time as people say it: in milliseconds below a tenth of a second, else in seconds."""
    return f"{1000 * seconds:.0f} ms" if seconds < 0.1 else f"{seconds:.2f} s"


@dataclass(frozen=True, kw_only=True)
class StoredFile:
    """A file the program left, kept in the blob store under `digest` (SHA-256, hexadecimal)."""

    path: str
    size_bytes: int
    digest: str


@dataclass(frozen=True, kw_only=True)
class CapturedStream:
    """stdout or stderr: a preview as text, the kept bytes as a blob, and how much there really was.

    `preview` is at most 16 KiB, decoded with replacement characters; `digest` is empty when the preview
    is all there is, byte for byte; `truncated` tells that bytes beyond the output limit were dropped.
    """

    preview: str = ""
    digest: str = ""
    total_bytes: int = 0
    truncated: bool = False


@dataclass(frozen=True, kw_only=True)
class Execution:
    """One run of one snippet, as the kernel and the sandbox saw it.

    Of a program with a face also how it looked, and, as long as it is left running, where it can be found.
    """

    id: str
    battle_id: str
    answer_id: str
    snippet_id: str
    environment: str
    outcome: ExecutionOutcome
    phase: str
    exit_code: int | None = None
    signal: int | None = None
    limit_hit: str = ""
    message: str = ""
    stdout: CapturedStream = field(default=CapturedStream())
    stderr: CapturedStream = field(default=CapturedStream())
    wall_seconds: float = 0.0
    cpu_seconds: float = 0.0
    peak_memory_bytes: int = 0
    files: tuple[StoredFile, ...] = ()
    skipped_files: tuple[str, ...] = ()
    isolation: str = ""
    image_digest: str = ""
    environment_version: str = ""
    policy_version: str = ""
    appearance: Appearance | None = None
    app: App | None = None
