"""The frames that host and agent exchange: one kind byte, a 32-bit length, the payload."""

import struct
from collections.abc import Iterator

HEADER = struct.Struct(">BI")
MAX_PAYLOAD = 64 * 1024
OUTPUT_CHUNK = 8 * 1024

# host to agent; EXECUTABLE is a FILE that may be executed, BYE ends the talk about one job
JOB, FILE, STDIN, GO, PING, EXECUTABLE, STDIN_END, CANCEL, BYE = 1, 2, 3, 4, 5, 6, 7, 8, 9
# agent to host; HELD asks for GO before the next stage, TAKEN tells how much input the program has taken, USAGE what a
# program that stays has used so far
READY, STARTED, STDOUT, STDERR, ENDED, ARTEFACT, SKIPPED, FINAL, REFUSED = 32, 33, 34, 35, 36, 37, 38, 39, 40
HELD, BUILT, BUILT_EXECUTABLE, TAKEN, USAGE = 41, 42, 43, 44, 45


class BadFrame(Exception):
    """The bytes are not a frame of this protocol."""


def encode(kind: int, payload: bytes = b"") -> bytes:
    """One frame as bytes.

    Raises:
        BadFrame: the payload is larger than MAX_PAYLOAD.
    """
    if len(payload) > MAX_PAYLOAD:
        raise BadFrame(f"payload of {len(payload)} bytes")
    return HEADER.pack(kind, len(payload)) + payload


def named(path: bytes, data: bytes) -> bytes:
    """A payload that carries a piece of a file: 16-bit path length, path, data."""
    return struct.pack(">H", len(path)) + path + data


def split_named(payload: bytes) -> tuple[bytes, bytes]:
    """Path and data of a payload made by `named`.

    Raises:
        BadFrame: the payload is shorter than it says.
    """
    if len(payload) < 2:
        raise BadFrame("no path length")
    (length,) = struct.unpack_from(">H", payload)
    if len(payload) < 2 + length:
        raise BadFrame("path cut short")
    return payload[2 : 2 + length], payload[2 + length :]


def named_frames(kind: int, path: bytes, data: bytes) -> Iterator[bytes]:
    """A whole file as frames; an empty file is one frame."""
    room = MAX_PAYLOAD - 2 - len(path)
    for start in range(0, max(len(data), 1), room):
        yield encode(kind, named(path, data[start : start + room]))


class Decoder:
    """Turns a byte stream into frames; holds at most one frame's bytes beyond what was fed last."""

    def __init__(self) -> None:
        self._buffer = bytearray()

    def feed(self, data: bytes) -> list[tuple[int, bytes]]:
        """Take bytes, return the frames they complete.

        Raises:
            BadFrame: a length is out of bounds.
        """
        self._buffer += data
        found: list[tuple[int, bytes]] = []
        while len(self._buffer) >= HEADER.size:
            kind, length = HEADER.unpack_from(self._buffer)
            if length > MAX_PAYLOAD:
                raise BadFrame(f"payload of {length} bytes")
            end = HEADER.size + length
            if len(self._buffer) < end:
                break
            found.append((kind, bytes(self._buffer[HEADER.size : end])))
            del self._buffer[:end]
        return found
