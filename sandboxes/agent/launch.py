"""Forks the program: another uid, its own pipes and session, limits, no way back."""

import os
from dataclasses import dataclass

from sandboxes.agent import privilege
from sandboxes.agent.job import Job


class LaunchFailed(Exception):
    """The program could not be executed at all."""


@dataclass(frozen=True, kw_only=True)
class Program:
    """A started program and our ends of its pipes, not blocking."""

    pid: int
    pidfd: int
    stdin: int
    stdout: int
    stderr: int


def launch(job: Job) -> Program:
    """Start the job's program.

    Raises:
        LaunchFailed: fork or exec was refused; says why.
    """
    stdin, stdout, stderr, error = os.pipe(), os.pipe(), os.pipe(), os.pipe()
    try:
        pid = os.fork()
    except OSError as why:
        raise LaunchFailed(str(why)) from why
    if pid == 0:
        _child(job, stdin[0], stdout[1], stderr[1], error[1])
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


def _child(job: Job, stdin: int, stdout: int, stderr: int, error: int) -> None:
    try:
        os.setsid()
        for source, target in ((stdin, 0), (stdout, 1), (stderr, 2)):
            os.dup2(source, target)
        error = _keep_only(error)
        privilege.volunteer_for_oom()
        privilege.limit(cpu_seconds=job.cpu_seconds, file_bytes=job.file_bytes)
        privilege.reset_signals()
        privilege.become(job.uid)
        os.umask(0o022)
        os.chdir(job.work)
        os.execvpe(job.argv[0], list(job.argv), job.env)  # noqa: S606 (no shell is the point)
    except OSError as why:
        os.write(error, f"{job.argv[0]}: {why}".encode()[:4096])
    finally:
        os._exit(127)


def _keep_only(error: int) -> int:
    """Close everything above 2 but this descriptor, which closes on exec and now is 3."""
    if error != 3:
        os.dup2(error, 3, inheritable=False)
    os.closerange(4, 1024)
    return 3
