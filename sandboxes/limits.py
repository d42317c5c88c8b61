"""Limits of one stage of a run, and the limits nobody may exceed."""

from dataclasses import dataclass

MIB = 1024 * 1024


@dataclass(frozen=True, kw_only=True)
class Limits:
    """What one stage may use. Memory includes swap (there is none); disk is the writable tmpfs."""

    cpu_seconds: float = 10.0
    wall_seconds: float = 15.0
    memory_bytes: int = 512 * MIB
    pids: int = 64
    output_bytes: int = 1 * MIB
    file_bytes: int = 32 * MIB
    disk_bytes: int = 64 * MIB
    inodes: int = 4096
