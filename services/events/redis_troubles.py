"""Recent troubles in Redis: one capped list that expires."""

from collections.abc import Sequence
from typing import Any

import redis
import structlog
from pydantic import ValidationError

from services.errors import Unavailable
from services.events.troubles import Trouble

KEY = "arena:troubles"
KEPT = 100
KEEP_SECONDS = 7 * 24 * 3600
log = structlog.get_logger()


class RedisTroubles:
    """Implements Troubles; threads may share it."""

    def __init__(self, url: str) -> None:
        self._redis: Any = redis.Redis.from_url(url, socket_timeout=1, socket_connect_timeout=1)

    def tell(self, trouble: Trouble) -> None:
        pipe = self._redis.pipeline(transaction=False)
        pipe.lpush(KEY, trouble.model_dump_json())
        pipe.ltrim(KEY, 0, KEPT - 1)
        pipe.expire(KEY, KEEP_SECONDS)
        try:
            pipe.execute()
        except redis.RedisError as error:
            log.warning("trouble_not_kept", request_id=trouble.request_id, error=str(error))

    def recent(self) -> Sequence[Trouble]:
        try:
            kept = self._redis.lrange(KEY, 0, KEPT - 1)
        except redis.RedisError as error:
            raise Unavailable(f"Recent errors cannot be read: {error}.", hint="`arena doctor` checks Redis.") from error
        return [found for line in kept if (found := _read(line)) is not None]


def _read(line: bytes) -> Trouble | None:
    try:
        return Trouble.model_validate_json(line)
    except ValidationError:
        return None
