"""What a program writes, on its way to viewers while it runs: in pieces, within bounds, never in the program's way."""

import codecs
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from types import TracebackType
from typing import Literal, Self

from sandboxes.agent.frames import OUTPUT_CHUNK
from sandboxes.result import Phase
from sandboxes.runner import OutputFrame

LIVE_BYTES = 1024 * 1024
GATHER_SECONDS = 0.02
FLUSH_SECONDS = 5.0
Stream = Literal["stdout", "stderr"]


@dataclass
class _Piece:
    stream: Stream
    phase: Phase
    data: bytearray


@dataclass(frozen=True, kw_only=True)
class LivePiece:
    """Text of one stream; `sequence` counts from 0. With `cut` it is empty, and nothing more is shown live."""

    sequence: int
    stream: Stream
    phase: Phase
    text: str
    cut: bool = False


@dataclass
class LiveOutput:
    """A FrameSink of at most `most_bytes`; leaving the block tells the rest.

    A thread of its own hands what has gathered to `tell`, until that says False.
    """

    tell: Callable[[LivePiece], bool]
    most_bytes: int = LIVE_BYTES
    _pieces: deque[_Piece] = field(default_factory=deque)
    _taken: int = 0
    _over: bool = False
    _sequence: int = 0
    _decoders: dict[tuple[Stream, Phase], codecs.IncrementalDecoder] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _come: threading.Event = field(default_factory=threading.Event)
    _closing: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None

    def __call__(self, frame: OutputFrame) -> None:
        """Take a frame; quick, whatever the log does."""
        stream: Stream = "stdout" if frame.stream == "stdout" else "stderr"
        with self._lock:
            # an app writes on after its battle has been told how it came up
            if self._over or self._closing.is_set():
                return
            left = self.most_bytes - self._taken
            data, self._over = frame.data[:left], len(frame.data) > left
            self._taken += len(data)
            last = self._pieces[-1] if self._pieces else None
            fits = last is not None and len(last.data) + len(data) <= OUTPUT_CHUNK
            if last is not None and fits and (last.stream, last.phase) == (stream, frame.phase):
                last.data += data
            else:
                self._pieces.append(_Piece(stream, frame.phase, bytearray(data)))
        self._come.set()
        if self._thread is None:
            self._thread = threading.Thread(target=self._publish, name="live-output", daemon=True)
            self._thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._closing.set()
        self._come.set()
        if self._thread is not None:
            self._thread.join(FLUSH_SECONDS)

    def _publish(self) -> None:
        reachable = True
        while reachable:
            self._come.wait()
            ends = self._closing.wait(GATHER_SECONDS)
            self._come.clear()
            with self._lock:
                pieces, self._pieces, cut = self._pieces, deque(), self._over
            for piece in pieces:
                reachable = reachable and self._decode(piece)
            if ends or cut:
                self._finish(cut=cut)
                return

    def _decode(self, piece: _Piece) -> bool:
        place = (piece.stream, piece.phase)
        if place not in self._decoders:
            self._decoders[place] = codecs.getincrementaldecoder("utf-8")("replace")
        text = self._decoders[place].decode(bytes(piece.data))
        return not text or self._announce(piece.stream, piece.phase, text)

    def _finish(self, *, cut: bool) -> None:
        """The halves of characters that are left, and word that there is more than this."""
        for (stream, phase), decoder in self._decoders.items():
            if not cut and (text := decoder.decode(b"", True)):  # noqa: FBT003 - the codec's own signature
                self._announce(stream, phase, text)
        if cut:
            self._announce("stdout", Phase.RUN, "", cut=True)

    def _announce(self, stream: Stream, phase: Phase, text: str, *, cut: bool = False) -> bool:
        piece = LivePiece(sequence=self._sequence, stream=stream, phase=phase, text=text, cut=cut)
        self._sequence += 1
        return self.tell(piece)
