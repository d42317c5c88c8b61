"""An event log as server-sent events: resumable, filtered for the viewer, bounded in time."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any, Protocol

from starlette.concurrency import run_in_threadpool

from services.container import Services
from services.domain.events import DoneEvent, LogEvent
from services.domain.run_events import EndedEvent
from services.errors import Unavailable
from services.events.protocol import LoggedEvent

RETRY = "retry: 2000\n\n"
PING = ": ping\n\n"


def event_schema(*kinds: str) -> dict[str, Any]:
    """What OpenAPI says of a stream of events of these kinds."""
    return {
        "type": "object",
        "required": ["event", "data"],
        "properties": {
            "id": {"type": "string", "description": "Good as Last-Event-ID."},
            "event": {"enum": list(kinds)},
            "data": {"type": "string", "contentMediaType": "application/json"},
        },
    }


@dataclass(frozen=True, kw_only=True)
class StreamLimits:
    """How long one stream may live, and after how much silence it says that it is still there."""

    life_seconds: float = 30 * 60.0
    ping_seconds: float = 15.0


def sse(event: LogEvent, *, cursor: str = "", text: str = "") -> str:
    """One event on the wire; without a cursor the client keeps the one it has. `text` is its JSON, if it is at hand."""
    place = f"id: {cursor}\n" if cursor else ""
    return f"{place}event: {event.kind}\ndata: {text or event.model_dump_json()}\n\n"


class Watched(Protocol):
    """What is followed. `show` and `ending` may ask the store, and so are called off the event loop."""

    @property
    def topic(self) -> str:
        """Whose events."""
        ...

    def plain(self, event: LogEvent) -> bool:
        """Whether this viewer may receive the event as it is, as far as is known without asking; quick."""
        ...

    def show(self, event: LogEvent) -> LogEvent | None:
        """The event as this viewer may receive it now, if at all."""
        ...

    def ending(self) -> LogEvent | None:
        """The last event, if the store says that it is all over: the log may have lost it, or has expired."""
        ...


@dataclass(kw_only=True)
class EventStream:
    """One viewer's stream of one topic."""

    services: Services
    limits: StreamLimits
    watched: Watched
    cursor: str
    done: bool = False

    async def text(self) -> AsyncIterator[str]:
        """What goes over the wire; ends after the last event, at the end of its life, or when the log goes away."""
        ends_at = self.services.clock.monotonic() + self.limits.life_seconds
        yield RETRY
        try:
            async for piece in self._backlog():
                yield piece
            async for piece in self._live(ends_at):
                yield piece
        except Unavailable as error:
            yield f": {error.code}\n\n"

    async def _backlog(self) -> AsyncIterator[str]:
        async for piece in self._logged():
            yield piece
        async for piece in self._ended():
            yield piece

    async def _live(self, ends_at: float) -> AsyncIterator[str]:
        if self.done:
            return
        idle_seconds = min(self.limits.ping_seconds, self.limits.life_seconds)
        following = self.services.follower.follow(self.watched.topic, after=self.cursor, idle_seconds=idle_seconds)
        try:
            async for logged in following:
                if logged is None:
                    yield PING
                    async for piece in self._ended():
                        yield piece
                else:
                    for piece in await self._shown(logged):
                        yield piece
                if self.done or self.services.clock.monotonic() >= ends_at:
                    return
        finally:
            close = getattr(following, "aclose", None)
            if close is not None:
                await close()

    async def _logged(self) -> AsyncIterator[str]:
        """Everything in the log after the cursor."""
        while not self.done:
            page = await run_in_threadpool(self.services.events.read, self.watched.topic, after=self.cursor)
            if not page:
                return
            for logged in page:
                for piece in await self._shown(logged):
                    yield piece

    async def _shown(self, logged: LoggedEvent) -> list[str]:
        self.cursor = logged.id
        if self.done:
            return []
        event: LogEvent | None = logged.event
        if not self.watched.plain(logged.event):
            event = await run_in_threadpool(self.watched.show, logged.event)
        self.done = isinstance(event, DoneEvent | EndedEvent)
        if event is None:
            return []
        return [sse(event, cursor=logged.id, text=logged.text if event is logged.event else "")]

    async def _ended(self) -> AsyncIterator[str]:
        """A last event of our own when the store says so and the log has not (lost, or expired)."""
        if self.done:
            return
        last = await run_in_threadpool(self.watched.ending)
        if last is None:
            return
        # what came into the log since it was read is older than the end
        async for piece in self._logged():
            yield piece
        if not self.done:
            self.done = True
            yield sse(last)
