"""Copies a folder out of an environment's image to the host: data that the arena itself uses."""

import contextlib
import fcntl
import io
import os
import shutil
import tarfile
import tempfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Any

from sandboxes.environment import Environment
from sandboxes.errors import Unavailable
from sandboxes.recipes import runtime_tag

MAX_BYTES = 1 << 30
MAX_FILES = 100_000
_PIECE = 1 << 20
_UNFINISHED = ".unfinished-"


def export(
    client: Any,
    environment: Environment,
    path: str,
    target: Path,
    *,
    max_bytes: int = MAX_BYTES,
    max_files: int = MAX_FILES,
) -> Path:
    """The folder `path` of this environment's image as `<target>/<digest>`, copied if it is not there yet.

    The digest is that of the image without the agent. Of a copy that others see nothing is missing, also when several
    ask at once or one is killed. No container is started.

    Raises:
        Unavailable: no such image, an engine that fails, or a folder with links, special files, or too much in it.
    """
    tag = runtime_tag(environment)
    finished = target / tag.rpartition(":")[2]
    target.mkdir(parents=True, exist_ok=True)
    with _one_at_a_time(target):
        if not finished.is_dir():
            for left in target.glob(f"{_UNFINISHED}*"):
                shutil.rmtree(left, ignore_errors=True)
            place = Path(tempfile.mkdtemp(prefix=_UNFINISHED, dir=target))
            try:
                _copy(client, tag, path, place, _Budget(max_bytes, max_files))
                place.chmod(0o755)
                place.rename(finished)
            finally:
                shutil.rmtree(place, ignore_errors=True)
    return finished


class _Budget:
    """What is left of the limits."""

    def __init__(self, max_bytes: int, max_files: int) -> None:
        self._bytes, self._files = max_bytes, max_files

    def take(self, entry: tarfile.TarInfo) -> None:
        self._bytes -= entry.size
        self._files -= 1
        if self._bytes < 0 or self._files < 0:
            raise Unavailable("the folder in the image is larger than what is copied to the host")


def _copy(client: Any, tag: str, path: str, place: Path, budget: _Budget) -> None:
    import docker
    import requests

    try:
        container = client.api.create_container(tag, command=["/bin/true"], network_disabled=True)["Id"]
        try:
            pieces, _ = client.api.get_archive(container, path, chunk_size=_PIECE)
            with tarfile.open(fileobj=io.BufferedReader(_Pieces(iter(pieces)), _PIECE), mode="r|") as archive:
                for entry in archive:
                    budget.take(entry)
                    _entry(archive, entry, place)
        finally:
            client.api.remove_container(container, force=True)
    except docker.errors.ImageNotFound as error:
        raise Unavailable(f"there is no image {tag}", hint="arena images build") from error
    except (docker.errors.DockerException, requests.RequestException, tarfile.TarError) as error:
        raise Unavailable(f"copying {path} out of {tag} failed: {error}") from error


def _entry(archive: tarfile.TarFile, entry: tarfile.TarInfo, place: Path) -> None:
    """One directory or regular file, below `place`; the archive's first part is the folder itself."""
    parts = PurePosixPath(entry.name).parts
    if entry.name.startswith("/") or ".." in parts or not (entry.isdir() or entry.isreg()):
        raise Unavailable(f"the image's folder holds {entry.name[:200]!r}, which is no file or folder of its own")
    path = place.joinpath(*parts[1:])
    if entry.isdir():
        path.mkdir(exist_ok=True, mode=0o755)
        return
    source = archive.extractfile(entry)
    if source is None or path == place:
        raise Unavailable(f"the image has a file {entry.name[:200]!r} where a folder is wanted")
    with path.open("xb") as file:
        shutil.copyfileobj(source, file, _PIECE)
    path.chmod(0o644)


class _Pieces(io.RawIOBase):
    """A stream of the pieces that an iterator gives."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        super().__init__()
        self._pieces, self._rest = pieces, b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        while not self._rest:
            piece = next(self._pieces, None)
            if piece is None:
                return 0
            self._rest = piece
        taken = min(len(buffer), len(self._rest))
        buffer[:taken], self._rest = self._rest[:taken], self._rest[taken:]
        return taken


@contextlib.contextmanager
def _one_at_a_time(target: Path) -> Iterator[None]:
    fd = os.open(target / ".lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    try:
        fcntl.flock(fd, fcntl.LOCK_EX)
        yield
    finally:
        os.close(fd)
