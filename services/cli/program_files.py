"""A program as a user names it: a file, a folder, or standard input."""

import sys
from pathlib import Path

from services.errors import InvalidRequest

MAX_FILES = 1000


def program_files(file: str) -> dict[str, bytes]:
    """The program's files by path; never empty.

    Raises:
        InvalidRequest: it cannot be read.
    """
    if file == "-":
        return {"main.py": sys.stdin.buffer.read()}
    path = Path(file)
    if not path.is_dir():
        return {path.name: read_file(path)}
    found = sorted(part for part in path.rglob("*") if part.is_file() and not part.is_symlink())
    if not found:
        raise InvalidRequest(f"The folder {file} holds no files.")
    return {part.relative_to(path).as_posix(): read_file(part) for part in found[:MAX_FILES]}


def read_file(path: Path) -> bytes:
    """Its bytes.

    Raises:
        InvalidRequest: it cannot be read.
    """
    try:
        return path.read_bytes()
    except OSError as error:
        raise InvalidRequest(f"Cannot read {path}: {error.strerror}.") from None
