"""A helper process shared by several arena processes: started on first use, ended with its last user.

Three advisory locks in the folder carry the whole truth, so that `kill -9` of anybody leaves it right:

    users.lock    every user holds it shared; who gets it exclusively knows that nobody is left
    keeper.lock   held by the keeper, the small detached process that watches the users
    child.lock    held by the child itself, so that a second child never starts beside the first

The keeper (`python -m services.shared_process FOLDER -- ARGV...`) starts the child so that the kernel kills it
with the keeper, looks for users once per second, and ends the child when there are none.
"""

import contextlib
import ctypes
import fcntl
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from services.errors import PrerequisiteError, Unavailable

LOOK_SECONDS = 1.0
END_SECONDS = 5.0
_LOG_LINES = 12
_PR_SET_PDEATHSIG = 1


class SharedProcess:
    """One user's hold on the helper process of `folder`.

    `ready` says whether the child answers; it must come back within a second or so. `start_seconds` bounds a
    start. The hold ends with `release()` or with this process.
    """

    def __init__(self, folder: Path, argv: Sequence[str], ready: Callable[[], bool], start_seconds: float) -> None:
        self.folder = folder.resolve()
        self._argv = tuple(argv)
        self._ready = ready
        self._start_seconds = start_seconds
        self._users: int | None = None
        self._lock = threading.Lock()

    def ensure(self) -> None:
        """The child runs and answers when this returns, and stays while this process holds it.

        Raises:
            PrerequisiteError: the folder cannot be used.
            Unavailable: the child did not start in time; the message carries the last log lines.
        """
        with self._lock:
            deadline = time.monotonic() + self._start_seconds
            if self._users is None:
                self._make_folder()
                self._users = _locked(self.folder / "users.lock", fcntl.LOCK_SH, deadline + END_SECONDS)
            if not self._up():
                self._start(deadline)

    def alive(self) -> bool:
        """Whether a keeper and its child are running now."""
        return _is_held(self.folder / "keeper.lock") and _is_held(self.folder / "child.lock")

    def release(self) -> None:
        """Give up this process's hold; the child ends about a second after the last one does."""
        with self._lock:
            if self._users is not None:
                os.close(self._users)
                self._users = None

    def log_tail(self) -> str:
        """The last lines the keeper and the child wrote."""
        with contextlib.suppress(OSError):
            lines = (self.folder / "log").read_text(errors="replace").splitlines()
            return "\n".join(lines[-_LOG_LINES:])
        return ""

    def _up(self) -> bool:
        """Whether the child answers, and it is ours: an answer alone may come from one that is just being killed."""
        return self.alive() and self._ready()

    def _make_folder(self) -> None:
        try:
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        except OSError as error:
            raise PrerequisiteError(
                f"The folder {self.folder} cannot be made: {error.strerror}.",
                hint="Set ARENA_DATA_DIR to one that can.",
            ) from error

    def _start(self, deadline: float) -> None:
        with _lock(self.folder / "start.lock", fcntl.LOCK_EX, deadline):
            if not self._up() and (keeper := self._take_keeper_lock()) is not None:
                try:
                    self._spawn(keeper)
                finally:
                    os.close(keeper)
            self._wait(deadline)

    def _take_keeper_lock(self) -> int | None:
        """The keeper's lock, or None when a keeper has it; a passing `alive()` of someone else is waited out."""
        try:
            return _locked(self.folder / "keeper.lock", fcntl.LOCK_EX, time.monotonic() + 0.1)
        except Unavailable:
            return None

    def _spawn(self, keeper_lock: int) -> None:
        command = [sys.executable, "-m", "services.shared_process", str(self.folder), "--", *self._argv]
        root = str(Path(__file__).resolve().parent.parent)
        path = os.pathsep.join(filter(None, [root, os.environ.get("PYTHONPATH", "")]))
        with (self.folder / "log").open("wb") as log:
            subprocess.run(
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                pass_fds=(keeper_lock,),
                cwd=self.folder,
                env={**os.environ, "PYTHONPATH": path},
                check=False,
            )

    def _wait(self, deadline: float) -> None:
        while not self._up():
            gone = not _is_held(self.folder / "keeper.lock")
            if gone or time.monotonic() > deadline:
                why = "ended while starting" if gone else f"was not ready within {self._start_seconds:g} s"
                raise Unavailable(
                    f"The helper process {Path(self._argv[0]).name} {why}. Its last words:\n{self.log_tail()}",
                    hint=f"See {self.folder / 'log'}.",
                )
            time.sleep(0.02)


def _locked(path: Path, kind: int, deadline: float) -> int:
    """A descriptor that holds the lock. Raises Unavailable when it is not to be had by `deadline`."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    while True:
        try:
            fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
            return descriptor
        except BlockingIOError:
            if time.monotonic() > deadline:
                os.close(descriptor)
                raise Unavailable(f"{path} stayed locked by another process.") from None
            time.sleep(0.01)


@contextlib.contextmanager
def _lock(path: Path, kind: int, deadline: float) -> Iterator[None]:
    descriptor = _locked(path, kind, deadline)
    try:
        yield
    finally:
        os.close(descriptor)


def _is_held(path: Path) -> bool:
    """Whether somebody holds the lock exclusively."""
    if not path.exists():
        return False
    try:
        os.close(_locked(path, fcntl.LOCK_SH, 0.0))
    except Unavailable:
        return True
    return False


# --- the keeper -----------------------------------------------------------------------------------------------


def keep(folder: Path, argv: Sequence[str]) -> int:
    """Run the child until it ends, nobody uses it any more, or a TERM comes; always ends it. Returns 0."""
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGCHLD, signal.SIGTERM, signal.SIGINT})
    (folder / "keeper.pid").write_text(str(os.getpid()))
    child_lock = _locked(folder / "child.lock", fcntl.LOCK_EX, time.monotonic() + END_SECONDS)
    keeper = os.getpid()
    child = subprocess.Popen(
        argv,
        stdin=subprocess.DEVNULL,
        pass_fds=(child_lock,),
        preexec_fn=lambda: _become_child(keeper, folder),  # noqa: PLW1509
    )
    os.close(child_lock)
    users = os.open(folder / "users.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    while child.poll() is None:
        info = signal.sigtimedwait({signal.SIGCHLD, signal.SIGTERM, signal.SIGINT}, LOOK_SECONDS)
        if (info is not None and info.si_signo != signal.SIGCHLD) or _take(users):
            break
    _end(child)
    return 0


def _take(users: int) -> bool:
    """Whether nobody uses the child; the lock is kept then, so that newcomers wait until the keeper is gone."""
    try:
        fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _become_child(keeper: int, folder: Path) -> None:
    """Before exec: be killed with the keeper, say who we are, and take signals normally again."""
    ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != keeper:
        os._exit(1)
    (folder / "child.pid").write_text(str(os.getpid()))
    signal.pthread_sigmask(signal.SIG_SETMASK, set())


def _end(child: "subprocess.Popen[bytes]") -> None:
    child.terminate()
    try:
        code = child.wait(END_SECONDS)
    except subprocess.TimeoutExpired:
        child.kill()
        code = child.wait()
    print(f"keeper: the child ended with {code}", flush=True)  # noqa: T201


def main() -> int:
    """Detach, so that no user is this process's parent, and keep the child."""
    if os.fork():
        os._exit(0)
    folder, separator, *argv = sys.argv[1:]
    if separator != "--" or not argv:
        raise SystemExit("usage: python -m services.shared_process FOLDER -- ARGV...")
    return keep(Path(folder), argv)


if __name__ == "__main__":
    raise SystemExit(main())
