"""Time and identity come in through these two protocols; nobody else asks the system for them."""

import time
import uuid
from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """Wall time for records, monotonic time for durations."""

    def now(self) -> datetime:
        """The present moment, timezone-aware, in UTC."""
        ...

    def monotonic(self) -> float:
        """Seconds since some fixed moment; never goes back."""
        ...

    def sleep(self, seconds: float) -> None:
        """Wait that long."""
        ...


class Ids(Protocol):
    """Where new identifiers come from."""

    def new(self) -> str:
        """A fresh unguessable id: 32 lower-case hexadecimal digits."""
        ...


class SystemClock:
    """The machine's own clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def monotonic(self) -> float:
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)


class RandomIds:
    """Random version-4 UUIDs as hexadecimal text."""

    def new(self) -> str:
        return uuid.uuid4().hex
