"""Installed packages on disk: unpacked from an untrusted archive, kept by content, mounted read-only."""

import contextlib
import fcntl
import hashlib
import io
import json
import os
import shutil
import tarfile
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from sandboxes.admission import MAX_NAME, MAX_PATH
from sandboxes.errors import InvalidRun
from sandboxes.package_list import read_list, write_list
from sandboxes.result import InstalledPackage

MAX_ENTRIES, MAX_BYTES = 40_000, 512 * 1024 * 1024
QUIET_SECONDS = 3600.0
TREE, LIST = "tree", "installed.json"
# part of every key: a tree laid out otherwise is never found
LAYOUT = 2


@dataclass(frozen=True, kw_only=True)
class KeptTree:
    """A stored tree and what is in it."""

    path: Path
    packages: tuple[InstalledPackage, ...]


class PackageStore:
    """A folder of immutable trees, one for each set of requirements; processes may share it."""

    def __init__(self, folder: Path, *, limit_bytes: int = 4 * 1024**3) -> None:
        self._folder, self._limit = folder, limit_bytes
        folder.mkdir(parents=True, exist_ok=True, mode=0o755)

    @staticmethod
    def key(ecosystem: str, requirements: Sequence[str], image_digest: str, index: str) -> str:
        """SHA-256 over what decides what gets installed."""
        return hashlib.sha256(
            json.dumps([LAYOUT, ecosystem, sorted(requirements), image_digest, index]).encode()
        ).hexdigest()

    @contextlib.contextmanager
    def locked(self, key: str) -> Iterator[None]:
        """One installer at a time for one set; the second finds the first one's work."""
        fd = os.open(self._folder / f".{key}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(fd, fcntl.LOCK_EX)
            yield
        finally:
            os.close(fd)

    def find(self, key: str) -> KeptTree | None:
        """The tree of this key, if it is there."""
        path = self._folder / key
        try:
            packages = read_list((path / LIST).read_bytes())
            os.utime(path)
        except (OSError, InvalidRun):
            return None
        return KeptTree(path=path / TREE, packages=packages)

    def keep(
        self, key: str, archive: bytes, packages: Sequence[InstalledPackage], links: Mapping[str, str] | None = None
    ) -> KeptTree:
        """Unpack and store; the tree appears whole or not at all.

        `links` are ours: paths in the tree, where nothing was installed, to places in the image.

        Raises:
            InvalidRun: the archive holds what no package needs; says which entry.
        """
        made = Path(tempfile.mkdtemp(dir=self._folder, prefix=".new-"))
        try:
            (made / TREE).mkdir(mode=0o755)
            unpack(archive, made / TREE)
            _link(made / TREE, links or {})
            (made / LIST).write_bytes(write_list(packages))
            made.chmod(0o755)
            made.rename(self._folder / key)
        except OSError as error:
            raise InvalidRun(f"the installed packages cannot be stored: {error}") from error
        finally:
            shutil.rmtree(made, ignore_errors=True)
        self._shrink()
        return KeptTree(path=self._folder / key / TREE, packages=tuple(packages))

    def _shrink(self) -> None:
        """Remove the trees longest unused while all are too large; one used in the last hour may be mounted."""
        trees = sorted(
            (path.stat().st_mtime, path)
            for path in self._folder.iterdir()
            if path.is_dir() and not path.name.startswith(".")
        )
        sizes = {path: sum(found.lstat().st_size for found in path.rglob("*")) for _, path in trees}
        total = sum(sizes.values())
        for used, path in trees:
            if total <= self._limit or time.time() - used < QUIET_SECONDS:
                return
            total -= sizes[path]
            # out of the others' sight at once, for nobody may find half a tree
            doomed = path.with_name(f".old-{path.name}-{os.getpid()}")
            with contextlib.suppress(OSError):
                path.rename(doomed)
                shutil.rmtree(doomed, ignore_errors=True)


def unpack(archive: bytes, folder: Path) -> None:
    """Write the archive's files and folders, nothing else, with plain modes.

    Raises:
        InvalidRun: an entry is a link or a device, has a name that leads out, or all are too many or too large.
    """
    total = 0
    try:
        with tarfile.open(fileobj=io.BytesIO(archive), mode="r:") as found:
            for number, entry in enumerate(found):
                total += entry.size
                if number >= MAX_ENTRIES or total > MAX_BYTES:
                    raise InvalidRun("the packages are too many or too large")
                _write(found, entry, folder)
    except (tarfile.TarError, EOFError, ValueError, RecursionError) as error:
        raise InvalidRun(f"the packages' archive is broken: {error}") from error


def _write(archive: tarfile.TarFile, entry: tarfile.TarInfo, folder: Path) -> None:
    parts = [part for part in entry.name.split("/") if part != "."]
    if any(part in {"", ".."} or "\0" in part or len(os.fsencode(part)) > MAX_NAME for part in parts):
        raise InvalidRun(f"entry {entry.name[:80]!r} has a name that leads out")
    if len(entry.name) > MAX_PATH or not (entry.isreg() or entry.isdir()):
        raise InvalidRun(f"entry {entry.name[:80]!r} is neither a file nor a folder")
    target = folder.joinpath(*parts)
    if entry.isdir():
        target.mkdir(parents=True, exist_ok=True)
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    source = archive.extractfile(entry)
    if source is None:
        raise InvalidRun(f"entry {entry.name[:80]!r} cannot be read")
    # a second entry of the same name must not write through what the first one made: exclusive creation, no links exist
    with target.open("xb") as file:
        shutil.copyfileobj(source, file)
    target.chmod(0o755 if entry.mode & 0o100 else 0o644)


def _link(tree: Path, links: Mapping[str, str]) -> None:
    """Add these links; what was installed stays, and what it put in the way of one wins."""
    for path, target in links.items():
        place = tree / path
        with contextlib.suppress(FileExistsError, NotADirectoryError):
            place.parent.mkdir(parents=True, exist_ok=True)
            place.symlink_to(target)
