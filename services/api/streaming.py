"""The event log of a battle as server-sent events: resumable, filtered for the viewer, bounded in time."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace

from starlette.concurrency import run_in_threadpool

from services.container import Services
from services.domain.battle import Battle
from services.domain.events import BattleEvent, DoneEvent
from services.domain.visibility import Viewer, visible_event
from services.errors import Unavailable
from services.events.protocol import LoggedEvent

RETRY = "retry: 2000\n\n"
PING = ": ping\n\n"
EVENT_SCHEMA = {
    "type": "object",
    "required": ["event", "data"],
    "properties": {
        "id": {"type": "string", "description": "Good as Last-Event-ID."},
        "event": {"enum": ["delta", "phase", "execution", "judgement", "problem", "done"]},
        "data": {"type": "string", "contentMediaType": "application/json"},
    },
}


@dataclass(frozen=True, kw_only=True)
class StreamLimits:
    """How long one stream may live, and after how much silence it says that it is still there."""

    life_seconds: float = 30 * 60.0
    ping_seconds: float = 15.0


def sse(event: BattleEvent, *, cursor: str = "") -> str:
    """One event on the wire; without a cursor the client keeps the one it has."""
    place = f"id: {cursor}\n" if cursor else ""
    return f"{place}event: {event.kind}\ndata: {event.model_dump_json()}\n\n"


@dataclass(kw_only=True)
class EventStream:
    """One viewer's stream of one battle."""

    services: Services
    limits: StreamLimits
    battle: Battle
    cursor: str
    done: bool = False

    @classmethod
    def open(cls, services: Services, battle_id: str, *, cursor: str, limits: StreamLimits) -> "EventStream":
        """A stream from after `cursor`. Blocks on the store and the log, so that troubles show before the first byte.

        Raises:
            NotFound: there is no such battle.
            InvalidRequest: the cursor is not one of this log.
            Unavailable: the log cannot be reached.
        """
        services.events.read(battle_id, after=cursor)
        return cls(services=services, limits=limits, battle=_load(services, battle_id), cursor=cursor)

    async def text(self) -> AsyncIterator[str]:
        """What goes over the wire; ends after `done`, at the end of its life, or when the log goes away."""
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
        while not self.done:
            page = await run_in_threadpool(self.services.events.read, self.battle.id, after=self.cursor)
            if not page:
                break
            for logged in page:
                for piece in await self._shown(logged):
                    yield piece
        for piece in await self._ended():
            yield piece

    async def _live(self, ends_at: float) -> AsyncIterator[str]:
        if self.done:
            return
        idle_seconds = min(self.limits.ping_seconds, self.limits.life_seconds)
        following = self.services.follower.follow(self.battle.id, after=self.cursor, idle_seconds=idle_seconds)
        try:
            async for logged in following:
                for piece in [PING, *await self._ended()] if logged is None else await self._shown(logged):
                    yield piece
                if self.done or self.services.clock.monotonic() >= ends_at:
                    return
        finally:
            close = getattr(following, "aclose", None)
            if close is not None:
                await close()

    async def _shown(self, logged: LoggedEvent) -> list[str]:
        self.cursor = logged.id
        if self.done:
            return []
        event = visible_event(logged.event, self.battle, Viewer.VOTER)
        if event != logged.event:
            await self._reload()
            event = visible_event(logged.event, self.battle, Viewer.VOTER)
        self.done = isinstance(event, DoneEvent)
        return [sse(event, cursor=logged.id)] if event else []

    async def _ended(self) -> list[str]:
        """A `done` of our own when the store says so and the log has not (lost, or expired)."""
        if self.done:
            return []
        await self._reload()
        if not self.battle.state.terminal:
            return []
        self.done = True
        return [sse(DoneEvent(state=self.battle.state))]

    async def _reload(self) -> None:
        self.battle = await run_in_threadpool(_load, self.services, self.battle.id)


def _load(services: Services, battle_id: str) -> Battle:
    with services.store() as uow:
        return replace(uow.battles.get(battle_id))
