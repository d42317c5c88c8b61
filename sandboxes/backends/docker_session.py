"""One app on the engine, from its opening to its end."""

import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from sandboxes import app_folder, summary
from sandboxes.app_folder import Announcement
from sandboxes.app_keeper import AppKeeper
from sandboxes.backends.docker_run import Run, Runs
from sandboxes.backends.docker_sandbox import DockerSandbox, engine_trouble
from sandboxes.errors import SandboxError
from sandboxes.probe import answers
from sandboxes.result import Outcome, Phase, RunResult
from sandboxes.stage_spec import ServeSpec
from sandboxes.transcript import Transcript

PROBE_SECONDS = 0.015
END_SECONDS = 60.0
CLOSED = "it was closed"


class DockerSession:
    """A Session; a thread of its own holds the talk with the sandbox."""

    def __init__(
        self,
        run: Run,
        serve: ServeSpec,
        *,
        keeper: AppKeeper,
        on_end: Callable[[RunResult], None] | None = None,
        now: Callable[[], float] = time.time,
    ) -> None:
        """`on_end` is called from the session's thread when an app that was ready has ended."""
        self._run = replace(run, on_placed=self._placed, on_phase=self._began)
        self._serve, self._keeper, self._on_end, self._now = serve, keeper, on_end, now
        self._sandbox: DockerSandbox | None = None
        self._transcript: Transcript | None = None
        self._serving = threading.Event()
        self._ended = threading.Event()
        self._result: RunResult | None = None
        self._trouble: SandboxError | None = None
        self._why = ""
        self.ready, self.until = False, 0.0
        # a tool of our own is no app that somebody asked for
        tool = run.where.environment.kind == "tool"
        self.reserved_bytes = 0 if tool else run.plan.limits(Phase.SERVE).memory_bytes

    @property
    def folder(self) -> Path:
        """Where the socket is.

        Raises:
            LookupError: the app never came so far.
        """
        if self._sandbox is None or self._sandbox.folder is None:
            raise LookupError("this app has no sandbox")
        return self._sandbox.folder

    @property
    def token(self) -> str:
        """The name of the app's origin; "" if it never had one."""
        return self.folder.name if self._sandbox else ""

    @property
    def result(self) -> RunResult | None:
        """How it ended; None while it lives."""
        return self._result

    def report(self) -> RunResult:
        """How it stands, or how it ended.

        Raises:
            LookupError: it was never ready.
        """
        if self._result is not None:
            return self._result
        if self._transcript is None or not self.ready:
            raise LookupError("this app is not ready")
        return summary.so_far(self._transcript, self._run.where, earlier=self._run.earlier)

    def open(self, runs: Runs) -> None:
        """Start, and wait until the app is ready or has ended.

        Raises:
            SandboxError: the sandbox, not the program, failed.
        """
        self._keeper.take(self, patience_seconds=END_SECONDS)
        threading.Thread(target=self._live, args=(runs,), name="app", daemon=True).start()
        while not self._serving.wait(PROBE_SECONDS) and not self._ended.is_set():
            continue
        until = time.monotonic() + self._serve.ready_seconds
        while not self._ended.wait(PROBE_SECONDS):
            if self._is_ready():
                self._announce()
                break
            if time.monotonic() > until and not self._why:
                self._stop("ready_seconds")
        if self._trouble is not None:
            raise self._trouble

    def wait(self, seconds: float) -> RunResult | None:
        """How it ended, once it has, at most so long."""
        self._ended.wait(seconds)
        return self._result

    def end(self, why: str) -> None:
        """Begin to end it; does not wait."""
        if not self._why:
            self._stop(why)

    def close(self) -> RunResult:
        """End the app, if it has not ended; how it did.

        Raises:
            SandboxError: the sandbox, not the program, failed.
        """
        self.end(CLOSED)
        result = self.wait(END_SECONDS)
        if result is None:
            raise self._trouble or SandboxError("the app did not end in time")
        return result

    def idle_for(self) -> float:
        """Seconds since somebody used it."""
        return app_folder.idle_seconds(self._sandbox.folder) if self._sandbox and self._sandbox.folder else 0.0

    def may_idle(self) -> float:
        """Seconds that it may go unused."""
        return self._serve.idle_seconds

    def _stop(self, why: str) -> None:
        self._why = why
        self._run.control.cancel()

    def _placed(self, run: Run, sandbox: DockerSandbox, transcript: Transcript) -> None:
        self._run, self._sandbox, self._transcript = run, sandbox, transcript

    def _began(self, phase: Phase) -> None:
        if phase is Phase.SERVE:
            self._serving.set()

    def _is_ready(self) -> bool:
        # one look may take long where the program listens but does not answer
        return answers(self.folder, self._serve.ready_path) and not self._ended.is_set()

    def _announce(self) -> None:
        environment = self._run.where.environment
        self.until = self._now() + self._run.plan.limits(Phase.SERVE).wall_seconds
        facts = Announcement(
            token=self.token,
            environment=environment.name,
            kind=environment.kind,
            until=self.until,
            idle_seconds=self._serve.idle_seconds,
            session=self._run.request.record,
        )
        app_folder.announce(self.folder, facts)
        self.ready = True

    def _live(self, runs: Runs) -> None:
        try:
            with engine_trouble():
                self._result = self._as_app(runs.execute(self._run))
        except SandboxError as trouble:
            self._trouble = trouble
            self._result = self._lost(trouble) if self.ready else None
        finally:
            self._keeper.drop(self)
            self._ended.set()
        if self.ready and self._on_end is not None and self._result is not None:
            self._on_end(self._result)

    def _as_app(self, found: RunResult) -> RunResult:
        """The run's result, told as that of an app: being ended by us is no failure, ending too soon is one."""
        if not self.ready:
            return self._as_stillborn(found)
        if found.outcome is Outcome.CANCELLED and self._why:
            return replace(found, outcome=Outcome.SUCCEEDED, signal=None, message=_joined(found.message, self._why))
        if found.outcome is Outcome.TIMED_OUT and found.limit_hit == "wall_seconds":
            message = _joined(found.message, "its time was up")
            return replace(found, outcome=Outcome.SUCCEEDED, signal=None, message=message)
        return found

    def _as_stillborn(self, found: RunResult) -> RunResult:
        if found.phase is not Phase.SERVE:
            return found
        if self._why == "ready_seconds" and found.outcome is Outcome.CANCELLED:
            said = f"nothing answered on port {self._serve.port} within {self._serve.ready_seconds:g} s"
            return replace(found, outcome=Outcome.TIMED_OUT, limit_hit=self._why, message=_joined(found.message, said))
        if found.outcome is Outcome.SUCCEEDED:
            said = "the program ended before it could be asked anything"
            return replace(found, outcome=Outcome.FAILED, message=_joined(found.message, said))
        return found

    def _lost(self, trouble: SandboxError) -> RunResult:
        where = self._run.where
        return RunResult(
            outcome=Outcome.INFRASTRUCTURE_ERROR,
            phase=Phase.SERVE,
            message=trouble.message,
            environment=where.environment.name,
            environment_version=where.environment.version,
            image_digest=where.image_digest,
            isolation=where.isolation,
            backend=where.backend,
        )


def _joined(*parts: str) -> str:
    return "; ".join(part for part in parts if part)
