"""The host's side of a talk with the agent, over the engine's attached socket."""

import contextlib
import os
import select
import socket
import struct
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from sandboxes.agent import frames
from sandboxes.agent.job import Job
from sandboxes.errors import BackendLost, StartFailed
from sandboxes.runner import RunControl
from sandboxes.transcript import BuiltFile, Transcript, readable

ENGINE_HEADER = struct.Struct(">BxxxI")
ENGINE_STDOUT = 1
PING_SECONDS = 1.0
CANCEL_SECONDS = 1.0
MAX_COMPLAINT = 4096
INPUT_WINDOW = 64 * 1024


def opening(job: Job, files: Mapping[str, bytes], stdin: bytes, built: tuple[BuiltFile, ...] = ()) -> Iterator[bytes]:
    """Everything the agent needs before it starts, as frames."""
    text = job.to_json()
    for start in range(0, len(text), frames.MAX_PAYLOAD):
        yield frames.encode(frames.JOB, text[start : start + frames.MAX_PAYLOAD])
    for path, data in files.items():
        yield from frames.named_frames(frames.FILE, path.encode(), data)
    for file in built:
        kind = frames.EXECUTABLE if file.executable else frames.FILE
        yield from frames.named_frames(kind, file.path.encode(), file.data)
    for start in range(0, len(stdin), frames.MAX_PAYLOAD):
        yield frames.encode(frames.STDIN, stdin[start : start + frames.MAX_PAYLOAD])
    yield frames.encode(frames.GO)


class Demultiplexer:
    """Takes the engine's framing off: bytes of standard output, and a little of standard error."""

    def __init__(self) -> None:
        self._buffer = bytearray()
        self.complaint = b""

    def feed(self, data: bytes) -> bytes:
        """What of the agent's standard output these bytes complete."""
        self._buffer += data
        out = bytearray()
        while len(self._buffer) >= ENGINE_HEADER.size:
            stream, length = ENGINE_HEADER.unpack_from(self._buffer)
            end = ENGINE_HEADER.size + length
            if len(self._buffer) < end:
                break
            body = self._buffer[ENGINE_HEADER.size : end]
            if stream == ENGINE_STDOUT:
                out += body
            else:
                self.complaint = (self.complaint + bytes(body))[-MAX_COMPLAINT:]
            del self._buffer[:end]
        return bytes(out)


