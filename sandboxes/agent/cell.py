"""The two ways a run is kept apart: by its container, or by namespaces of its own inside a warm one."""

import os
from collections.abc import Callable
from typing import Protocol

from sandboxes.agent import frames, namespace, privilege
from sandboxes.agent.channel import Channel
from sandboxes.agent.files import Send, write_whole
from sandboxes.agent.job import Stage


class LaunchFailed(Exception):
    """The program could not be executed at all."""


class Cell(Protocol):
    """Where one run happens; the caller is PID 1 of it."""

    def begin(self, uid: int) -> None:
        """Take the number of the program's user."""

    def prepare(self, stage: Stage) -> None:
        """Make the place ready for this stage."""

    def drop(self) -> None:
        """In the program's own process: give up everything, for good."""

    def inside(self, channel: Channel, action: Callable[[Send], None]) -> None:
        """Touch the program's files with no more rights than the program has."""


class ContainerCell:
    """The container is the run's own: the agent is its root and hands the files to a helper of the program's uid."""

    def __init__(self) -> None:
        self._uid = 0

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

    def drop(self) -> None:
        """Turn into the program's uid, without capabilities."""
        privilege.become(self._uid)
        privilege.drop_capabilities()

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

    def _help(self, write: int, action: Callable[[Send], None]) -> None:
        code = 1
        try:
            privilege.volunteer_for_oom()
            self.drop()
            action(lambda frame: write_whole(write, frame))
            code = 0
        except OSError as why:
            write_whole(write, frames.encode(frames.REFUSED, str(why).encode()[:1000]))
        finally:
            os._exit(code)


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


class NamespaceCell:
    """The run has namespaces of its own; the caller is their PID 1 and, to the kernel, the program's own user."""

    def __init__(self, *, disk_bytes: int = 64 << 20, inodes: int = 4096) -> None:
        self._sizes = disk_bytes, inodes
        namespace.furnish(disk_bytes=disk_bytes, inodes=inodes)
        privilege.keep_capabilities(privilege.SYS_ADMIN)

    def begin(self, uid: int) -> None:
        """Check that host and container agree about the program's user.

        Raises:
            LaunchFailed: they do not.
        """
        if uid != os.getuid():
            raise LaunchFailed(f"this sandbox is of user {os.getuid()}, not {uid}")

    def prepare(self, stage: Stage) -> None:
        """Give the work directory this stage's size."""
        if (stage.disk_bytes, stage.inodes) != self._sizes:
            namespace.resize(disk_bytes=stage.disk_bytes, inodes=stage.inodes)
            self._sizes = stage.disk_bytes, stage.inodes

    def drop(self) -> None:
        """Leave for a user namespace below the agent's; give up all capabilities and the calls that made all this."""
        namespace.new_user()
        privilege.forbid_gaining()
        privilege.drop_capabilities()
        privilege.install_filter()

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
