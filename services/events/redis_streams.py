"""The event log on Redis Streams: one stream per topic, capped and expiring."""

import re
from collections.abc import AsyncIterator, Sequence
from typing import Any, cast

import redis
import redis.asyncio

from services.domain.events import LogEvent, event_from_json
from services.domain.run_events import EndedEvent
from services.errors import InvalidRequest, Unavailable
from services.events.protocol import LoggedEvent

STREAM_MAX_LENGTH = 20_000
STREAM_SECONDS = 24 * 3600
# what a direct run wrote is in the store by then; its stream is for viewers that come back
ENDED_SECONDS = 15 * 60
_CURSOR = re.compile(r"\d{1,20}-\d{1,20}")


def _key(topic: str) -> str:
    return f"arena:events:{topic}"


def _start(after: str) -> str:
    if after and not _CURSOR.fullmatch(after):
        raise InvalidRequest(f"{after!r} is not an event id.", hint="Leave it out to start from the beginning.")
    return after or "0-0"


def _logged(reply: Any) -> list[LoggedEvent]:
    if not reply:
        return []
    [(_, entries)] = reply
    return [LoggedEvent(id=entry.decode(), event=event_from_json(fields[b"e"])) for entry, fields in entries]


def _unreachable(error: redis.RedisError) -> Unavailable:
    return Unavailable(f"The event log cannot be reached: {error}.", hint="`arena doctor` checks Redis.")


class RedisEventLog:
    """Implements EventLog; safe to use from several threads."""

    def __init__(self, url: str) -> None:
        self._redis = redis.Redis.from_url(url, socket_timeout=30, socket_connect_timeout=5)

    def append(self, topic: str, event: LogEvent) -> str:
        key = _key(topic)
        try:
            pipe = self._redis.pipeline(transaction=False)
            pipe.xadd(key, {"e": event.model_dump_json()}, maxlen=STREAM_MAX_LENGTH, approximate=True)
            pipe.expire(key, ENDED_SECONDS if isinstance(event, EndedEvent) else STREAM_SECONDS)
            return cast("bytes", pipe.execute()[0]).decode()
        except redis.RedisError as error:
            raise _unreachable(error) from error

    def forget(self, topic: str) -> None:
        try:
            self._redis.delete(_key(topic))
        except redis.RedisError as error:
            raise _unreachable(error) from error

    def read(self, topic: str, *, after: str = "", block_seconds: float = 0.0) -> Sequence[LoggedEvent]:
        block = max(1, int(block_seconds * 1000)) if block_seconds > 0 else None
        try:
            return _logged(self._redis.xread({_key(topic): _start(after)}, count=500, block=block))
        except redis.RedisError as error:
            raise _unreachable(error) from error

    def ping(self) -> bool:
        """Whether Redis answers."""
        try:
            return bool(self._redis.ping())
        except redis.RedisError:
            return False


class RedisEventFollower:
    """Implements EventFollower for asyncio servers."""

    def __init__(self, url: str) -> None:
        self._url = url

    async def follow(
        self, topic: str, *, after: str = "", idle_seconds: float = 15.0
    ) -> AsyncIterator[LoggedEvent | None]:
        cursor = _start(after)
        client = redis.asyncio.Redis.from_url(self._url, socket_timeout=idle_seconds + 15, socket_connect_timeout=5)
        try:
            while True:
                reply = await client.xread({_key(topic): cursor}, count=500, block=max(1, int(idle_seconds * 1000)))
                events = _logged(reply)
                if not events:
                    yield None
                for event in events:
                    cursor = event.id
                    yield event
        except redis.RedisError as error:
            raise _unreachable(error) from error
        finally:
            await client.aclose()
