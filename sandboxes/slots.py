"""Slots shared by all processes that use one state folder: a slot is a lock on a file, freed by the kernel."""

import fcntl
import hashlib
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sandboxes.errors import Busy

POLL_SECONDS = 0.002


@dataclass(frozen=True, kw_only=True)
class Held:
    """A slot that is ours; the kernel frees it if we die."""

    number: int
    fd: int

    def release(self) -> None:
        """Give it back."""
        os.close(self.fd)


class Slots:
    """At most `count` sandboxes at once, each with a number of its own."""

    def __init__(self, folder: Path, count: int, *, patience_seconds: float) -> None:
        self._folder, self._count, self._patience = folder, count, patience_seconds
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.scope = hashlib.sha256(os.fsencode(folder.resolve())).hexdigest()[:12]

    @contextmanager
    def take(self, *, stop: Callable[[], bool] = lambda: False) -> Iterator[int]:
        """Hold a slot; its number.

        Raises:
            Busy: none became free in time, or before `stop` said so.
        """
        held = self.acquire(stop=stop)
        try:
            yield held.number
        finally:
            held.release()

    def acquire(self, *, stop: Callable[[], bool] = lambda: False) -> "Held":
        """Take a slot until it is released.

        Raises:
            Busy: none became free in time, or before `stop` said so.
        """
        until = time.monotonic() + self._patience
        while (held := self._try()) is None:
            if time.monotonic() > until or stop():
                raise Busy(f"all {self._count} sandbox slots are taken")
            time.sleep(POLL_SECONDS)
        return held

    def _try(self) -> "Held | None":
        for slot in range(self._count):
            fd = os.open(self._folder / f"slot-{slot}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            try:
                fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                os.close(fd)
            else:
                return Held(number=slot, fd=fd)
        return None
