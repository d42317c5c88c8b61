"""Follows the event log in asyncio servers: one connection for all streams of a process.

A channel tells everything that is appended anywhere; what concerns nobody here is dropped unread. The streams are what
counts: whoever joins reads what came before, and what the channel may have lost is read after a silence.
"""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass, field

import redis
import redis.asyncio

from services.errors import Unavailable
from services.events.protocol import LoggedEvent
from services.events.redis_streams import CHANNEL, key_of, logged_event, logged_of, start_of, unreachable

PAGE = 500
MOST_WAITING = 1000
READERS = 4
_GAP = None
"""In a queue: more came than it holds; the stream has it."""

_Queue = asyncio.Queue[LoggedEvent | Unavailable | None]


class RedisEventFollower:
    """Implements EventFollower; each event loop has a hub of its own."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._hubs: dict[asyncio.AbstractEventLoop, _Hub] = {}

    async def follow(
        self, topic: str, *, after: str = "", idle_seconds: float = 15.0
    ) -> AsyncIterator[LoggedEvent | None]:
        cursor, hub = start_of(after), self._hub()
        queue = hub.join(topic)
        try:
            await hub.listening()
            missed = True
            while True:
                while missed:
                    page = await hub.read(topic, cursor)
                    missed = len(page) == PAGE
                    for logged in page:
                        cursor = logged.id
                        yield logged
                try:
                    found = await asyncio.wait_for(queue.get(), idle_seconds)
                except TimeoutError:
                    missed = True
                    yield None
                    continue
                if isinstance(found, Unavailable):
                    raise found
                if found is _GAP:
                    missed = True
                elif _number(found.id) > _number(cursor):
                    cursor = found.id
                    yield found
        except redis.RedisError as error:
            raise unreachable(error) from error
        finally:
            await self._leave(hub, topic, queue)

    def _hub(self) -> "_Hub":
        loop = asyncio.get_running_loop()
        for gone in [one for one in self._hubs if one.is_closed()]:
            del self._hubs[gone]
        return self._hubs.setdefault(loop, _Hub(self._url))

    async def _leave(self, hub: "_Hub", topic: str, queue: _Queue) -> None:
        if hub.leave(topic, queue):
            self._hubs.pop(asyncio.get_running_loop(), None)
            await hub.close()


@dataclass
class _Hub:
    """All followers of one event loop."""

    url: str
    _queues: dict[str, set[_Queue]] = field(default_factory=lambda: defaultdict(set))
    _task: asyncio.Task[None] | None = None
    _ready: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        limits = {"socket_timeout": 30, "socket_connect_timeout": 5}
        pool = redis.asyncio.BlockingConnectionPool.from_url(self.url, max_connections=READERS, timeout=30, **limits)
        self._reader = redis.asyncio.Redis(connection_pool=pool)

    def join(self, topic: str) -> _Queue:
        """A queue that gets what is appended to `topic` from now on."""
        queue: _Queue = asyncio.Queue(MOST_WAITING)
        self._queues[topic].add(queue)
        return queue

    def leave(self, topic: str, queue: _Queue) -> bool:
        """Whether that was the last follower."""
        self._queues[topic].discard(queue)
        if not self._queues[topic]:
            del self._queues[topic]
        return not self._queues

    async def listening(self) -> None:
        """Returns once the channel is listened to."""
        if self._task is None or self._task.done():
            self._ready.clear()
            self._task = asyncio.create_task(self._listen(), name="event-channel")
        waits = asyncio.create_task(self._ready.wait())
        done, _ = await asyncio.wait({waits, self._task}, return_when=asyncio.FIRST_COMPLETED)
        if waits not in done:
            waits.cancel()
            raise unreachable(redis.ConnectionError("no answer"))

    async def read(self, topic: str, cursor: str) -> list[LoggedEvent]:
        """A page of what comes after the cursor."""
        return logged_of(await self._reader.xread({key_of(topic): cursor}, count=PAGE))

    async def close(self) -> None:
        """Nobody follows any more."""
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task
        await self._reader.aclose()

    async def _listen(self) -> None:
        client = redis.asyncio.Redis.from_url(self.url, socket_connect_timeout=5, health_check_interval=15)
        try:
            async with client.pubsub(ignore_subscribe_messages=True) as channel:
                await channel.subscribe(CHANNEL)
                self._ready.set()
                async for message in channel.listen():
                    self._take(message["data"])
        except redis.RedisError as error:
            self._tell_all(unreachable(error))
        finally:
            await client.aclose()

    def _take(self, message: bytes) -> None:
        place, topic, text = message.split(b" ", 2)
        queues = self._queues.get(topic.decode())
        if not queues:
            return
        logged = logged_event(place, text)
        for queue in queues:
            _put(queue, logged)

    def _tell_all(self, trouble: Unavailable) -> None:
        for queues in self._queues.values():
            for queue in queues:
                _put(queue, trouble)


def _put(queue: _Queue, found: LoggedEvent | Unavailable) -> None:
    try:
        queue.put_nowait(found)
    except asyncio.QueueFull:
        # whoever reads so slowly reads the stream itself
        while not queue.empty():
            queue.get_nowait()
        queue.put_nowait(found if isinstance(found, Unavailable) else _GAP)


def _number(place: str) -> tuple[int, int]:
    first, _, second = place.partition("-")
    return int(first), int(second)
