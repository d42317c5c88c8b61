"""Reads the kernel's counters of this container's cgroup, version 1 or 2."""

import resource
from pathlib import Path

ROOT = Path("/sys/fs/cgroup")


def read_fields(path: Path) -> dict[str, int]:
    """The numbers of a flat keyed file by name; none where it is absent."""
    try:
        pairs = (line.partition(" ") for line in path.read_text().splitlines())
        return {key: int(value) for key, _, value in pairs}
    except OSError:
        return {}


def read_field(path: Path, name: str) -> int:
    """The number after `name` in a flat keyed file; 0 where file or field is absent."""
    return read_fields(path).get(name, 0)


def read_number(path: Path) -> int:
    """The number in a file; 0 where the file is absent."""
    try:
        return int(path.read_text())
    except (OSError, ValueError):
        return 0


def own_cpu_seconds() -> float:
    """CPU time of the agent itself, which the program must not pay for."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


class Meter:
    """What every process of the run used since `start`: CPU, out-of-memory kills; and the peak of memory."""

    def __init__(self, root: Path = ROOT, *, peak_known: bool = True) -> None:
        self._root = root
        self.version = 2 if (root / "cgroup.controllers").exists() else 1
        has_peak = self.version == 1 or (root / "memory.peak").exists()
        self._peak_known, self._sampled = peak_known and has_peak, 0
        self._cpu_base = self._oom_base = 0.0
        self._memory_base = self._file_base = 0

    def start(self) -> None:
        """Count from here."""
        self._cpu_base = self._raw_cpu_seconds()
        self._oom_base = self._raw_oom_kills()
        self._memory_base, self._file_base = self.memory_bytes(), self._file_cache_bytes()

    def cpu_seconds(self) -> float:
        """User and system time of all processes, the agent's own taken off."""
        return max(0.0, self._raw_cpu_seconds() - self._cpu_base)

    def oom_kills(self) -> int:
        """How many processes the kernel killed for memory."""
        return int(self._raw_oom_kills() - self._oom_base)

    def sample(self) -> None:
        """Look at the memory in use; a warm container's own peak may be another run's."""
        if not self._peak_known:
            self._sampled = max(self._sampled, self.memory_bytes())

    def memory_bytes(self) -> int:
        """What the container uses now, the agent included."""
        return read_number(self._root / ("memory/memory.usage_in_bytes" if self.version == 1 else "memory.current"))

    def peak_memory_bytes(self) -> int:
        """The highest use since `start`, the agent included."""
        self.sample()
        if not self._peak_known:
            return self._sampled
        if self.version == 1:
            return read_number(self._root / "memory/memory.max_usage_in_bytes")
        return read_number(self._root / "memory.peak")

    def base_memory_bytes(self) -> int:
        """What of the peak is not the run's: what was in use at `start`, and files of the image read into the cache."""
        return self._memory_base + max(0, self._file_cache_bytes() - self._file_base)

    @property
    def memory_method(self) -> str:
        """How the peak was measured."""
        return f"cgroup_v{self.version}_" + ("peak" if self._peak_known else "sampled")

    def _file_cache_bytes(self) -> int:
        """The cache of files on disk; what lies in a tmpfs or is shared memory is not in it."""
        path, total = ("memory/memory.stat", "cache") if self.version == 1 else ("memory.stat", "file")
        found = read_fields(self._root / path)
        return found.get(total, 0) - found.get("shmem", 0)

    def _raw_cpu_seconds(self) -> float:
        if self.version == 1:
            total = read_number(self._root / "cpuacct/cpuacct.usage") / 1e9
        else:
            total = read_field(self._root / "cpu.stat", "usage_usec") / 1e6
        return total - own_cpu_seconds()

    def _raw_oom_kills(self) -> float:
        if self.version == 1:
            return read_field(self._root / "memory/memory.oom_control", "oom_kill")
        return read_field(self._root / "memory.events", "oom_kill")
