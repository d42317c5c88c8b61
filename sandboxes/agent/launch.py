"""Forks the program: its own pipes and session, limits, no way back."""

import os
from collections.abc import Callable
from dataclasses import dataclass

from sandboxes.agent import namespace, privilege
from sandboxes.agent.cell import Cell, LaunchFailed
from sandboxes.agent.job import Job, Stage

Preloaded = Callable[[list[str]], int]


@dataclass(frozen=True, kw_only=True)
class Program:
    """A started program and our ends of its pipes, not blocking."""

    pid: int
    pidfd: int
    stdin: int
    stdout: int
    stderr: int


def launch(job: Job, stage: Stage, cell: Cell, preloaded: Preloaded | None) -> Program:
    """Start the stage's program.

    Raises:
        LaunchFailed: fork or exec was refused; says why.
    """
    stdin, stdout, stderr, error = os.pipe(), os.pipe(), os.pipe(), os.pipe()
    try:
        pid = os.fork()
    except OSError as why:
        raise LaunchFailed(str(why)) from why
    if pid == 0:
        _child(job, stage, cell, preloaded, (stdin[0], stdout[1], stderr[1], error[1]))
    for fd in (stdin[0], stdout[1], stderr[1], error[1]):
        os.close(fd)
    message = os.read(error[0], 4096)
    os.close(error[0])
    if message:
        os.waitpid(pid, 0)
        raise LaunchFailed(message.decode(errors="replace"))
    for fd in (stdin[1], stdout[0], stderr[0]):
        os.set_blocking(fd, False)
    return Program(pid=pid, pidfd=os.pidfd_open(pid), stdin=stdin[1], stdout=stdout[0], stderr=stderr[0])


def _child(job: Job, stage: Stage, cell: Cell, preloaded: Preloaded | None, fds: tuple[int, int, int, int]) -> None:
    stdin, stdout, stderr, error = fds
    code = 127
    try:
        os.setsid()
        for source, target in ((stdin, 0), (stdout, 1), (stderr, 2)):
            os.dup2(source, target)
        error = _keep_only(error)
        # this memory is the program's from here on, and /proc/self must be its own
        namespace.set_dumpable(value=1)
        privilege.volunteer_for_oom()
        privilege.limit(cpu_seconds=stage.cpu_seconds, file_bytes=stage.file_bytes)
        privilege.reset_signals()
        cell.drop()
        os.umask(0o022)
        os.chdir(job.work)
        if stage.preloaded and preloaded is not None:
            os.close(error)
            code = _become_program(stage, preloaded)
        else:
            os.execvpe(stage.argv[0], list(stage.argv), stage.env)  # noqa: S606 (no shell is the point)
    except OSError as why:
        os.write(error, f"{stage.argv[0]}: {why}".encode()[:4096])
    finally:
        os._exit(code)


def _become_program(stage: Stage, preloaded: Preloaded) -> int:
    os.environ.clear()
    os.environ.update(stage.env)
    return preloaded(list(stage.argv)) & 0xFF


def _keep_only(error: int) -> int:
    """Close everything above 2 but this descriptor, which closes on exec and now is 3."""
    if error != 3:
        os.dup2(error, 3, inheritable=False)
    os.closerange(4, 1024)
    return 3
