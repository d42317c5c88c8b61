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

    Raises:
        OSError: this host does not allow the namespaces.
    """
    meter = Meter()
    meter.start()
    namespace.new_user()
    # a process can only come back to a pid namespace that its own user namespace made, so runs begin from one below
    pid = namespace.fork_into_new_pids()
    if pid == 0:
        _fork_for_each(session)
    privilege.hide_from_others()
    status = _wait(pid)
    return _explain(status, meter)


def _fork_for_each(session: Callable[[], int]) -> None:
    """The process that every run is forked from; its exit code is the container's."""
    code = EXIT_DIED
    try:
        own_pids = os.open("/proc/self/ns/pid", os.O_RDONLY | os.O_CLOEXEC)
        privilege.hide_from_others()
        privilege.keep_capabilities(privilege.SYS_ADMIN, privilege.NET_ADMIN)
        code = 0
        while code == 0:
            meter = Meter()
            meter.start()
            pid = namespace.fork_into_new_pids()
            if pid == 0:
                _be_init(session, own_pids)
            namespace.return_to_pids(own_pids)
            code = _explain(_wait(pid), meter)
    finally:
        os._exit(code)


def _be_init(session: Callable[[], int], own_pids: int) -> None:
    """PID 1 of a run, from here to its end."""
    code = EXIT_DIED
    try:
        os.close(own_pids)
        # the kernel ignores a signal from inside for which its PID 1 has no handler; Python has one for SIGINT
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        code = session()
    finally:
        os._exit(code)


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
