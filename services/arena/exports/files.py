"""Files that appear whole or not at all."""

import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import BinaryIO, cast

from services.errors import InvalidRequest, Unavailable

STDOUT = "-"


class FileFormat(StrEnum):
    """The formats of tables."""

    JSONL = "jsonl"
    CSV = "csv"
    PARQUET = "parquet"


_SUFFIXES = {
    ".jsonl": FileFormat.JSONL,
    ".ndjson": FileFormat.JSONL,
    ".csv": FileFormat.CSV,
    ".parquet": FileFormat.PARQUET,
    ".pq": FileFormat.PARQUET,
}


def format_of(path: str, given: FileFormat | None = None) -> FileFormat:
    """The format that was `given`, or the one that the name of the file says; JSON lines for standard output.

    Raises:
        InvalidRequest: the name says none, or a format that standard output cannot carry is asked of it.
    """
    if path == STDOUT:
        if given is FileFormat.PARQUET:
            raise InvalidRequest("Parquet cannot be written to standard output.", hint="Name a file with --out.")
        return given or FileFormat.JSONL
    found = given or _SUFFIXES.get(Path(path).suffix.lower())
    if found is None:
        raise InvalidRequest(
            f"The format of {path} is unknown.", hint=f"Give --format, or a name that ends in {', '.join(_SUFFIXES)}."
        )
    return found


@contextmanager
def written(path: str) -> Iterator[BinaryIO]:
    """A file to write to that takes the place of `path` when the block ends well; "-" is standard output.

    Raises:
        InvalidRequest: the file cannot be written.
        Unavailable: whoever reads standard output has gone, or the disk is full.
    """
    if path == STDOUT:
        with _stdout() as stream:
            yield stream
        return
    target = Path(path)
    if target.is_dir():
        raise InvalidRequest(f"{path} is a folder.", hint="Name a file.")
    try:
        handle, name = tempfile.mkstemp(dir=target.parent, prefix=".writing-", suffix=target.suffix)
    except OSError as error:
        raise InvalidRequest(f"{path} cannot be written: {error.strerror or error}.") from error
    try:
        with os.fdopen(handle, "wb") as stream:
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        Path(name).chmod(0o640)
        Path(name).replace(target)
    except OSError as error:
        Path(name).unlink(missing_ok=True)
        raise Unavailable(f"{path} cannot be written: {error.strerror or error}.", hint="Is the disk full?") from error
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


@contextmanager
def _stdout() -> Iterator[BinaryIO]:
    stream = cast("BinaryIO", sys.stdout.buffer)
    try:
        yield stream
        stream.flush()
    except BrokenPipeError:
        # else the interpreter complains when it flushes at exit
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise Unavailable("Standard output was closed before everything was written.") from None


@contextmanager
def opened(path: str | Path) -> Iterator[BinaryIO]:
    """The file to read from.

    Raises:
        InvalidRequest: it cannot be read.
    """
    try:
        stream = Path(path).open("rb")  # noqa: SIM115  closed below
    except OSError as error:
        raise InvalidRequest(f"{path} cannot be read: {error.strerror or error}.") from error
    with stream:
        yield stream


def lines_of(stream: BinaryIO, *, longest: int) -> Iterator[tuple[int, bytes]]:
    """The lines and their numbers from 1; a line that is longer than `longest` bytes comes cut off at one more."""
    number = 0
    while line := stream.readline(longest + 1):
        number += 1
        yield number, line
        while len(line) > longest and not line.endswith(b"\n"):
            line = stream.readline(longest + 1)
            if not line:
                return
