"""Rate limits in Redis: one number a key (the moment at which it is full again), in one atomic script.

That is the generic cell rate algorithm: a key holds a theoretical arrival time; each count moves it on by
`seconds / count`, and may not move it further than `seconds` ahead of now. Redis' own clock tells the time, and a key
expires at its arrival time, so memory is bounded by what was let through lately.
"""

import time
from collections.abc import Sequence
from typing import Any

import redis

from services.errors import Unavailable
from services.events.rate_limits import Counted

# per key: how many, within how many milliseconds; the first argument is how many are taken (negative: given back)
STEP = """
local clock = redis.call('TIME')
local now = clock[1] * 1000 + clock[2] / 1000
local times, wait, due = tonumber(ARGV[1]), 0, {}
for i, key in ipairs(KEYS) do
  local count, period = tonumber(ARGV[2 * i]), tonumber(ARGV[2 * i + 1])
  local before = math.max(tonumber(redis.call('GET', key) or '0'), now)
  due[i] = before + math.min(times, count) * period / count
  wait = math.max(wait, due[i] - period - now)
end
if times > 0 and wait > 0.5 then return string.format('%.0f', math.ceil(wait)) end
for i, key in ipairs(KEYS) do
  if due[i] - now < 1 then
    redis.call('DEL', key)
  else
    redis.call('SET', key, string.format('%.3f', due[i]), 'PX', math.ceil(due[i] - now))
  end
end
return '0'
"""
REST_SECONDS = 2.0
"""For so long nobody asks again once Redis has not answered: a dead Redis must not hold up every request."""


class RedisRateCounter:
    """Implements RateCounter; threads may share it."""

    def __init__(self, url: str) -> None:
        self._redis = redis.Redis.from_url(url, socket_timeout=1, socket_connect_timeout=1)
        self._step = self._redis.register_script(STEP)
        self._rests_until = 0.0

    def take(self, counted: Sequence[Counted], *, times: int = 1) -> float:
        return self._do(counted, times) / 1000

    def give_back(self, counted: Sequence[Counted]) -> None:
        self._do(counted, -1)

    def _do(self, counted: Sequence[Counted], times: int) -> float:
        if time.monotonic() < self._rests_until:
            raise _unreachable("it did not answer just now")
        arguments: list[Any] = [times]
        for one in counted:
            arguments += [one.count, one.seconds * 1000]
        try:
            return float(self._step(keys=[f"arena:rate:{one.key}" for one in counted], args=arguments))
        except redis.RedisError as error:
            self._rests_until = time.monotonic() + REST_SECONDS
            raise _unreachable(str(error)) from error


def _unreachable(why: str) -> Unavailable:
    return Unavailable(f"Rate limits cannot be counted: {why}.", hint="`arena doctor` checks Redis.")
