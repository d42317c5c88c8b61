"""Embedded workers: child processes that are started again when they die and end with us."""

import os
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

import structlog

from services.settings import Settings

RESTART_SECONDS = 1.0
STOP_SECONDS = 8.0
log = structlog.get_logger()


@dataclass(kw_only=True)
class Supervisor:
    """Runs `arena worker` twice: one for programs, one for everything that waits for the network."""

    settings: Settings
    waiters: int = 4
    _children: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    _stop: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None

    def __enter__(self) -> Self:
        for name in ("execution", "network"):
            self._start(name)
        self._thread = threading.Thread(target=self._watch, name="supervisor", daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop.set()
        if self._thread is not None:
            self._thread.join(timeout=5)
        for child in self._children.values():
            child.terminate()
        deadline = time.monotonic() + STOP_SECONDS
        for child in self._children.values():
            try:
                child.wait(timeout=max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait(timeout=5)

    @property
    def pids(self) -> dict[str, int]:
        """The process ids of the workers, by name."""
        return {name: child.pid for name, child in self._children.items()}

    @property
    def log_path(self) -> Path:
        """Where the workers write."""
        return self.settings.data_dir.resolve() / "worker.log"

    def _start(self, name: str) -> None:
        queues = ["execution"] if name == "execution" else ["generation", "judgement", "rating"]
        concurrency = self.settings.execution_slots if name == "execution" else self.waiters
        argv = [sys.executable, "-m", "services.cli.main", "worker", "--follow-parent"]
        argv += ["--queues", ",".join(queues), "--concurrency", str(concurrency)]
        self.log_path.parent.mkdir(parents=True, exist_ok=True)
        with self.log_path.open("ab") as output:
            self._children[name] = subprocess.Popen(
                argv,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                env={**os.environ, "ARENA_DATA_DIR": str(self.settings.data_dir.resolve())},
                start_new_session=True,
            )

    def _watch(self) -> None:
        while not self._stop.wait(0.5):
            for name, child in list(self._children.items()):
                code = child.poll()
                if code is not None and not self._stop.is_set():
                    log.warning("worker_restarted", worker=name, code=code)
                    self._stop.wait(RESTART_SECONDS)
                    self._start(name)
