"""The apps of one process: within a budget of memory all together, and ended when nobody uses them."""

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from sandboxes.errors import Busy

LOOK_SECONDS = 1.0
# an app that is in somebody's hands is not ended to make room for another
UNUSED_SECONDS = 30.0
END_SECONDS = 3.0
log = logging.getLogger(__name__)


class Kept(Protocol):
    """A running app, as its keeper sees it."""

    reserved_bytes: int

    def idle_for(self) -> float:
        """Seconds since somebody used it."""

    def may_idle(self) -> float:
        """Seconds that it may go unused."""

    def end(self, why: str) -> None:
        """Begin to end it; does not wait."""


@dataclass(frozen=True, kw_only=True)
class AppMetrics:
    """The apps there are, and what is set aside for them."""

    apps: int
    reserved_bytes: int


class AppKeeper:
    """Threads may share it. One thread of its own looks after the apps while there are any."""

    def __init__(self, budget_bytes: int, *, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._budget, self._monotonic = budget_bytes, monotonic
        self._lock = threading.Condition()
        self._apps: list[Kept] = []
        self._ending: set[int] = set()
        self._thread: threading.Thread | None = None

    def take(self, app: Kept, *, patience_seconds: float) -> None:
        """Set memory aside for this app, if need be by ending those that are unused for the longest.

        Raises:
            Busy: the budget is spent on apps that are in use, or on this one alone.
        """
        until = self._monotonic() + patience_seconds
        with self._lock:
            while self._reserved() + app.reserved_bytes > self._budget:
                if app.reserved_bytes > self._budget:
                    raise Busy(f"an app may use {app.reserved_bytes} bytes, all apps together {self._budget}")
                left = until - self._monotonic()
                if not self._make_room() or left <= 0:
                    raise Busy("the memory for running apps is spent; apps that nobody uses end by themselves")
                self._lock.wait(min(left, LOOK_SECONDS))
            self._apps.append(app)
            if self._thread is None:
                self._thread = threading.Thread(target=self._look_after, name="app-keeper", daemon=True)
                self._thread.start()

    def drop(self, app: Kept) -> None:
        """Forget an app that has ended."""
        with self._lock:
            self._apps = [kept for kept in self._apps if kept is not app]
            self._ending.discard(id(app))
            self._lock.notify_all()

    def end_all(self, why: str, *, seconds: float = END_SECONDS) -> None:
        """End every app, and wait so long for that."""
        with self._lock:
            apps = list(self._apps)
        for app in apps:
            app.end(why)
        with self._lock:
            self._lock.wait_for(lambda: not any(kept is app for kept in self._apps for app in apps), timeout=seconds)

    def metrics(self) -> AppMetrics:
        """The counts."""
        with self._lock:
            return AppMetrics(apps=len(self._apps), reserved_bytes=self._reserved())

    def _reserved(self) -> int:
        return sum(app.reserved_bytes for app in self._apps)

    def _make_room(self) -> bool:
        """Whether an app is being ended so that its memory will be free."""
        if self._ending:
            return True
        unused = [app for app in self._apps if app.idle_for() > UNUSED_SECONDS]
        if not unused:
            return False
        oldest = max(unused, key=lambda app: app.idle_for())
        self._ending.add(id(oldest))
        oldest.end("its memory was needed for another app")
        return True

    def _look_after(self) -> None:
        while True:
            # use is told by the time of a file, and idleness by nothing happening: neither wakes anybody
            time.sleep(LOOK_SECONDS)
            with self._lock:
                if not self._apps:
                    self._thread = None
                    return
                apps = list(self._apps)
            for app in apps:
                if app.idle_for() > app.may_idle():
                    app.end(f"nobody used it for {app.may_idle():.0f} s")