class Link:
    """The connection to one sandbox, which may serve several jobs."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._outer, self._inner = Demultiplexer(), frames.Decoder()
        self._waiting: list[tuple[int, bytes]] = []

    def fileno(self) -> int:
        """For select."""
        return self._connection.fileno()

    def receive(self) -> list[tuple[int, bytes]]:
        """The frames that have come; waits for the first bytes.

        Raises:
            BackendLost: the sandbox is gone or makes no sense.
        """
        found, self._waiting = self._waiting, []
        if found:
            return found
        try:
            data = self._connection.recv(262144)
            if not data:
                raise BackendLost(f"the sandbox went away {readable(self._outer.complaint)}".strip())
            return self._inner.feed(self._outer.feed(data))
        except (OSError, frames.BadFrame) as error:
            raise BackendLost(f"the talk with the sandbox broke: {error}") from error

    def send_some(self, data: memoryview) -> int:
        """Send what fits now.

        Raises:
            BackendLost: the sandbox is gone.
        """
        try:
            return self._connection.send(data, socket.MSG_DONTWAIT)
        except BlockingIOError:
            return 0
        except OSError as error:
            raise BackendLost(f"the sandbox no longer listens: {error}") from error

    def await_ready(self, seconds: float) -> bytes:
        """Wait until the sandbox can take a job; what it says about itself.

        Raises:
            BackendLost: it is gone, or not ready in time.
            StartFailed: it refuses.
        """
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            if not select.select([self], [], [], left)[0]:
                continue
            received = self.receive()
            for number, (kind, payload) in enumerate(received):
                if kind == frames.REFUSED:
                    raise StartFailed(f"the sandbox does not start: {readable(payload)}")
                if kind == frames.READY:
                    self._waiting = received[number + 1 :]
                    return payload
        raise BackendLost("the sandbox was not ready in time")

    def say_bye(self) -> None:
        """End the talk about one job, so that the sandbox makes itself ready for the next."""
        with contextlib.suppress(BackendLost):
            self.send_some(memoryview(frames.encode(frames.BYE)))

    @property
    def pending(self) -> bool:
        """Whether something has come that nobody has read: news from an idle sandbox."""
        return bool(self._waiting or select.select([self], [], [], 0)[0])


@dataclass
class Talk:
    """One job over a link. `on_held` is called between stages, before the agent is told to go on."""

    link: Link
    transcript: Transcript
    control: RunControl
    on_held: Callable[[], None] = lambda: None
    _out: bytearray = field(default_factory=bytearray)
    _sent_input: int = 0
    _input_ended: bool = False
    _cancel_by: float | None = None

    def hold(self, first: Iterator[bytes], *, seconds: float, stdin_bytes: int, interactive: bool) -> bool:
        """Hold the whole conversation; bounded by `seconds`. False if it was cancelled and not ended by the agent.

        Raises:
            BackendLost: the sandbox went away, made no sense or did not report in time.
            StartFailed: the agent refused.
        """
        self._sent_input, self._input_ended = stdin_bytes, not interactive
        wake = os.eventfd(0, os.EFD_NONBLOCK | os.EFD_CLOEXEC)
        self.control.on_change(lambda: os.eventfd_write(wake, 1))
        try:
            return self._loop(first, wake, time.monotonic() + seconds)
        finally:
            self.control.on_change(lambda: None)
            os.close(wake)

    def _loop(self, first: Iterator[bytes], wake: int, until: float) -> bool:
        opened, ping_at = False, time.monotonic() + PING_SECONDS
        while not self.transcript.finished:
            now = time.monotonic()
            if self._cancel_by is not None and now > self._cancel_by:
                return False
            if now > until:
                raise BackendLost("the sandbox did not report by its deadline")
            while not opened and len(self._out) < frames.MAX_PAYLOAD:
                frame = next(first, b"")
                opened = not frame
                self._out += frame
            if opened and now >= ping_at:
                self._out += frames.encode(frames.PING)
                ping_at = now + PING_SECONDS
            if opened:
                self._heed_control(now)
            self._exchange(wake, min(until, ping_at, self._cancel_by or until) - now)
        return True

    def _exchange(self, wake: int, seconds: float) -> None:
        writers = [self.link] if self._out else []
        link = self.link.fileno()
        arrived, writable, _ = select.select([link, wake], writers, [], max(0.0, seconds))
        if wake in arrived:
            os.eventfd_read(wake)
        if writable:
            del self._out[: self.link.send_some(memoryview(bytes(self._out[:65536])))]
        if link in arrived:
            self._read()

    def _read(self) -> None:
        try:
            for frame in self.link.receive():
                self.transcript.take(*frame)
        except (frames.BadFrame, ValueError, KeyError, StopIteration) as error:
            raise BackendLost(f"the sandbox makes no sense: {error}") from error
        if self.transcript.held:
            self.transcript.held = False
            self.on_held()
            self._out += frames.encode(frames.CANCEL if self.control.cancelled else frames.GO)

    def _heed_control(self, now: float) -> None:
        if self.control.cancelled and self._cancel_by is None:
            self._out += frames.encode(frames.CANCEL)
            self._cancel_by = now + CANCEL_SECONDS
        window = INPUT_WINDOW - (self._sent_input - self.transcript.taken_input)
        if self._input_ended or window <= 0:
            return
        data, ended = self.control.take_stdin(window)
        if data:
            self._out += frames.encode(frames.STDIN, data)
            self._sent_input += len(data)
        if ended:
            self._out += frames.encode(frames.STDIN_END)
            self._input_ended = True
