"""What workers tell about themselves; they serve no HTTP, so whoever is asked for metrics reads it here."""

from collections.abc import Mapping
from typing import Protocol


class WorkerFigures(Protocol):
    """Numbers of each living worker process; they vanish some seconds after the last time they were told."""

    def tell(self, worker: str, figures: Mapping[str, int]) -> None:
        """Replace what is known of `worker`.

        Raises:
            Unavailable: they cannot be stored.
        """
        ...

    def read(self) -> Mapping[str, Mapping[str, int]]:
        """The numbers of every worker that told any lately.

        Raises:
            Unavailable: they cannot be read.
        """
        ...
