"""The contract every backend keeps; `sandboxes.selfcheck` tests it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from sandboxes.result import RunResult
from sandboxes.spec import RunRequest


@dataclass(frozen=True, kw_only=True)
class OutputFrame:
    """A piece of live output, at most 8 KiB; `sequence` counts from 0 over both streams."""

    sequence: int
    stream: str
    data: bytes


FrameSink = Callable[[OutputFrame], None]


class Runner(Protocol):
    """Runs one program at a time per call; calls may come from several threads."""

    def run(self, request: RunRequest, *, on_output: FrameSink | None = None) -> RunResult:
        """Run the program to its end or its limits. Blocks; bounded by the limits plus start-up time.

        Raises:
            InvalidRun: the request breaks a rule.
            Busy, Unavailable, StartFailed, BackendLost: the sandbox, not the program, failed.
        """
        ...

    def reap(self, *, keys: tuple[str, ...] = ()) -> int:
        """Destroy sandboxes of these run keys, or (no keys) all whose deadline has passed; how many."""
        ...
