"""PID 1 of a warm container: gives each job namespaces of its own, made before the job is there.

It starts one process that runs are forked from, a zygote, and a second one with the environment's module loaded where
there is such a module. Programs and the first process of each run are forked from those, which never read a byte of a
job; the supervisor here, which does, is never forked from again.
"""

import os
import platform
import socket
from collections.abc import Callable

from sandboxes.agent import namespace, privilege
from sandboxes.agent.counters import Meter
from sandboxes.agent.launch import Preloaded
from sandboxes.agent.namespace_cell import ANSWER_SECONDS, NamespaceCell, Nursery
from sandboxes.agent.zygote import Zygote

EXIT_DIED, EXIT_OUT_OF_MEMORY, EXIT_HOST_GONE = 70, 86, 3
STARTING_SECONDS = 60.0


def serve_forever(session: Callable[[NamespaceCell], int], load: Callable[[], Preloaded] | None) -> int:
    """Run `session` again and again, each time with a cell of its own; returns the code to exit with.

    `session` returns 0 when its job is over and the container may take another one. `load` loads the module.

    Raises:
        OSError: this host does not allow the namespaces.
    """
    meter = Meter()
    meter.start()
    try:
        namespace.new_user()
        plain, preloaded = start_zygotes(load)
        privilege.hide_from_others()
        privilege.keep_capabilities()
        code = 0
        while code == 0:
            cell = NamespaceCell(plain, preloaded)
            code = session(cell)
            cell.close()
    except OSError:
        if meter.oom_kills():
            return EXIT_OUT_OF_MEMORY
        raise
    return code


def start_zygotes(load: Callable[[], Preloaded] | None) -> tuple[Nursery, Nursery | None]:
    """Fork them into a pid namespace of their own, below which those of the runs will be.

    Raises:
        OSError: the kernel refused, or one of them did not come up.
    """
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    more_ours, more_theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    # a process can only come back to a pid namespace that its own user namespace made, so runs begin from one below
    if namespace.fork_into_new_pids() == 0:
        _be_zygotes(load, theirs, more_theirs, (ours, more_ours))
    theirs.close()
    more_theirs.close()
    plain, preloaded = Nursery(ours), Nursery(more_ours) if load else None
    for nursery in (plain, preloaded):
        if nursery is not None:
            nursery.link.settimeout(STARTING_SECONDS)
            nursery.await_up()
            nursery.link.settimeout(ANSWER_SECONDS)
    return plain, preloaded


def _be_zygotes(
    load: Callable[[], Preloaded] | None, plain: socket.socket, loaded: socket.socket, others: tuple[socket.socket, ...]
) -> None:
    """The plain one is PID 1 of its namespace: with it all go."""
    try:
        for link in others:
            link.close()
        _let_go_of_the_channel()
        drop = make_drop()
        if load is not None and os.fork() == 0:
            plain.close()
            Zygote(loaded, load(), drop).serve()
            os._exit(0)
        loaded.close()
        Zygote(plain, None, drop).serve()
    finally:
        os._exit(EXIT_DIED)


def _let_go_of_the_channel() -> None:
    nothing = os.open("/dev/null", os.O_RDWR)
    for fd in (0, 1):
        os.dup2(nothing, fd)
    os.close(nothing)


def make_drop() -> Callable[[], None]:
    """The last step of a program's process: into a user namespace below ours, without any capability, and without the
    calls that made all this."""
    text = privilege.filter_program(platform.machine())

    def drop() -> None:
        namespace.new_user()
        privilege.forbid_gaining()
        privilege.drop_capabilities()
        privilege.install_filter(text)

    return drop
