"""Rate limits and recent troubles on a real Redis: exact under concurrency, bounded, gone with time."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import redis

from services.errors import Unavailable
from services.events.rate_limits import Counted
from services.events.redis_rate_limits import REST_SECONDS, RedisRateCounter
from services.events.redis_troubles import KEPT, RedisTroubles
from services.events.troubles import Trouble
from services.redis_server import EmbeddedRedis

pytestmark = pytest.mark.redis


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder: Path = tmp_path_factory.mktemp("redis")
    server = EmbeddedRedis(folder)
    yield server.ensure()
    server.release()


def counted(key: str, count: int = 3, seconds: float = 3600) -> Counted:
    return Counted(key=key, count=count, seconds=seconds)


def test_so_many_pass_however_many_ask_at_once(address: str) -> None:
    counters = [RedisRateCounter(address) for _ in range(4)]
    with ThreadPoolExecutor(16) as threads:
        waits = list(threads.map(lambda n: counters[n % 4].take([counted("crowd", 25)]), range(100)))
    assert waits.count(0.0) == 25
    assert all(0 < wait <= 3600 / 25 for wait in waits if wait)


def test_counts_come_back_evenly(address: str) -> None:
    counter, one = RedisRateCounter(address), [counted("even", 2, 1.0)]
    assert [counter.take(one) for _ in range(2)] == [0.0, 0.0]
    wait = counter.take(one)
    assert 0 < wait <= 0.5
    time.sleep(wait)
    assert counter.take(one) == 0.0
    assert counter.take(one) > 0


def test_both_keys_are_counted_or_neither(address: str) -> None:
    counter = RedisRateCounter(address)
    wide, narrow = counted("wide", 5), counted("narrow", 1)
    assert counter.take([wide, narrow]) == 0.0
    assert counter.take([wide, narrow]) > 0
    assert [counter.take([wide]) == 0.0 for _ in range(5)] == [True] * 4 + [False]


def test_several_at_once_and_giving_back(address: str) -> None:
    counter, one = RedisRateCounter(address), [counted("several", 4)]
    assert counter.take(one, times=3) == 0.0
    assert counter.take(one, times=3) > 0
    counter.give_back(one)
    counter.give_back(one)
    assert counter.take(one, times=3) == 0.0
    # more than can ever be had takes all there is
    assert counter.take([counted("large", 4)], times=64) == 0.0


def test_what_is_remembered_goes_with_time_and_refusals_leave_nothing(address: str) -> None:
    client, counter = redis.Redis.from_url(address), RedisRateCounter(address)
    client.flushall()
    house = counted("house", 2, 600)
    for number in range(50):
        counter.take([counted(f"session-{number}", 3, 600), house])
    keys = list(client.scan_iter("arena:rate:*"))
    assert len(keys) == 3
    assert all(0 < client.pttl(key) <= 600_000 for key in keys)
    counter.give_back([house])
    counter.give_back([house])
    assert client.exists("arena:rate:house") == 0


def test_a_dead_redis_is_not_asked_again_at_once(tmp_path: Path) -> None:
    counter = RedisRateCounter(f"unix://{tmp_path / 'nobody'}")
    with pytest.raises(Unavailable, match="No such file"):
        counter.take([counted("x")])
    with pytest.raises(Unavailable, match="did not answer just now"):
        counter.take([counted("x")])
    time.sleep(REST_SECONDS)
    with pytest.raises(Unavailable, match="No such file"):
        counter.take([counted("x")])


def test_the_newest_troubles_are_kept(address: str, tmp_path: Path) -> None:
    troubles = RedisTroubles(address)
    for number in range(KEPT + 5):
        troubles.tell(
            Trouble(at="now", request_id=f"{number}", method="GET", path="/", code="unavailable", message="Away.")
        )
    redis.Redis.from_url(address).lpush("arena:troubles", "not one of ours")
    found = troubles.recent()
    assert [one.request_id for one in found[:2]] == [f"{KEPT + 4}", f"{KEPT + 3}"]
    assert len(found) == KEPT - 1
    nowhere = RedisTroubles(f"unix://{tmp_path / 'nobody'}")
    nowhere.tell(found[0])
    with pytest.raises(Unavailable):
        nowhere.recent()
