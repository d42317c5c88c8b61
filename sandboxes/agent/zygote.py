"""The process that runs are forked from: told by the supervisor when to fork, and never given a byte of a job.

Whatever a run's processes inherit was there before its job came. So nothing of a run is in the memory of the next.
"""

import os
import select
import socket
import struct
from collections.abc import Callable
from dataclasses import dataclass, field

from sandboxes.agent import init, launch, namespace, privilege
from sandboxes.agent.immortal import immortalise
from sandboxes.agent.launch import Pipes, Preloaded

UP, INIT, PROGRAM, ENDED, TROUBLE = b"u", b"i", b"p", b"e", b"!"
STATUS = struct.Struct("=cI")
SIZES = struct.Struct("=cQQ")
MAX_FDS = 16
CAPABILITIES = (privilege.SYS_ADMIN, privilege.SYS_CHROOT, privilege.NET_ADMIN)


@dataclass
class Zygote:
    """Serves one supervisor over `link` until that closes."""

    link: socket.socket
    preloaded: Preloaded | None
    drop: Callable[[], None]
    _own_pids: int = -1
    _children: dict[int, tuple[int, bool]] = field(default_factory=dict)

    def serve(self) -> None:
        """Fork on demand; tell how each program ended."""
        self._own_pids = os.open("/proc/self/ns/pid", os.O_RDONLY | os.O_CLOEXEC)
        privilege.hide_from_others()
        privilege.keep_capabilities(*CAPABILITIES)
        if self.preloaded is not None:
            self.preloaded.settle(common=True)
        immortalise()
        self.link.send(UP)
        while True:
            poll = select.poll()
            for fd in (self.link.fileno(), *self._children):
                poll.register(fd, select.POLLIN)
            for fd, _ in poll.poll():
                if fd != self.link.fileno():
                    self._reap(fd)
                elif not self._obey():
                    return

    def _obey(self) -> bool:
        order, fds, _, _ = socket.recv_fds(self.link, 64, MAX_FDS)
        try:
            if order[:1] == INIT:
                _, disk_bytes, inodes = SIZES.unpack(order)
                self._fork_init(disk_bytes, inodes, fds)
            elif order[:1] == PROGRAM:
                self._fork_program(fds)
        except OSError as why:
            self.link.send(TROUBLE + str(why).encode()[:1000])
        finally:
            for fd in fds:
                os.close(fd)
        return bool(order)

    def _fork_init(self, disk_bytes: int, inodes: int, fds: list[int]) -> None:
        pid = namespace.fork_into_new_pids()
        if pid == 0:
            self._be_init(disk_bytes, inodes, fds[0])
        self._after_fork(pid, is_program=False)

    def _be_init(self, disk_bytes: int, inodes: int, fd: int) -> None:
        try:
            self._forget()
            init.serve(socket.socket(fileno=fd), disk_bytes, inodes)
        finally:
            os._exit(0)

    def _fork_program(self, fds: list[int]) -> None:
        homes, ends = fds[: len(namespace.KINDS)], fds[len(namespace.KINDS) :]
        (pids, pids_kind), *others = zip(homes, namespace.KINDS.values(), strict=True)
        namespace.enter(pids, pids_kind)
        pid = os.fork()
        if pid == 0:
            launch.become(Pipes(*ends), enter=lambda: _enter_all(others), drop=self.drop, preloaded=self.preloaded)
        self._after_fork(pid, is_program=True)

    def _after_fork(self, pid: int, *, is_program: bool) -> None:
        namespace.return_to_pids(self._own_pids)
        self._children[os.pidfd_open(pid)] = (pid, is_program)

    def _forget(self) -> None:
        """In a child: close what is the zygote's."""
        os.close(self._own_pids)
        self.link.close()
        for fd in self._children:
            os.close(fd)

    def _reap(self, fd: int) -> None:
        pid, is_program = self._children.pop(fd)
        os.close(fd)
        _, status = os.waitpid(pid, 0)
        if is_program:
            self.link.send(STATUS.pack(ENDED, status))


def _enter_all(homes: list[tuple[int, int]]) -> None:
    for home, kind in homes:
        namespace.enter(home, kind)
