"""PID 1 of one run's namespaces: furnishes them, holds them, reaps orphans, and kills everybody when told.

It never reads a byte of a job. The supervisor speaks to it over a socket pair; a closed socket ends it, and with it
everything in its pid namespace.
"""

import os
import signal
import socket

from sandboxes.agent import namespace, privilege
from sandboxes.agent.cell import kill_all

KILL, RESIZE, DONE, READY, TROUBLE = b"kill", b"size", b"done", b"ready", b"!"


def serve(link: socket.socket, disk_bytes: int, inodes: int) -> None:
    """Furnish, hand out descriptors of the namespaces and the writable places, then obey until the socket closes."""
    # the kernel ignores a signal from inside for which its PID 1 has no handler; Python has one for SIGINT
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    # orphans are reaped by the kernel
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    try:
        namespace.furnish(disk_bytes=disk_bytes, inodes=inodes)
        privilege.keep_capabilities(privilege.SYS_ADMIN)
        places = [os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC) for path in namespace.WRITABLE]
        homes = [os.open(f"/proc/self/ns/{kind}", os.O_RDONLY | os.O_CLOEXEC) for kind in namespace.KINDS]
        held = [*homes, *places]
        socket.send_fds(link, [READY], held)
        for fd in held:
            os.close(fd)
    except OSError as why:
        link.send(TROUBLE + str(why).encode()[:1000])
        return
    while order := link.recv(64):
        link.send(_obey(order))


def _obey(order: bytes) -> bytes:
    kind, *numbers = order.split()
    try:
        if kind == KILL:
            _kill_everyone()
        elif kind == RESIZE:
            disk_bytes, inodes = (int(number) for number in numbers)
            namespace.resize(disk_bytes=disk_bytes, inodes=inodes)
    except OSError as why:
        return TROUBLE + str(why).encode()[:1000]
    return DONE


def _kill_everyone() -> None:
    """SIGKILL to all but ourselves; returns when none of our children is left."""
    kill_all()
    try:
        # orphans are ignored, so this waits for the last of them and then says that there is none
        os.waitpid(-1, 0)
    except ChildProcessError:
        return
