"""Writes the input and reads the artefacts, always as the program's uid, never following a link."""

import fnmatch
import hashlib
import os
import stat
from collections.abc import Callable, Iterator, Mapping

from sandboxes.agent import frames, privilege
from sandboxes.agent.job import Job

MAX_DEPTH, MAX_ENTRIES, MAX_SKIPPED = 32, 10_000, 100
KINDS = {
    stat.S_IFLNK: "symlink",
    stat.S_IFIFO: "fifo",
    stat.S_IFSOCK: "socket",
    stat.S_IFCHR: "device",
    stat.S_IFBLK: "device",
}


def as_program(uid: int, action: Callable[[int], None]) -> tuple[int, int]:
    """Fork a helper of this uid that runs `action(write end of a pipe)`; its pid and the read end."""
    read, write = os.pipe()
    pid = os.fork()
    if pid == 0:
        code = 1
        try:
            privilege.volunteer_for_oom()
            privilege.become(uid)
            action(write)
            code = 0
        except OSError as why:
            os.write(write, frames.encode(frames.SKIPPED, frames.named(b".", str(why).encode()[:1000])))
        finally:
            os._exit(code)
    os.close(write)
    return pid, read


def write_inputs(work: str, inputs: Mapping[bytes, bytes]) -> None:
    """Create these files in the empty work directory; the host has checked the names."""
    for path, data in inputs.items():
        target = os.path.join(os.fsencode(work), path)  # noqa: PTH118
        os.makedirs(os.path.dirname(target), exist_ok=True)  # noqa: PTH103, PTH120
        fd = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o644)
        with os.fdopen(fd, "wb") as file:
            file.write(data)


class Collector:
    """Walks the work directory by descriptors and sends what may leave as frames."""

    def __init__(self, job: Job, digests: Mapping[bytes, bytes], out: int) -> None:
        self._job, self._digests, self._out = job, digests, out
        self._count = self._bytes = self._entries = self._skipped = 0

    def run(self) -> None:
        """Collect everything the job's patterns name, within its caps."""
        root = os.open(self._job.work, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
        self._walk(root, b"", 0)

    def _walk(self, directory: int, prefix: bytes, depth: int) -> None:
        for name in self._names(directory):
            path = prefix + name
            self._entries += 1
            if self._entries > MAX_ENTRIES:
                self._skip(path, "too_many_entries")
                return
            mode = os.stat(name, dir_fd=directory, follow_symlinks=False).st_mode
            if stat.S_ISDIR(mode):
                self._descend(directory, name, path, depth)
            elif not self._wanted(path):
                continue
            elif stat.S_ISREG(mode):
                self._file(directory, name, path)
            else:
                self._skip(path, KINDS.get(stat.S_IFMT(mode), "unknown"))

    def _names(self, directory: int) -> Iterator[bytes]:
        # os.scandir on a descriptor gives text; the raw bytes come back by fsencode
        with os.scandir(directory) as entries:
            names = [os.fsencode(entry.name) for entry, _ in zip(entries, range(MAX_ENTRIES + 1), strict=False)]
        yield from sorted(names)

    def _descend(self, directory: int, name: bytes, path: bytes, depth: int) -> None:
        if depth >= MAX_DEPTH:
            self._skip(path, "too_deep")
            return
        try:
            child = os.open(name, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=directory)
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
        with os.fdopen(fd, "rb") as file:
            reason = self._objection(os.fstat(fd))
            if reason:
                self._skip(path, reason)
                return
            data = file.read(self._job.artefact_bytes - self._bytes)
        if self._digests.get(path) == hashlib.sha256(data).digest():
            return
        self._count += 1
        self._bytes += len(data)
        for frame in frames.named_frames(frames.ARTEFACT, path, data):
            self._send(frame)

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

    def _send(self, frame: bytes) -> None:
        view = memoryview(frame)
        while view:
            view = view[os.write(self._out, view) :]
