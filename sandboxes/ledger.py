"""Which sandbox a run is in, on disk, so that whoever takes the run over can destroy it."""

import contextlib
import fcntl
import hashlib
import os
import threading
from pathlib import Path


class RunLedger:
    """One small file per running run, named after the hash of its key."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)

    def record(self, key: str, container: str) -> None:
        """Note that this run is in this container."""
        path = self._path(key)
        new = path.with_suffix(f".{os.getpid()}-{threading.get_ident()}")
        new.write_text(container)
        new.replace(path)

    def find(self, key: str) -> str | None:
        """The container of this run, if one is noted."""
        try:
            return self._path(key).read_text() or None
        except FileNotFoundError:
            return None

    def forget(self, key: str, container: str) -> None:
        """Take the note away, unless the run is somewhere else by now."""
        if self.find(key) == container:
            with contextlib.suppress(FileNotFoundError):
                self._path(key).unlink()

    def _path(self, key: str) -> Path:
        return self._folder / hashlib.sha256(key.encode()).hexdigest()[:32]


class Lifelines:
    """A locked file for each living owner of sandboxes; the kernel lets go of it when the owner dies."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)

    def hold(self, name: str) -> int:
        """Lock this name for as long as the returned descriptor is open."""
        fd = os.open(self._path(name), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return fd

    def release(self, name: str, fd: int) -> None:
        """Let go and remove the file."""
        with contextlib.suppress(FileNotFoundError):
            self._path(name).unlink()
        os.close(fd)

    def is_alive(self, name: str) -> bool:
        """Whether somebody holds this name."""
        try:
            fd = os.open(self._path(name), os.O_RDWR | os.O_CLOEXEC)
        except OSError:
            return False
        try:
            fcntl.flock(fd, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        finally:
            os.close(fd)
        with contextlib.suppress(FileNotFoundError):
            self._path(name).unlink()
        return False

    def _path(self, name: str) -> Path:
        return self._folder / f"{name}.lock"
