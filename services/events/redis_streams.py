"""The event log on Redis Streams: one per topic, capped and expiring; a channel tells every process what came."""

import re
from collections.abc import Sequence
from typing import Any, cast

import redis

from services.domain.events import LogEvent, event_from_json
from services.domain.run_events import EndedEvent
from services.errors import InvalidRequest, Unavailable
from services.events.protocol import LoggedEvent

STREAM_MAX_LENGTH = 20_000
STREAM_SECONDS = 24 * 3600
# what a direct run wrote is in the store by then; its stream is for viewers that come back
ENDED_SECONDS = 15 * 60
CHANNEL = "arena:events"
# one atomic step, so that what the channel tells of a topic comes in the order of its stream
APPEND = """
local id = redis.call('XADD', KEYS[1], 'MAXLEN', '~', ARGV[3], '*', 'e', ARGV[2])
redis.call('EXPIRE', KEYS[1], ARGV[4])
redis.call('PUBLISH', ARGV[5], id .. ' ' .. ARGV[1] .. ' ' .. ARGV[2])
return id
"""
_CURSOR = re.compile(r"\d{1,20}-\d{1,20}")


def key_of(topic: str) -> str:
    """Where Redis keeps a topic."""
    return f"arena:events:{topic}"


def start_of(after: str) -> str:
    """The cursor to read after; raises InvalidRequest when it is none."""
    if after and not _CURSOR.fullmatch(after):
        raise InvalidRequest(f"{after!r} is not an event id.", hint="Leave it out to start from the beginning.")
    return after or "0-0"


def logged_of(reply: Any) -> list[LoggedEvent]:
    """The events in an answer of XREAD of one stream."""
    if not reply:
        return []
    [(_, entries)] = reply
    return [logged_event(entry, fields[b"e"]) for entry, fields in entries]


def logged_event(place: bytes, text: bytes) -> LoggedEvent:
    """The event at a place of its stream."""
    return LoggedEvent(id=place.decode(), event=event_from_json(text), text=text.decode())


def unreachable(error: redis.RedisError) -> Unavailable:
    """What to tell of a Redis that does not answer."""
    return Unavailable(f"The event log cannot be reached: {error}.", hint="`arena doctor` checks Redis.")


class RedisEventLog:
    """Implements EventLog; safe to use from several threads."""

    def __init__(self, url: str) -> None:
        self._redis = redis.Redis.from_url(url, socket_timeout=30, socket_connect_timeout=5)
        self._append = self._redis.register_script(APPEND)

    def append(self, topic: str, event: LogEvent) -> str:
        seconds = ENDED_SECONDS if isinstance(event, EndedEvent) else STREAM_SECONDS
        arguments: list[Any] = [topic, event.model_dump_json(), STREAM_MAX_LENGTH, seconds, CHANNEL]
        try:
            return cast("bytes", self._append(keys=[key_of(topic)], args=arguments)).decode()
        except redis.RedisError as error:
            raise unreachable(error) from error

    def forget(self, topic: str) -> None:
        try:
            self._redis.delete(key_of(topic))
        except redis.RedisError as error:
            raise unreachable(error) from error

    def read(self, topic: str, *, after: str = "", block_seconds: float = 0.0) -> Sequence[LoggedEvent]:
        block = max(1, int(block_seconds * 1000)) if block_seconds > 0 else None
        try:
            return logged_of(self._redis.xread({key_of(topic): start_of(after)}, count=500, block=block))
        except redis.RedisError as error:
            raise unreachable(error) from error

    def ping(self) -> bool:
        """Whether Redis answers."""
        try:
            return bool(self._redis.ping())
        except redis.RedisError:
            return False
