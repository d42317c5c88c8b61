"""Writes the input and reads what the program left, always as the program's uid, never following a link."""

import fnmatch
import hashlib
import os
import stat
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from sandboxes.agent import frames
from sandboxes.agent.job import Job

MAX_DEPTH, MAX_ENTRIES, MAX_SKIPPED = 32, 10_000, 100
KINDS = {
    stat.S_IFLNK: "symlink",
    stat.S_IFIFO: "fifo",
    stat.S_IFSOCK: "socket",
    stat.S_IFCHR: "device",
    stat.S_IFBLK: "device",
}
DIRECTORY = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_NONBLOCK

Send = Callable[[bytes], None]


@dataclass(frozen=True, kw_only=True)
class InputFile:
    """A file to place before the first stage."""

    data: bytes
    executable: bool = False


def write_inputs(work: str, inputs: Mapping[bytes, InputFile]) -> None:
    """Create these files in the empty work directory; the host has checked the names."""
    made: set[bytes] = set()
    for path, wanted in inputs.items():
        target = os.path.join(os.fsencode(work), path)  # noqa: PTH118
        parent = os.path.dirname(target)  # noqa: PTH120
        if parent not in made:
            os.makedirs(parent, exist_ok=True)  # noqa: PTH103
            made.add(parent)
        fd = os.open(
            target, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o755 if wanted.executable else 0o644
        )
        with os.fdopen(fd, "wb", buffering=0) as file:
            file.write(wanted.data)


def write_whole(fd: int, frame: bytes) -> None:
    """Write every byte to a pipe that blocks."""
    view = memoryview(frame)
    while view:
        view = view[os.write(fd, view) :]


class Collector:
    """Walks the work directory by descriptors and sends what may leave as frames."""

    def __init__(self, work: str, job: Job, inputs: Mapping[bytes, bytes], send: Send) -> None:
        """`work` leads to the work directory; `inputs` are the SHA-256 digests of the files placed before the run: what
        is unchanged is not sent."""
        self._work, self._job, self._inputs, self._send = work, job, inputs, send
        self._build = os.fsencode(job.build)
        self._count = self._bytes = self._entries = self._skipped = 0

    def run(self) -> None:
        """Collect everything the job's patterns name, within its caps; the build folder is nobody's result."""
        root = os.open(self._work + "/.", DIRECTORY)
        try:
            self._walk(root, b"", 0)
        finally:
            os.close(root)

    def _walk(self, directory: int, prefix: bytes, depth: int) -> None:
        for name, mode in listing(directory):
            path = prefix + name
            self._entries += 1
            if self._entries > MAX_ENTRIES:
                self._skip(path, "too_many_entries")
                return
            if stat.S_ISDIR(mode):
                if path != self._build:
                    self._descend(directory, name, path, depth)
            elif not self._wanted(path):
                continue
            elif stat.S_ISREG(mode):
                self._file(directory, name, path)
            else:
                self._skip(path, KINDS.get(stat.S_IFMT(mode), "unknown"))

    def _descend(self, directory: int, name: bytes, path: bytes, depth: int) -> None:
        if depth >= MAX_DEPTH:
            self._skip(path, "too_deep")
            return
        try:
            child = os.open(name, DIRECTORY, dir_fd=directory)
        except OSError:
            self._skip(path, "unreadable")
            return
        try:
            self._walk(child, path + b"/", depth + 1)
        finally:
            os.close(child)

    def _wanted(self, path: bytes) -> bool:
        text = os.fsdecode(path)
        return any(pattern == "**" or fnmatch.fnmatchcase(text, pattern) for pattern in self._job.artefacts)

    def _file(self, directory: int, name: bytes, path: bytes) -> None:
        try:
            fd = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=directory)
        except OSError:
            self._skip(path, "unreadable")
            return
        try:
            found = os.fstat(fd)
            reason = self._objection(found)
            if reason:
                self._skip(path, reason)
            elif path not in self._inputs or _digest(fd, found.st_size) != self._inputs[path]:
                self._count += 1
                self._bytes += found.st_size
                send_file(fd, found.st_size, frames.ARTEFACT, path, self._send)
        finally:
            os.close(fd)

    def _objection(self, found: os.stat_result) -> str:
        if not stat.S_ISREG(found.st_mode):
            return "swapped"
        if found.st_nlink != 1:
            return "hard_link"
        if found.st_size > self._job.artefact_bytes - self._bytes:
            return "too_large"
        return "too_many_files" if self._count >= self._job.artefact_count else ""

    def _skip(self, path: bytes, reason: str) -> None:
        self._skipped += 1
        if self._skipped <= MAX_SKIPPED:
            self._send(frames.encode(frames.SKIPPED, frames.named(path, reason.encode())))


def send_build(work: str, job: Job, send: Send) -> None:
    """Send the build folder's regular files; a folder that is too large or holds anything else is not sent at all."""
    found: list[tuple[bytes, int, int]] = []
    try:
        root = os.open(os.path.join(work, job.build), DIRECTORY)  # noqa: PTH118
    except OSError:
        return
    try:
        fits = _list_build(root, os.fsencode(job.build) + b"/", 0, found)
        if fits and sum(size for _, _, size in found) <= job.build_bytes:
            for path, fd, size in found:
                kind = frames.BUILT_EXECUTABLE if os.fstat(fd).st_mode & stat.S_IXUSR else frames.BUILT
                send_file(fd, size, kind, path, send)
    finally:
        for _, fd, _ in found:
            os.close(fd)
        os.close(root)


def _list_build(directory: int, prefix: bytes, depth: int, found: list[tuple[bytes, int, int]]) -> bool:
    for name, mode in listing(directory):
        if stat.S_ISDIR(mode) and depth < MAX_DEPTH:
            child = os.open(name, DIRECTORY, dir_fd=directory)
            try:
                if not _list_build(child, prefix + name + b"/", depth + 1, found):
                    return False
            finally:
                os.close(child)
        elif stat.S_ISREG(mode) and len(found) < 256:
            fd = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=directory)
            found.append((prefix + name, fd, os.fstat(fd).st_size))
        else:
            return False
    return True


def listing(directory: int) -> Iterator[tuple[bytes, int]]:
    """Names and modes in a directory, sorted, at most one more than MAX_ENTRIES; no link is followed."""
    # os.scandir on a descriptor gives text; the raw bytes come back by fsencode
    with os.scandir(directory) as entries:
        names = [os.fsencode(entry.name) for entry, _ in zip(entries, range(MAX_ENTRIES + 1), strict=False)]
    for name in sorted(names):
        yield name, os.stat(name, dir_fd=directory, follow_symlinks=False).st_mode


def send_file(fd: int, size: int, kind: int, path: bytes, send: Send) -> None:
    """Send `size` bytes of an open file as frames, piece by piece; an empty file is one frame."""
    room = frames.MAX_PAYLOAD - 2 - len(path)
    offset = 0
    while True:
        data = os.pread(fd, min(room, size - offset), offset)
        if data or offset == 0:
            send(frames.encode(kind, frames.named(path, data)))
        offset += len(data)
        if not data or offset >= size:
            return


def _digest(fd: int, size: int) -> bytes:
    total, offset = hashlib.sha256(), 0
    while data := os.pread(fd, min(1 << 16, size - offset), offset):
        total.update(data)
        offset += len(data)
    return total.digest()
