"""The agent's end of the control channel: its own standard input and output, never blocking."""

import math
import os
import select
import time
from collections import deque

from sandboxes.agent import frames

SILENCE_SECONDS = 5.0
# a pooled sandbox waits this long for a job before it ends by itself
IDLE_SECONDS = 3600.0
HIGH_MARK = 256 * 1024
# what is queued waits so long for company: a short program's whole report then travels as one piece
GATHER_SECONDS = 0.002


class HostGone(Exception):
    """The host hung up, said nothing for too long, or the last deadline passed."""


class Channel:
    """Sends and receives frames while the caller waits for other descriptors."""

    def __init__(self, in_fd: int, out_fd: int) -> None:
        self._in, self._out = in_fd, out_fd
        self._decoder = frames.Decoder()
        self._pending = bytearray()
        self._due = 0.0
        self._heard = time.monotonic()
        self.received: deque[tuple[int, bytes]] = deque()
        self.hard_stop: float | None = None
        self.expect_pings = self._hurry = False
        os.set_blocking(in_fd, False)
        os.set_blocking(out_fd, False)

    def send(self, kind: int, payload: bytes = b"") -> None:
        """Queue one frame."""
        self.send_raw(frames.encode(kind, payload))

    def send_raw(self, data: bytes) -> None:
        """Queue bytes that are whole frames already."""
        if not self._pending:
            self._due = time.monotonic() + GATHER_SECONDS
        self._pending += data

    @property
    def crowded(self) -> bool:
        """Whether the host reads slower than we send; then take nothing more from the program."""
        return len(self._pending) > HIGH_MARK

    def wait(self, readers: list[int], writers: list[int], seconds: float) -> tuple[set[int], set[int]]:
        """Wait for one of these descriptors or a frame; which are ready to read, which to write.

        Raises:
            HostGone: nobody is left to work for.
        """
        early = self._due - time.monotonic() if self._pending and not self._hurry else 0.0
        out = [self._out] if self._pending and early <= 0 else []
        if early > 0:
            seconds = min(seconds, early)
        ready, open_ = _poll([self._in, *readers], [*out, *writers], seconds)
        if self._in in ready:
            self._receive()
        if self._out in open_:
            self._flush()
        now = time.monotonic()
        patience = SILENCE_SECONDS if self.expect_pings else IDLE_SECONDS
        if now - self._heard > patience or (self.hard_stop is not None and now > self.hard_stop):
            raise HostGone
        return ready, open_

    def next_frame(self) -> tuple[int, bytes]:
        """The next frame that is no ping, however long it takes."""
        while not self.received:
            self.wait([], [], 1.0)
        return self.received.popleft()

    def drain(self) -> None:
        """Send everything queued, now."""
        self._hurry = True
        while self._pending:
            self.wait([], [], 1.0)
        self._hurry = False

    def until_bye(self) -> None:
        """Read on until the host says that it has everything, so that no byte of this job is left for the next."""
        self.hard_stop = None
        while self.next_frame()[0] != frames.BYE:
            continue

    def _receive(self) -> None:
        try:
            data = os.read(self._in, 65536)
        except BlockingIOError:
            return
        if not data:
            raise HostGone
        self._heard = time.monotonic()
        self.received.extend(frame for frame in self._decoder.feed(data) if frame[0] != frames.PING)

    def _flush(self) -> None:
        try:
            sent = os.write(self._out, memoryview(self._pending)[:65536])
        except BlockingIOError:
            return
        except BrokenPipeError as error:
            raise HostGone from error
        del self._pending[:sent]


def _poll(readers: list[int], writers: list[int], seconds: float) -> tuple[set[int], set[int]]:
    """As select does, but without its large tables, which a fork would have to copy."""
    poll = select.poll()
    for fd in readers:
        poll.register(fd, select.POLLIN)
    for fd in writers:
        poll.register(fd, select.POLLOUT)
    found = poll.poll(math.ceil(seconds * 1000))
    ready = {fd for fd, event in found if event & ~select.POLLOUT and fd in readers}
    return ready, {fd for fd, event in found if event & ~select.POLLIN and fd in writers}
