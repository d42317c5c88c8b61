"""Where one run happens: in a container of its own (here), or in namespaces inside a warm one (`namespace_cell`)."""

import os
import signal
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from sandboxes.agent import frames, namespace, privilege
from sandboxes.agent.channel import Channel
from sandboxes.agent.files import Send, write_whole
from sandboxes.agent.job import Job, Stage
from sandboxes.agent.launch import LaunchFailed, Pipes, Preloaded, Program, become, start

FULL_BELOW_BYTES = 64 * 1024


class Cell(Protocol):
    """The place of one run, as the supervisor uses it. `work` is a path that leads the supervisor to its files."""

    work: str

    def begin(self, uid: int) -> None:
        """Take the number of the program's user."""

    def prepare(self, stage: Stage) -> None:
        """Make the place ready for this stage."""

    def launch(self, job: Job, stage: Stage) -> Program:
        """Start the stage's program.

        Raises:
            LaunchFailed: fork or exec was refused; says why.
        """

    def kill_everyone(self, program: Program) -> int | None:
        """Kill every process of the run and wait until none is left; the program's wait status, if it can be told."""

    def inside(self, channel: Channel, action: Callable[[Send], None]) -> None:
        """Touch the program's files with no more rights than the program has."""

    def is_full(self) -> bool:
        """Whether a writable place has no room or no inode left."""


@dataclass
class OwnChild:
    """The ending of a program that is our own child."""

    pid: int
    pidfd: int
    status: int | None = None

    def fileno(self) -> int:
        """For poll."""
        return self.pidfd

    def poll(self) -> int | None:
        """Reap whoever has ended; the program's status once it is among them."""
        return self._reap(os.WNOHANG)

    def wait(self) -> int | None:
        """Reap until nobody is left."""
        return self._reap(0)

    def close(self) -> None:
        """Let go of the descriptor."""
        os.close(self.pidfd)

    def _reap(self, flags: int) -> int | None:
        while True:
            try:
                pid, status = os.waitpid(-1, flags)
            except ChildProcessError:
                return self.status
            if pid == 0:
                return self.status
            if pid == self.pid:
                self.status = status


class ContainerCell:
    """The container is the run's own: the agent is its root and hands the files to a helper of the program's uid."""

    work = namespace.WORK

    def __init__(self, preloaded: Preloaded | None, bridge: Callable[[int], int] | None = None) -> None:
        """`preloaded` has settled; `bridge` opens a way to a program's port."""
        self._uid, self._preloaded, self._bridge = 0, preloaded, bridge

    def begin(self, uid: int) -> None:
        """Take the number of the program's user.

        Raises:
            LaunchFailed: it is root's.
        """
        if uid == 0:
            raise LaunchFailed("the program must not be root")
        self._uid = uid

    def prepare(self, stage: Stage) -> None:
        """The container came with its limits."""

    def launch(self, job: Job, stage: Stage) -> Program:
        """Fork it here."""
        preloaded = self._preloaded if stage.preloaded else None
        if stage.port:
            self._open_bridge(stage.port)
        ours, theirs = Pipes.make()
        try:
            pid = os.fork()
        except OSError as why:
            raise LaunchFailed(str(why)) from why
        if pid == 0:
            become(theirs, enter=lambda: None, drop=self._drop, preloaded=preloaded)
        theirs.close()
        ending = OwnChild(pid, os.pidfd_open(pid))
        start(job, stage, ours)
        return Program(pipes=ours, ending=ending)

    def kill_everyone(self, program: Program) -> int | None:
        """SIGKILL to every process but ourselves, PID 1."""
        kill_all()
        return program.ending.wait()

    def inside(self, channel: Channel, action: Callable[[Send], None]) -> None:
        """Fork a helper of the program's uid and pass its frames on.

        Raises:
            LaunchFailed: the helper says why it cannot, or died.
        """
        read, write = os.pipe()
        pid = os.fork()
        if pid == 0:
            self._help(write, action)
        os.close(write)
        refused = _relay(channel, read)
        if os.waitpid(pid, 0)[1] != 0:
            raise LaunchFailed(refused or "the file helper died")

    def is_full(self) -> bool:
        """Look at the mounts."""
        return any(no_room(os.statvfs(path)) for path in namespace.WRITABLE)

    def _open_bridge(self, port: int) -> None:
        if self._bridge is None:
            raise LaunchFailed("this sandbox has no place for a socket")
        try:
            self._bridge(port)
        except OSError as why:
            raise LaunchFailed(f"no socket for the program: {why}") from why

    def _drop(self) -> None:
        privilege.become(self._uid)
        privilege.drop_capabilities()

    def _help(self, write: int, action: Callable[[Send], None]) -> None:
        code = 1
        try:
            privilege.volunteer_for_oom()
            self._drop()
            action(lambda frame: write_whole(write, frame))
            code = 0
        except OSError as why:
            write_whole(write, frames.encode(frames.REFUSED, str(why).encode()[:1000]))
        finally:
            os._exit(code)


def no_room(found: os.statvfs_result) -> bool:
    """Whether a file system is as good as full."""
    return found.f_bavail * found.f_frsize < FULL_BELOW_BYTES or found.f_ffree == 0


def kill_all() -> None:
    """SIGKILL to every process of this pid namespace but ourselves."""
    try:
        os.kill(-1, signal.SIGKILL)
    except ProcessLookupError:
        return


def _relay(channel: Channel, read: int) -> str:
    """Pass the helper's frames on; returns its complaint, if it made one."""
    decoder, refused = frames.Decoder(), ""
    while True:
        ready, _ = channel.wait([] if channel.crowded else [read], [], 1.0)
        if read not in ready:
            continue
        data = os.read(read, 65536)
        if not data:
            break
        for kind, payload in decoder.feed(data):
            if kind == frames.REFUSED:
                refused = payload.decode(errors="replace")
            else:
                channel.send(kind, payload)
    os.close(read)
    return refused
