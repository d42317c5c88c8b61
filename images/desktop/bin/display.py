"""Starts the virtual display: an X server that is a VNC server too, then the window manager."""

import os
import select
import subprocess

NAME, VNC_SOCKET = ":1", "/tmp/.vnc"
SIZE = os.environ.get("DISPLAY_SIZE", "1024x768")
START_SECONDS = 10
SERVER = [
    *["Xvnc", NAME, "-geometry", SIZE, "-depth", "24", "-nolisten", "tcp", "-ac", "-noreset"],
    # only this container's own bridge reaches the socket; no port is opened
    *["-rfbport", "-1", "-rfbunixpath", VNC_SOCKET, "-SecurityTypes", "None", "-AlwaysShared"],
    # no clipboard, neither in nor out
    *["-AcceptCutText=0", "-SendCutText=0", "-SendPrimary=0", "-SetPrimary=0", "-MaxCutText=0"],
    *["-AcceptSetDesktopSize=0", "-FrameRate", "30", "-UseBlacklist=0", "-IdleTimeout", "0"],
]
# the manager says when it is at work: it forgets a window that wants to be shown while it starts
MANAGED = "/tmp/.managed"
MANAGER = ["openbox", "--sm-disable", "--config-file", "/opt/environment/openbox.xml"]
MANAGER += ["--startup", f"sh -c 'echo > {MANAGED}'"]


class DisplayFailed(Exception):
    """The X server did not start; says what it wrote."""


class Display:
    """The two processes of a display."""

    def __init__(self):
        """Begin to start the X server; `wait` for it before anything uses it."""
        self._ready, ready = os.pipe()
        self._log = open("/tmp/.display", "w+b")  # noqa: SIM115 - both processes write to it until they end
        self._processes = [self._start([*SERVER, "-displayfd", str(ready)], keep=(ready,))]
        os.close(ready)

    def wait(self):
        """Wait until the X server takes clients, start the window manager and wait for it too.

        Raises:
            DisplayFailed: one ended, or took too long.
        """
        self._await(self._ready)
        os.environ["DISPLAY"] = NAME
        os.mkfifo(MANAGED)
        managed = os.open(MANAGED, os.O_RDONLY | os.O_NONBLOCK)
        self._processes.append(self._start(MANAGER))
        self._await(managed)

    def _await(self, fd):
        if not select.select([fd], [], [], START_SECONDS)[0] or not os.read(fd, 16):
            self._log.seek(0)
            raise DisplayFailed(self._log.read()[-2000:].decode(errors="replace"))

    def close(self):
        """End both."""
        for process in reversed(self._processes):
            process.kill()
            process.wait()

    def _start(self, command, keep=()):
        return subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=self._log, stderr=self._log, pass_fds=keep, start_new_session=True
        )
