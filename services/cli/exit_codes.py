"""What the exit code of `arena` says."""

from enum import IntEnum

from sandboxes.errors import InvalidRun, SandboxError
from services.errors import (
    ArenaError,
    ConfigurationError,
    Conflict,
    InvalidRequest,
    NotFound,
    PrerequisiteError,
    Unavailable,
)


class ExitCode(IntEnum):
    """Closed list; scripts may rely on it."""

    DONE = 0
    FAILED_ITEMS = 1
    USAGE = 2
    PREREQUISITE = 3
    CONFIGURATION = 4
    GATE = 5
    UNAVAILABLE = 6
    BUG = 70
    INTERRUPTED = 130


def exit_code(error: ArenaError | SandboxError) -> ExitCode:
    """The exit code for an expected error."""
    if isinstance(error, (InvalidRequest, NotFound, Conflict, InvalidRun)):
        return ExitCode.USAGE
    if isinstance(error, PrerequisiteError):
        return ExitCode.PREREQUISITE
    if isinstance(error, ConfigurationError):
        return ExitCode.CONFIGURATION
    if isinstance(error, (Unavailable, SandboxError)):
        return ExitCode.UNAVAILABLE
    return ExitCode.FAILED_ITEMS
