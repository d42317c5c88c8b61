"""Collects one stream within a bound, whatever the other side sends."""

from sandboxes.result import OutputStream


class Collector:
    """Keeps at most `limit_bytes` of what it is given and counts the rest."""

    def __init__(self, limit_bytes: int) -> None:
        self._limit = limit_bytes
        self._kept = bytearray()
        self._total = 0

    def add(self, data: bytes) -> bytes:
        """Take bytes; returns the part that was kept."""
        self._total += len(data)
        kept = data[: max(0, self._limit - len(self._kept))]
        self._kept += kept
        return kept

    def finish(self, *, total_bytes: int = 0) -> OutputStream:
        """The stream; `total_bytes` is what the program wrote, where more is known than what arrived."""
        total = max(self._total, total_bytes)
        return OutputStream(data=bytes(self._kept), total_bytes=total, truncated=total > len(self._kept))
