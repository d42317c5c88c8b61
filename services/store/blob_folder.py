"""Blobs as files: `ab/cdef...` under one folder, named by their SHA-256."""

import hashlib
import os
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from services.errors import ArenaError, InvalidRequest, NotFound, Unavailable

_DIGEST = re.compile(r"[0-9a-f]{64}")


class BlobFolder:
    """A `BlobStore` in a folder that any number of threads and processes may share."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def put(self, data: bytes) -> str:
        """Store `data`; its SHA-256. Durable when it returns: file and folder entry are synced.

        A stored blob that no longer matches its name is replaced.

        Raises:
            Unavailable: the folder cannot be written.
        """
        digest = hashlib.sha256(data).hexdigest()
        with _folder_trouble():
            path = self._path(digest)
            if not _holds(path, data):
                path.parent.mkdir(parents=True, exist_ok=True)
                _write_atomically(path, data)
                for folder in (path.parent, self._root):
                    _sync_folder(folder)
        return digest

    def get(self, digest: str) -> bytes:
        """The bytes, checked against their digest.

        Raises:
            NotFound: nothing is stored under that digest.
            InvalidRequest: it is not a digest.
            ArenaError: what is stored is damaged.
            Unavailable: the folder cannot be read.
        """
        if not _DIGEST.fullmatch(digest):
            raise InvalidRequest("That is not a blob digest.", hint="Use 64 lower-case hexadecimal digits.")
        with _folder_trouble():
            try:
                data = self._path(digest).read_bytes()
            except FileNotFoundError:
                raise NotFound(f"No blob has the digest {digest}.") from None
        if hashlib.sha256(data).hexdigest() != digest:
            raise ArenaError(
                f"The blob {digest} is damaged.", hint="Restore the blob folder from a backup, or run the battle again."
            )
        return data

    def remove(self, digest: str) -> None:
        """Remove the file; whoever writes the same bytes at that moment may have to write them again.

        Raises:
            Unavailable: the folder cannot be written.
        """
        if _DIGEST.fullmatch(digest):
            with _folder_trouble():
                self._path(digest).unlink(missing_ok=True)

    def _path(self, digest: str) -> Path:
        return self._root / digest[:2] / digest[2:]


def _holds(path: Path, data: bytes) -> bool:
    try:
        return path.read_bytes() == data
    except FileNotFoundError:
        return False


def _write_atomically(path: Path, data: bytes) -> None:
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".writing-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        Path(name).chmod(0o640)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def _folder_trouble() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise Unavailable(
            f"The blob folder cannot be used: {error.strerror or error}", hint="Check its owner and the free space."
        ) from error
