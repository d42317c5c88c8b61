"""The contract every backend keeps; `sandboxes.selfcheck` tests it."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from sandboxes.errors import Busy, InvalidRun
from sandboxes.result import Phase, RunResult
from sandboxes.spec import RunRequest

MAX_QUEUED_INPUT = 1024 * 1024


@dataclass(frozen=True, kw_only=True)
class OutputFrame:
    """A piece of live output, at most 8 KiB; `sequence` counts from 0 over all stages and both streams."""

    sequence: int
    stream: str
    data: bytes
    phase: Phase = Phase.RUN


FrameSink = Callable[[OutputFrame], None]


class RunControl:
    """What another thread may do to a run: cancel it, or write to its input. Safe before, during and after the run."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._wake: Callable[[], None] = lambda: None
        self._input = bytearray()
        self._closed = self._cancelled = False

    @property
    def cancelled(self) -> bool:
        """Whether the run is to end now."""
        return self._cancelled

    def cancel(self) -> None:
        """End the run; its outcome is `cancelled` unless it had ended before. A second call changes nothing."""
        with self._lock:
            self._cancelled = True
            self._wake()

    def send_stdin(self, data: bytes) -> None:
        """Queue bytes for the program's input.

        Raises:
            Busy: more than MAX_QUEUED_INPUT bytes wait, for the program does not read.
            InvalidRun: the input is closed.
        """
        with self._lock:
            if self._closed:
                raise InvalidRun("the program's input is closed")
            if len(self._input) + len(data) > MAX_QUEUED_INPUT:
                raise Busy("the program does not read its input")
            self._input += data
            self._wake()

    def close_stdin(self) -> None:
        """End the program's input after what is queued."""
        with self._lock:
            self._closed = True
            self._wake()

    def on_change(self, wake: Callable[[], None]) -> None:
        """For backends: call `wake` after each change, from the thread that made it; and now."""
        with self._lock:
            self._wake = wake
            wake()

    def take_stdin(self, most: int) -> tuple[bytes, bool]:
        """For backends: up to `most` queued bytes, and whether that is the end."""
        with self._lock:
            data = bytes(self._input[:most])
            del self._input[:most]
            return data, self._closed and not self._input


class Session(Protocol):
    """A running app. It ends by itself, at its limits, when nobody uses it, or when it is closed."""

    @property
    def token(self) -> str:
        """The name of its origin, a DNS label that cannot be guessed; "" if it never had one."""
        ...

    @property
    def folder(self) -> Path:
        """Where its socket is (`sandboxes.app_folder`).

        Raises:
            LookupError: it never had one.
        """
        ...

    @property
    def ready(self) -> bool:
        """Whether it ever answered."""
        ...

    @property
    def until(self) -> float:
        """When it ends at the latest, in Unix time in seconds; 0 while it is not ready."""
        ...

    @property
    def result(self) -> RunResult | None:
        """How it ended; None while it lives. One that we ended, after it was ready, has succeeded."""
        ...

    def report(self) -> RunResult:
        """How it ended; of one that was ready and lives, how it stands: `succeeded` so far.

        Raises:
            LookupError: it was never ready.
        """
        ...

    def wait(self, seconds: float) -> RunResult | None:
        """How it ended, once it has, at most so long."""
        ...

    def close(self) -> RunResult:
        """End it; how it ended. A second call says the same."""
        ...


class Runner(Protocol):
    """Runs one program at a time per call; calls may come from several threads."""

    def run(
        self, request: RunRequest, *, on_output: FrameSink | None = None, control: RunControl | None = None
    ) -> RunResult:
        """Run the program to its end or its limits. Blocks; bounded by the limits plus start-up time.

        Raises:
            InvalidRun: the request breaks a rule.
            Busy, Unavailable, StartFailed, BackendLost: the sandbox, not the program, failed.
        """
        ...

    def open(
        self,
        request: RunRequest,
        *,
        on_output: FrameSink | None = None,
        control: RunControl | None = None,
        on_end: Callable[[RunResult], None] | None = None,
    ) -> "Session":
        """Start an app of an environment that is served; returns when it is ready or has ended.

        `on_end` is told how an app that was ready ended, from another thread.

        Raises:
            InvalidRun: the request breaks a rule, or the environment's programs run to their end by themselves.
            Busy, Unavailable, StartFailed, BackendLost: the sandbox, not the program, failed.
        """
        ...

    def reap(self, *, keys: tuple[str, ...] = ()) -> int:
        """Destroy sandboxes of these run keys, or (no keys) all whose deadline has passed; how many."""
        ...
