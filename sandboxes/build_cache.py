"""What a compile stage made, kept by the hash of everything that went into it."""

import contextlib
import hashlib
import json
import os
import struct
import tempfile
from collections.abc import Mapping
from dataclasses import asdict, replace
from pathlib import Path

from sandboxes.plan import PlannedStage
from sandboxes.result import Outcome, OutputStream, Phase, StageResult
from sandboxes.transcript import BuiltFile

LENGTH = struct.Struct(">I")


class BuildCache:
    """A folder of at most `limit_bytes`; processes may share it. A damaged entry is a miss.

    The key holds the program's whole text, so an entry can only ever reach a run of the very same program.
    """

    def __init__(self, folder: Path, *, limit_bytes: int = 256 * 1024 * 1024) -> None:
        self._folder, self._limit = folder, limit_bytes
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)

    @staticmethod
    def key(stage: PlannedStage, files: Mapping[str, bytes], image_digest: str, policy_version: str) -> str:
        """SHA-256 over files, argument list, environment variables, limits, image and policy."""
        words = [image_digest, policy_version, stage.argv, sorted(stage.env.items()), asdict(stage.limits)]
        total = hashlib.sha256(json.dumps(words).encode())
        for path, data in sorted(files.items()):
            total.update(json.dumps([path, len(data)]).encode() + data)
        return total.hexdigest()

    def find(self, key: str) -> tuple[StageResult, tuple[BuiltFile, ...]] | None:
        """The stage's result, marked as cached, and its files; None where there is no entry."""
        path = self._folder / key
        try:
            data = path.read_bytes()
            os.utime(path)
            found = _decode(data)
        except (OSError, ValueError, KeyError, TypeError, struct.error):
            return None
        return found

    def keep(self, key: str, stage: StageResult, built: tuple[BuiltFile, ...]) -> None:
        """Store an entry; the oldest go if the folder grows too large. Failing to store is no error."""
        data = _encode(stage, built)
        if len(data) > self._limit // 4:
            return
        with contextlib.suppress(OSError):
            handle, name = tempfile.mkstemp(dir=self._folder, prefix=".new-")
            with os.fdopen(handle, "wb") as file:
                file.write(data)
            Path(name).replace(self._folder / key)
            self._shrink()

    def _shrink(self) -> None:
        entries = sorted((path.stat().st_mtime, path.stat().st_size, path) for path in self._folder.iterdir())
        total = sum(size for _, size, _ in entries)
        for _, size, path in entries:
            if total <= self._limit:
                return
            path.unlink(missing_ok=True)
            total -= size


def _encode(stage: StageResult, built: tuple[BuiltFile, ...]) -> bytes:
    counters = {
        "wall_seconds": stage.wall_seconds,
        "cpu_seconds": stage.cpu_seconds,
        "peak_memory_bytes": stage.peak_memory_bytes,
        "memory_method": stage.memory_method,
        "files": [[file.path, file.executable, len(file.data)] for file in built],
        "streams": [
            [stream.total_bytes, stream.truncated, len(stream.data)] for stream in (stage.stdout, stage.stderr)
        ],
    }
    head = json.dumps(counters).encode()
    return b"".join([LENGTH.pack(len(head)), head, *(f.data for f in built), stage.stdout.data, stage.stderr.data])


def _decode(data: bytes) -> tuple[StageResult, tuple[BuiltFile, ...]]:
    (length,) = LENGTH.unpack_from(data)
    head = json.loads(data[LENGTH.size : LENGTH.size + length])
    rest = memoryview(data)[LENGTH.size + length :]
    built, offset = [], 0
    for path, executable, size in head.pop("files"):
        built.append(BuiltFile(path=path, data=bytes(rest[offset : offset + size]), executable=executable))
        offset += size
    streams = []
    for total, truncated, size in head.pop("streams"):
        streams.append(OutputStream(data=bytes(rest[offset : offset + size]), total_bytes=total, truncated=truncated))
        offset += size
    if offset != len(rest):
        raise ValueError("cut short")
    stage = StageResult(phase=Phase.COMPILE, outcome=Outcome.SUCCEEDED, exit_code=0, cached=True, **head)
    return replace(stage, stdout=streams[0], stderr=streams[1]), tuple(built)
