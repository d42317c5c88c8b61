"""Slots shared by all processes that use one state folder: a slot is a lock on a file, freed by the kernel."""

import fcntl
import hashlib
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sandboxes.errors import Busy

POLL_SECONDS = 0.02


class Slots:
    """At most `count` sandboxes at once, each with a number of its own."""

    def __init__(self, folder: Path, count: int, *, patience_seconds: float) -> None:
        self._folder, self._count, self._patience = folder, count, patience_seconds
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.scope = hashlib.sha256(os.fsencode(folder.resolve())).hexdigest()[:12]

    @contextmanager
    def take(self) -> Iterator[int]:
        """Hold a slot; its number.

        Raises:
            Busy: none became free in time.
        """
        until = time.monotonic() + self._patience
        while (held := self._try()) is None:
            if time.monotonic() > until:
                raise Busy(f"all {self._count} sandbox slots are taken")
            time.sleep(POLL_SECONDS)
        slot, fd = held
        try:
            yield slot
        finally:
            os.close(fd)

    def _try(self) -> tuple[int, int] | None:
        for slot in range(self._count):
            fd = os.open(self._folder / f"slot-{slot}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            try:
                fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                os.close(fd)
            else:
                return slot, fd
        return None
