"""Looks at a PNG's outside, without decoding it: is it one, how large would it be, is it whole."""

import struct

SIGNATURE = b"\x89PNG\r\n\x1a\n"
# what a browser writes; nothing that could hold text, a profile or a second picture
CHUNKS = frozenset({b"IHDR", b"IDAT", b"IEND"})
MAX_CHUNKS = 4096
PLAIN = {(8, 2), (8, 6)}


def png_size(data: bytes) -> tuple[int, int]:
    """Width and height in pixels.

    Raises:
        ValueError: it is no plain PNG from its first byte to its last.
    """
    if not data.startswith(SIGNATURE):
        raise ValueError("no PNG")
    at, size = len(SIGNATURE), None
    for _ in range(MAX_CHUNKS):
        if at + 12 > len(data):
            break
        length, kind = struct.unpack_from(">I4s", data, at)
        body, at = at + 8, at + 12 + length
        if at > len(data) or kind not in CHUNKS or (size is None) != (kind == b"IHDR"):
            break
        if kind == b"IHDR":
            size = _header(data[body : body + length])
        if kind == b"IEND":
            if at != len(data) or length:
                break
            assert size is not None  # noqa: S101 (IHDR came first)
            return size
    raise ValueError("a PNG that is torn, or holds more than pixels")


def _header(body: bytes) -> tuple[int, int]:
    if len(body) != 13:
        raise ValueError("a PNG whose header has another size")
    width, height, depth, colour, *rest = struct.unpack(">IIBBBBB", body)
    if (depth, colour) not in PLAIN or rest != [0, 0, 0] or not width or not height:
        raise ValueError("a PNG of a kind that a browser does not write")
    return width, height
