"""The host's side of a talk with the agent, over the engine's attached socket."""

import contextlib
import json
import select
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from sandboxes.agent import frames
from sandboxes.agent.job import Job
from sandboxes.errors import BackendLost, StartFailed
from sandboxes.limits import Limits
from sandboxes.output import Collector
from sandboxes.policy import MAX_ARTEFACT_BYTES, MAX_ARTEFACTS
from sandboxes.result import Artefact, SkippedFile
from sandboxes.runner import FrameSink, OutputFrame

ENGINE_HEADER = struct.Struct(">BxxxI")
ENGINE_STDOUT = 1
PING_SECONDS = 1.0
MAX_COMPLAINT = 4096
STREAMS = {frames.STDOUT: "stdout", frames.STDERR: "stderr"}


def opening(job: Job, files: Mapping[str, bytes], stdin: bytes) -> Iterator[bytes]:
    """Everything the agent needs before it starts, as frames."""
    yield frames.encode(frames.JOB, job.to_json())
    for path, data in files.items():
        yield from frames.named_frames(frames.FILE, path.encode(), data)
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


@dataclass
class Transcript:
    """What the agent has said."""

    limits: Limits
    on_output: FrameSink | None
    end: dict[str, Any] | None = None
    finished: bool = False
    streams: dict[str, Collector] = field(default_factory=dict)
    artefacts: dict[bytes, bytearray] = field(default_factory=dict)
    skipped: list[SkippedFile] = field(default_factory=list)
    _sequence: int = 0
    _artefact_bytes: int = 0

    def __post_init__(self) -> None:
        self.streams = {name: Collector(self.limits.output_bytes) for name in STREAMS.values()}

    def take(self, kind: int, payload: bytes) -> None:
        """Take one frame.

        Raises:
            StartFailed: the agent could not start the program.
        """
        if kind in STREAMS:
            self._output(STREAMS[kind], payload)
        elif kind == frames.ENDED:
            self.end = json.loads(payload)
        elif kind == frames.ARTEFACT:
            self._artefact(*frames.split_named(payload))
        elif kind == frames.SKIPPED:
            path, reason = frames.split_named(payload)
            self.skipped.append(SkippedFile(path=readable(path), reason=readable(reason)))
        elif kind == frames.REFUSED:
            raise StartFailed(f"the sandbox could not start the program: {readable(payload)}")
        elif kind == frames.FINAL:
            self.finished = True

    def files(self) -> tuple[Artefact, ...]:
        """The artefacts received."""
        return tuple(Artefact(path=readable(path), data=bytes(data)) for path, data in self.artefacts.items())

    def _output(self, stream: str, data: bytes) -> None:
        kept = self.streams[stream].add(data)
        if kept and self.on_output is not None:
            self.on_output(OutputFrame(sequence=self._sequence, stream=stream, data=kept))
            self._sequence += 1

    def _artefact(self, path: bytes, data: bytes) -> None:
        self._artefact_bytes += len(data)
        if self._artefact_bytes > MAX_ARTEFACT_BYTES or len(self.artefacts) > MAX_ARTEFACTS:
            raise frames.BadFrame("more artefacts than were asked for")
        self.artefacts.setdefault(path, bytearray()).extend(data)


def readable(text: bytes) -> str:
    """Text for any bytes a program may have named a file with."""
    return text.decode(errors="backslashreplace")


class Speaker(threading.Thread):
    """Sends the opening, then a ping each second, so that the agent knows somebody is there."""

    def __init__(self, connection: socket.socket, first: Iterator[bytes]) -> None:
        super().__init__(name="sandbox-speaker", daemon=True)
        self._connection, self._first = connection, first
        self._done = threading.Event()

    def run(self) -> None:
        try:
            for frame in self._first:
                self._connection.sendall(frame)
            while not self._done.wait(PING_SECONDS):
                self._connection.sendall(frames.encode(frames.PING))
        except OSError:
            # the listener sees the same end and says what it means
            return

    def stop(self) -> None:
        """End the thread, even in the middle of sending."""
        self._done.set()
        with contextlib.suppress(OSError):
            self._connection.shutdown(socket.SHUT_RDWR)
        self.join()


def listen(connection: socket.socket, transcript: Transcript, *, until: float, monotonic: Callable[[], float]) -> None:
    """Read frames until the final one.

    Raises:
        BackendLost: the socket ended or made no sense, or the deadline passed, before the final frame.
        StartFailed: the agent refused.
    """
    outer, inner = Demultiplexer(), frames.Decoder()
    while not transcript.finished:
        left = until - monotonic()
        if left <= 0:
            raise BackendLost("the sandbox did not report by its deadline")
        if not select.select([connection], [], [], min(left, 1.0))[0]:
            continue
        try:
            data = connection.recv(65536)
            if not data:
                raise BackendLost(f"the sandbox went away in mid-run {readable(outer.complaint)}".strip())
            for frame in inner.feed(outer.feed(data)):
                transcript.take(*frame)
        except (OSError, frames.BadFrame, ValueError) as error:
            raise BackendLost(f"the talk with the sandbox broke: {error}") from error


def talk(connection: socket.socket, first: Iterator[bytes], transcript: Transcript, *, seconds: float) -> None:
    """Hold the whole conversation; bounded by `seconds`.

    Raises:
        BackendLost, StartFailed: see `listen`.
    """
    speaker = Speaker(connection, first)
    speaker.start()
    try:
        listen(connection, transcript, until=time.monotonic() + seconds, monotonic=time.monotonic)
    finally:
        speaker.stop()
