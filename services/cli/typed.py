"""Our own standard input, piece by piece as it comes, for a program that runs."""

import os
from collections.abc import Iterator

PIECE_BYTES = 64 * 1024


def typed() -> Iterator[bytes]:
    """What arrives on standard input, until its end. Takes no lock that would be missed when the process exits."""
    while True:
        try:
            data = os.read(0, PIECE_BYTES)
        except OSError:
            return
        if not data:
            return
        yield data
