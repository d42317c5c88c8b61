"""Troubles of the sandbox itself. A program that fails is a result, never one of these.

SandboxError
├── InvalidRun        the request breaks a rule (file names, sizes, unknown environment)
├── Busy              all slots are taken; try later
├── Unavailable       the engine cannot be reached, or an image is missing; `hint` mends it
├── StartFailed       the engine refused to start a sandbox
└── BackendLost       the engine or the sandbox went away in mid-run; the run may be repeated
"""


class SandboxError(Exception):
    """Something about the sandbox, not the program, went wrong."""

    retryable = True

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class InvalidRun(SandboxError):
    """The request breaks a rule; saying it again changes nothing. `where` names the field, if one is to blame."""

    retryable = False

    def __init__(self, message: str, *, hint: str = "", where: str = "") -> None:
        super().__init__(message, hint=hint)
        self.where = where


class Busy(SandboxError):
    """All slots are taken."""


class Unavailable(SandboxError):
    """The engine cannot be reached, or an image is missing."""


class StartFailed(SandboxError):
    """The engine refused to start a sandbox."""


class BackendLost(SandboxError):
    """The engine or the sandbox went away in mid-run."""
