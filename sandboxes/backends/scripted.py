"""A double for tests: answers each run with a result that was laid down before."""

import threading
from collections.abc import Callable, Mapping
from pathlib import Path

from sandboxes.admission import admit
from sandboxes.errors import InvalidRun
from sandboxes.limits import Limits
from sandboxes.result import Outcome, Phase, RunResult
from sandboxes.runner import FrameSink, OutputFrame, RunControl
from sandboxes.spec import RunRequest

Script = Callable[[RunRequest], RunResult]


class ScriptedSession:
    """A Session without a socket; it ends when it is closed."""

    token = "scripted"  # noqa: S105 (a name)

    def __init__(self, result: RunResult, on_end: Callable[[RunResult], None] | None) -> None:
        self._final, self._on_end = result, on_end
        self.ready = result.outcome is Outcome.SUCCEEDED
        self.until = 0.0
        self.result = None if self.ready else result

    @property
    def folder(self) -> Path:
        """There is none."""
        raise LookupError("a scripted app has no folder")

    def report(self) -> RunResult:
        """The scripted result."""
        return self._final

    def wait(self, seconds: float) -> RunResult | None:  # noqa: ARG002
        """The result, once it has been closed."""
        return self.result

    def close(self) -> RunResult:
        """End it."""
        if self.result is None:
            self.result = self._final
            if self._on_end is not None:
                self._on_end(self._final)
        return self.result


class ScriptedRunner:
    """A Runner that plays results by run key or from a function; `requests` and `reaped` tell what it was asked."""

    name = "scripted"

    def __init__(self, script: Script | Mapping[str, RunResult]) -> None:
        self._script = script
        self._lock = threading.Lock()
        self.requests: list[RunRequest] = []
        self.reaped: list[tuple[str, ...]] = []

    def run(
        self, request: RunRequest, *, on_output: FrameSink | None = None, control: RunControl | None = None
    ) -> RunResult:
        """The scripted result; its output is also played to `on_output`. Rules are kept as by a real backend."""
        admit(request, request.limits or Limits())
        with self._lock:
            self.requests.append(request)
        if control is not None and control.cancelled:
            return RunResult(outcome=Outcome.CANCELLED, phase=Phase.PREPARE)
        result = self._result(request)
        if on_output is not None:
            parts = [("stdout", result.stdout.data), ("stderr", result.stderr.data)]
            for sequence, (stream, data) in enumerate(part for part in parts if part[1]):
                on_output(OutputFrame(sequence=sequence, stream=stream, data=data))
        return result

    def open(
        self,
        request: RunRequest,
        *,
        on_output: FrameSink | None = None,
        control: RunControl | None = None,
        on_end: Callable[[RunResult], None] | None = None,
    ) -> "ScriptedSession":
        """An app that is ready if its scripted result succeeded, else one that has ended with that result."""
        result = self.run(request, on_output=on_output, control=control)
        return ScriptedSession(result, on_end)

    def reap(self, *, keys: tuple[str, ...] = ()) -> int:
        """Nothing is ever left over; remembers that it was asked."""
        self.reaped.append(keys)
        return 0

    def _result(self, request: RunRequest) -> RunResult:
        if callable(self._script):
            return self._script(request)
        if request.key not in self._script:
            raise InvalidRun(f"no result is laid down for run {request.key!r}")
        return self._script[request.key]
