"""The event log as the use cases see it."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from services.domain.events import LogEvent


@dataclass(frozen=True, kw_only=True)
class LoggedEvent:
    """An event and its place in the log; `id` is opaque, ordered, and good as `Last-Event-ID`.

    `text` is the event's JSON where the log has it at hand ("": it has not).
    """

    id: str
    event: LogEvent
    text: str = field(default="", compare=False)


class EventLog(Protocol):
    """Append-only, one list per topic (a battle or a direct run), resumable by cursor; bounded in length and lifetime.

    Losing an event loses liveness, never truth: results are in the store.
    """

    def append(self, topic: str, event: LogEvent) -> str:
        """Add the event and return its id. A direct run's list is kept for a shorter time once it has `ended`.

        Raises:
            Unavailable: the log cannot be reached.
        """
        ...

    def forget(self, topic: str) -> None:
        """Remove the list.

        Raises:
            Unavailable: the log cannot be reached.
        """
        ...

    def read(self, topic: str, *, after: str = "", block_seconds: float = 0.0) -> Sequence[LoggedEvent]:
        """Events after the cursor (from the start when empty); waits up to `block_seconds` for the first.

        Raises:
            InvalidRequest: `after` is not a cursor of this log.
            Unavailable: the log cannot be reached.
        """
        ...


class EventFollower(Protocol):
    """The same log for asyncio callers."""

    def follow(self, topic: str, *, after: str = "", idle_seconds: float = 15.0) -> AsyncIterator[LoggedEvent | None]:
        """Events after the cursor as they come; None after each `idle_seconds` of silence. Never ends by itself."""
        ...
