"""When to try an endpoint again, and how long to wait before."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class RetryPolicy:
    """Exponential back-off with full jitter; a provider's Retry-After is honoured.

    `attempts` counts the first try too; seconds throughout.
    """

    attempts: int = 4
    base_seconds: float = 0.5
    max_seconds: float = 10.0

    def delay(
        self, failures: int, *, retry_after: float | None, seconds_left: float, random: Callable[[], float]
    ) -> float | None:
        """How long to wait after that many failures; None when another try is not worth it.

        `random` gives numbers in [0, 1). A wait that would use up `seconds_left` is not worth it.
        """
        if failures >= self.attempts:
            return None
        backoff = min(self.max_seconds, self.base_seconds * 2 ** (failures - 1)) * random()
        wait = max(backoff, retry_after or 0.0)
        return wait if wait < seconds_left else None
