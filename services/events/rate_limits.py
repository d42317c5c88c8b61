"""Counting how often something is asked for, for all processes together."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, kw_only=True)
class Counted:
    """Something to count under `key`: at most `count` at once, coming back evenly within `seconds`."""

    key: str
    count: int
    seconds: float


class RateCounter(Protocol):
    """Counts under several keys in one atomic step. What it remembers of a key is gone once that is full again."""

    def take(self, counted: Sequence[Counted], *, times: int = 1) -> float:
        """Count under every key, or under none; how many seconds to wait (0.0: it was counted).

        Raises:
            Unavailable: nobody can count now.
        """
        ...

    def give_back(self, counted: Sequence[Counted]) -> None:
        """Take one count back under every key.

        Raises:
            Unavailable: nobody can count now.
        """
        ...
