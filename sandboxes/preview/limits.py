"""What one app, one connection and the preview as a whole may use."""

from collections import Counter
from dataclasses import dataclass

MIB = 1024 * 1024


@dataclass(frozen=True, kw_only=True)
class PreviewLimits:
    """Caps of bytes, counts and seconds; every wait of the preview has one of these.

    Bytes of `request` and `response` are a body's. `answer_seconds` is how long an app may think before it answers,
    `idle_seconds` how long a body may stand still, on either side.
    """

    header_bytes: int = 32 * 1024
    header_count: int = 100
    request_bytes: int = 32 * MIB
    response_bytes: int = 256 * MIB
    rewrite_bytes: int = 4 * MIB
    rewrite_seconds: float = 3.0
    rewrites_per_app: int = 4
    connections: int = 1024
    connections_per_app: int = 64
    header_seconds: float = 10.0
    keep_alive_seconds: float = 30.0
    connect_seconds: float = 5.0
    answer_seconds: float = 120.0
    idle_seconds: float = 120.0
    tunnel_idle_seconds: float = 600.0
    tunnel_bytes: int = 2048 * MIB
    tunnel_bytes_per_second: int = 16 * MIB
    batch_bytes: int = 64 * 1024
    events_per_app: int = 5000
    event_bytes_per_app: int = 2 * MIB
    drain_seconds: float = 5.0


class Gate:
    """Counts who is inside, in all and by name."""

    def __init__(self, *, total: int, each: int) -> None:
        self._total, self._each = total, each
        self._inside: Counter[str] = Counter()

    @property
    def inside(self) -> tuple[str, ...]:
        """The names of those who are inside."""
        return tuple(self._inside)

    def enter(self, name: str) -> bool:
        """Whether one more of this name may be inside; who may not has not entered."""
        if self._inside[name] >= self._each or self._inside.total() >= self._total:
            self._forget(name)
            return False
        self._inside[name] += 1
        return True

    def leave(self, name: str) -> None:
        """One of this name is no longer inside."""
        self._inside[name] -= 1
        self._forget(name)

    def _forget(self, name: str) -> None:
        if self._inside[name] <= 0:
            del self._inside[name]


class Pace:
    """How long to wait so that bytes pass at no more than a rate, after a burst of one second's worth."""

    def __init__(self, bytes_per_second: int) -> None:
        self._rate = float(bytes_per_second)
        self._left, self._at = self._rate, 0.0

    def wait(self, size: int, now: float) -> float:
        """The seconds to wait after `size` bytes have passed at `now`."""
        self._left = min(self._rate, self._left + (now - self._at) * self._rate) - size
        self._at = now
        return max(0.0, -self._left / self._rate)
