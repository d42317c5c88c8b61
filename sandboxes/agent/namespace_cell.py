"""A run's namespaces inside a warm container, as the supervisor sees them: made, watched and ended from outside.

The supervisor is in none of them. It reaches the run's files through a descriptor, and to the kernel it is the
program's own user without a capability, so it can do no more to them than the program could.
"""

import os
import socket
from collections.abc import Callable
from dataclasses import dataclass

from sandboxes.agent import init, namespace, zygote
from sandboxes.agent.cell import no_room
from sandboxes.agent.channel import Channel
from sandboxes.agent.files import Send
from sandboxes.agent.job import Job, Stage
from sandboxes.agent.launch import LaunchFailed, Pipes, Program, start

ANSWER_SECONDS = 20.0
DEFAULT_DISK_BYTES, DEFAULT_INODES = 64 << 20, 4096


class Broken(OSError):
    """A process of ours inside the container is gone or does not answer; the container is of no more use."""


@dataclass
class Nursery:
    """The supervisor's end of one zygote."""

    link: socket.socket

    def await_up(self) -> None:
        """Return when it can fork.

        Raises:
            Broken: it never will.
        """
        if _receive(self.link) != zygote.UP:
            raise Broken("the process that runs are forked from did not start")

    def ask(self, order: bytes, fds: list[int]) -> None:
        """Have something forked; the descriptors go along.

        Raises:
            Broken: it is gone.
        """
        try:
            socket.send_fds(self.link, [order], fds)
        except OSError as why:
            raise Broken(f"the process that runs are forked from is gone: {why}") from why

    def ended(self) -> int:
        """The wait status of the program that was forked last; waits for it.

        Raises:
            LaunchFailed: it was not forked; says why.
            Broken: nobody can tell any more.
        """
        said = _receive(self.link)
        if said[:1] == zygote.TROUBLE:
            raise LaunchFailed(said[1:].decode(errors="replace"))
        if len(said) != zygote.STATUS.size:
            raise Broken("the process that runs are forked from makes no sense")
        return int(zygote.STATUS.unpack(said)[1])


@dataclass
class Forked:
    """The ending of a program that a zygote forked."""

    nursery: Nursery
    status: int | None = None

    def fileno(self) -> int:
        """For poll: the zygote tells when it has ended."""
        return self.nursery.link.fileno()

    def poll(self) -> int | None:
        """Call it when there is news; nothing else would make the zygote speak."""
        self.nursery.link.settimeout(0)
        try:
            self.status = self.nursery.ended() if self.status is None else self.status
        except BlockingIOError:
            return None
        finally:
            self.nursery.link.settimeout(ANSWER_SECONDS)
        return self.status

    def wait(self) -> int | None:
        """Wait for the zygote's word about a program that was killed."""
        if self.status is None:
            self.status = self.nursery.ended()
        return self.status

    def close(self) -> None:
        """Nothing is held."""


