"""Becomes the program: its own pipes and session, no way back, then the words of what to run, then its limits.

A process can go most of this way before there is a job: what it will run comes over a pipe, last.
"""

import contextlib
import fcntl
import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from sandboxes.agent import namespace, privilege
from sandboxes.agent.job import Job, Stage

WORDS_FD, ERROR_FD, FIRST_SPARE_FD, OPEN_FILES = 3, 4, 5, 1024
FAILED_CODE = 127


class Preloaded(Protocol):
    """An environment's module, loaded before there is a program."""

    def settle(self, *, common: bool) -> None:
        """Called once, last, in the process that programs are forked from; `common` if those will be many."""

    def prepare(self) -> None:
        """Called in a fork whose streams are in place, before it is known what it will run."""

    def run(self, argv: list[str]) -> int:
        """Run the program `argv[0]`; the exit code."""


class LaunchFailed(Exception):
    """The program could not be executed at all."""


@dataclass(frozen=True)
class Pipes:
    """The ends that one side holds of a program's three streams, of the pipe for the words and the one for errors."""

    stdin: int
    stdout: int
    stderr: int
    words: int
    error: int

    @classmethod
    def make(cls) -> "tuple[Pipes, Pipes]":
        """The supervisor's ends and the program's."""
        stdin, stdout, stderr, words, error = (os.pipe() for _ in range(5))
        ours = cls(stdin[1], stdout[0], stderr[0], words[1], error[0])
        return ours, cls(stdin[0], stdout[1], stderr[1], words[0], error[1])

    def all(self) -> list[int]:
        """Every descriptor, in the order of the constructor's names."""
        return [self.stdin, self.stdout, self.stderr, self.words, self.error]

    def close(self) -> None:
        """Close them all."""
        for fd in self.all():
            os.close(fd)


class Ending(Protocol):
    """How the supervisor learns that a program has ended."""

    def fileno(self) -> int:
        """Ready to read when there may be news."""

    def poll(self) -> int | None:
        """The wait status, once the program has ended; does not wait."""

    def wait(self) -> int | None:
        """The wait status of a program that was killed; None if nobody can tell."""

    def close(self) -> None:
        """Let go of it."""


@dataclass(frozen=True, kw_only=True)
class Program:
    """A started program: our ends of its streams, not blocking, and how it will be seen to end."""

    pipes: Pipes
    ending: Ending


def start(job: Job, stage: Stage, pipes: Pipes) -> None:
    """Tell a process that waits in `become` what to be, and wait until it is.

    Raises:
        LaunchFailed: it died, or exec was refused; says why.
    """
    words = {"argv": stage.argv, "env": stage.env, "work": job.work, "preloaded": stage.preloaded}
    limits = {"cpu_seconds": stage.cpu_seconds, "file_bytes": stage.file_bytes}
    try:
        with os.fdopen(pipes.words, "wb") as file:
            file.write(json.dumps([words, limits]).encode())
    except OSError as why:
        raise LaunchFailed(f"the program's process went away: {why}") from why
    message = os.read(pipes.error, 4096)
    os.close(pipes.error)
    if message:
        raise LaunchFailed(message.decode(errors="replace"))
    for fd in (pipes.stdin, pipes.stdout, pipes.stderr):
        os.set_blocking(fd, False)


def become(pipes: Pipes, *, enter: Callable[[], None], drop: Callable[[], None], preloaded: Preloaded | None) -> None:
    """In a process of its own: `enter` the place, `drop` all privileges, wait for the words, be the program."""
    code = FAILED_CODE
    try:
        os.setsid()
        enter()
        _keep_only(pipes)
        # this memory is the program's from here on, and /proc/self must be its own
        namespace.set_dumpable(value=1)
        privilege.volunteer_for_oom()
        privilege.reset_signals()
        drop()
        # another uid hides a process again
        namespace.set_dumpable(value=1)
        os.umask(0o022)
        if preloaded is not None:
            preloaded.prepare()
        text = _read_whole(WORDS_FD)
        if not text:
            os._exit(0)
        words, limits = json.loads(text)
        code = _be(words, limits, preloaded)
    except Exception as why:  # noqa: BLE001
        # whatever it is, the supervisor must hear that this never became the program
        with contextlib.suppress(OSError):
            os.write(ERROR_FD, (str(why) or repr(why)).encode(errors="replace")[:4096])
    finally:
        os._exit(code)


def _be(words: dict[str, object], limits: dict[str, float], preloaded: Preloaded | None) -> int:
    argv, env = [str(word) for word in words["argv"]], words["env"]  # type: ignore[attr-defined]
    os.chdir(str(words["work"]))
    privilege.limit(cpu_seconds=limits["cpu_seconds"], file_bytes=int(limits["file_bytes"]))
    if words["preloaded"] and preloaded is not None:
        os.close(ERROR_FD)
        os.environ.clear()
        os.environ.update(env)  # type: ignore[call-overload]
        return preloaded.run(argv) & 0xFF
    try:
        os.execvpe(argv[0], argv, env)  # type: ignore[arg-type]  # noqa: S606 (no shell is the point)
    except OSError as why:
        raise OSError(why.errno, f"{argv[0]}: {why}") from why


def _keep_only(pipes: Pipes) -> None:
    """The streams become 0, 1, 2, the other two WORDS_FD and ERROR_FD, which close on exec; nothing else stays open."""
    # out of the way first, so that no target is a source that is still needed
    high = [fcntl.fcntl(fd, fcntl.F_DUPFD_CLOEXEC, 64) for fd in pipes.all()]
    for target, fd in enumerate(high):
        os.dup2(fd, target, inheritable=target < WORDS_FD)
    os.closerange(FIRST_SPARE_FD, OPEN_FILES)


def _read_whole(fd: int) -> bytes:
    parts = []
    while part := os.read(fd, 65536):
        parts.append(part)
    os.close(fd)
    return b"".join(parts)
