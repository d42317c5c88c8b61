"""PID 1 of a warm container: gives each job namespaces of its own and never reads a byte of it.

It forks the next run's process before the job is there and lets that process do all the talking, so nothing of a job
is ever in the memory that later runs are forked from.
"""

import os
import signal
from collections.abc import Callable

from sandboxes.agent import namespace, privilege
from sandboxes.agent.counters import Meter

EXIT_DIED, EXIT_OUT_OF_MEMORY, EXIT_HOST_GONE = 70, 86, 3


def serve_forever(session: Callable[[], int]) -> int:
    """Run `session` again and again, each time as PID 1 of fresh namespaces; returns the code to exit with.

    `session` returns 0 when its job is over and the container may take another one.
    """
    while True:
        meter = Meter()
        meter.start()
        pid = _spawn(session)
        status = _wait(pid)
        if status != 0:
            return _explain(status, meter)


def _spawn(session: Callable[[], int]) -> int:
    """Fork into the namespaces; returns the pid of their PID 1, which by then is our child."""
    read, write = os.pipe()
    middle = os.fork()
    if middle == 0:
        os.close(read)
        _enter(write, session)
    os.close(write)
    text = b""
    while data := os.read(read, 64):
        text += data
    os.close(read)
    os.waitpid(middle, 0)
    if not text.isdigit():
        raise OSError(text.decode(errors="replace") or "the namespaces could not be made")
    return int(text)


def _enter(write: int, session: Callable[[], int]) -> None:
    """The process in the middle: its child is PID 1 of the new pid namespace, and an orphan at once."""
    code = 1
    try:
        namespace.unshare()
        pid = os.fork()
        if pid == 0:
            os.close(write)
            code = _be_init(session)
        else:
            os.write(write, str(pid).encode())
            code = 0
    except OSError as why:
        os.write(write, str(why).encode()[:200])
    finally:
        os._exit(code)


def _be_init(session: Callable[[], int]) -> int:
    privilege.hide_from_others()
    # the kernel ignores a signal from inside for which its PID 1 has no handler; Python has one for SIGINT
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    return session()


def _wait(pid: int) -> int:
    """Reap until this child is dead; its wait status."""
    while True:
        found, status = os.waitpid(-1, 0)
        if found == pid:
            return status


def _explain(status: int, meter: Meter) -> int:
    if os.WIFEXITED(status):
        return os.WEXITSTATUS(status)
    return EXIT_OUT_OF_MEMORY if meter.oom_kills() else EXIT_DIED