class NamespaceCell:
    """One run's namespaces, and a process in them that waits to become the program."""

    def __init__(self, plain: Nursery, preloaded: Nursery | None) -> None:
        """Make everything that can be made before there is a job.

        Raises:
            OSError: this host does not allow it; says what.
        """
        self._plain, self._preloaded = plain, preloaded
        self._sizes = DEFAULT_DISK_BYTES, DEFAULT_INODES
        self._link, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._link.settimeout(ANSWER_SECONDS)
        self._homes: list[int] = []
        self._places: list[int] = []
        self._waiting: tuple[Nursery, Pipes] | None = None
        try:
            with theirs:
                plain.ask(zygote.SIZES.pack(zygote.INIT, *self._sizes), [theirs.fileno()])
            self._await_init()
            self._waiting = self._fork(preloaded or plain)
        except BaseException:
            self.close()
            raise
        self.work = f"/proc/self/fd/{self._places[0]}"

    def begin(self, uid: int) -> None:
        """Check that host and container agree about the program's user.

        Raises:
            LaunchFailed: they do not.
        """
        if uid != os.getuid():
            raise LaunchFailed(f"this sandbox is of user {os.getuid()}, not {uid}")

    def prepare(self, stage: Stage) -> None:
        """Give the work directory this stage's size.

        Raises:
            OSError: it holds more than that.
        """
        if (stage.disk_bytes, stage.inodes) != self._sizes:
            self._order(b"%s %d %d" % (init.RESIZE, stage.disk_bytes, stage.inodes))
            self._sizes = stage.disk_bytes, stage.inodes

    def launch(self, job: Job, stage: Stage) -> Program:
        """Let the process that waits become the program, or a new one if that is of the wrong kind."""
        nursery = self._preloaded if stage.preloaded and self._preloaded else self._plain
        if self._waiting is None or self._waiting[0] is not nursery:
            self._dismiss()
            self._waiting = self._fork(nursery)
        (_, pipes), self._waiting = self._waiting, None
        program = Program(pipes=pipes, ending=Forked(nursery))
        try:
            start(job, stage, pipes)
        except LaunchFailed as why:
            program.ending.wait()
            raise LaunchFailed(str(why)) from why
        return program

    def kill_everyone(self, program: Program) -> int | None:
        """Have PID 1 kill all; once more after the program is gone, for its orphans come to PID 1 only then."""
        known = program.ending.poll()
        self._order(init.KILL)
        if known is None:
            program.ending.wait()
            self._order(init.KILL)
        return program.ending.poll()

    def inside(self, channel: Channel, action: Callable[[Send], None]) -> None:
        """Do it here: we have the program's rights over files, and nobody else is alive.

        Raises:
            LaunchFailed: says why it cannot.
        """

        def send(frame: bytes) -> None:
            channel.send_raw(frame)
            if channel.crowded:
                channel.drain()

        try:
            action(send)
        except OSError as why:
            raise LaunchFailed(str(why)) from why

    def is_full(self) -> bool:
        """Look at the mounts through our descriptors."""
        return any(no_room(os.fstatvfs(fd)) for fd in self._places)

    def close(self) -> None:
        """End PID 1, and with it the namespaces, mounts and whoever is left."""
        try:
            self._dismiss()
        finally:
            self._link.close()
            for fd in (*self._homes, *self._places):
                os.close(fd)
            self._homes, self._places = [], []

    def _await_init(self) -> None:
        try:
            said, fds, _, _ = socket.recv_fds(self._link, 1100, zygote.MAX_FDS)
        except OSError as why:
            raise Broken(f"no namespaces: {why}") from why
        kinds = len(namespace.KINDS)
        self._homes, self._places = list(fds[:kinds]), list(fds[kinds:])
        if said != init.READY or len(self._places) != len(namespace.WRITABLE):
            raise OSError(said[1:].decode(errors="replace") or "no namespaces: their PID 1 died")

    def _fork(self, nursery: Nursery) -> tuple[Nursery, Pipes]:
        ours, theirs = Pipes.make()
        nursery.ask(zygote.PROGRAM, [*self._homes, *theirs.all()])
        theirs.close()
        return nursery, ours

    def _dismiss(self) -> None:
        """Let the process that waits go: it gets no words."""
        if self._waiting is not None:
            (nursery, pipes), self._waiting = self._waiting, None
            pipes.close()
            nursery.ended()

    def _order(self, order: bytes) -> None:
        try:
            self._link.send(order)
            said = _receive(self._link)
        except OSError as why:
            raise Broken(f"PID 1 of the run is gone: {why}") from why
        if said != init.DONE:
            raise OSError(said[1:].decode(errors="replace") or "PID 1 of the run is gone")


def _receive(link: socket.socket) -> bytes:
    try:
        said = link.recv(1100)
    except BlockingIOError:
        raise
    except OSError as why:
        raise Broken(f"no answer inside the sandbox: {why}") from why
    if not said:
        raise Broken("a process of the sandbox is gone")
    return said
