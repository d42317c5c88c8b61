"""Worker figures in Redis: one expiring key per worker, and a set of their names."""

import json
from collections.abc import Mapping
from typing import Any

import redis

from services.errors import Unavailable

NAMES = "arena:workers"
KEEP_SECONDS = 15


def _key(worker: str) -> str:
    return f"arena:worker:{worker}"


class RedisFigures:
    """Implements WorkerFigures."""

    def __init__(self, url: str) -> None:
        self._redis: Any = redis.Redis.from_url(url, socket_timeout=5, socket_connect_timeout=5)

    def tell(self, worker: str, figures: Mapping[str, int]) -> None:
        pipe = self._redis.pipeline(transaction=False)
        pipe.set(_key(worker), json.dumps(dict(figures)), ex=KEEP_SECONDS)
        pipe.sadd(NAMES, worker)
        try:
            pipe.execute()
        except redis.RedisError as error:
            raise _unreachable(error) from error

    def read(self) -> Mapping[str, Mapping[str, int]]:
        try:
            names = sorted(name.decode() for name in self._redis.smembers(NAMES))
            told = self._redis.mget([_key(name) for name in names]) if names else []
            gone = [name for name, figures in zip(names, told, strict=True) if figures is None]
            if gone:
                self._redis.srem(NAMES, *gone)
        except redis.RedisError as error:
            raise _unreachable(error) from error
        return {name: json.loads(figures) for name, figures in zip(names, told, strict=True) if figures is not None}


def _unreachable(error: redis.RedisError) -> Unavailable:
    return Unavailable(f"The workers' figures cannot be reached: {error}.", hint="`arena doctor` checks Redis.")
