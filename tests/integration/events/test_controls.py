"""Control of runs and worker figures over a real Redis."""

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import redis

from sandboxes.policy import MAX_STDIN_BYTES
from sandboxes.runner import MAX_QUEUED_INPUT, RunControl
from services.errors import Conflict, InvalidRequest, Unavailable
from services.events.redis_controls import RedisControls
from services.events.redis_figures import NAMES, RedisFigures
from services.redis_server import EmbeddedRedis
from tests.fixtures.waiting import wait_for

pytestmark = pytest.mark.redis


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    server = EmbeddedRedis(Path(tmp_path_factory.mktemp("redis")))
    yield server.ensure()
    server.release()


@pytest.fixture
def run(request: pytest.FixtureRequest) -> str:
    return f"run-{request.node.name}"


def until(probe: Callable[[], bool]) -> None:
    wait_for("the messages arrive", probe, 20)


def taken(control: RunControl) -> tuple[bytes, bool]:
    return control.take_stdin(MAX_STDIN_BYTES)


def test_messages_from_before_and_during_arrive_once_and_in_order(url: str, run: str) -> None:
    sender, receiver = RedisControls(url), RedisControls(url)
    sender.send_input(run, b"before ", close=False)
    control = RunControl()
    with receiver.attach(run, control):
        sender.send_input(run, b"during \xff\x00", close=False)
        sender.send_input(run, b" end", close=True)
        got = bytearray()

        def all_of_it() -> bool:
            data, ended = taken(control)
            got.extend(data)
            return ended

        until(all_of_it)
    assert bytes(got) == b"before during \xff\x00 end"


def test_a_second_attempt_gets_everything_again(url: str, run: str) -> None:
    sender = RedisControls(url)
    sender.send_input(run, b"again", close=True)
    for _ in range(2):
        control = RunControl()
        with RedisControls(url).attach(run, control):
            assert taken(control) == (b"again", True)


def test_a_cancel_reaches_the_run_that_it_names_and_no_other(url: str, run: str) -> None:
    sender, receiver = RedisControls(url), RedisControls(url)
    control, other = RunControl(), RunControl()
    with receiver.attach(run, control), receiver.attach(f"{run}-other", other):
        sender.cancel(run)
        until(lambda: control.cancelled)
        assert not other.cancelled
    early = RunControl()
    with RedisControls(url).attach(run, early):
        assert early.cancelled


def test_a_cancel_does_not_wait_behind_input_that_nobody_reads(url: str, run: str) -> None:
    sender, control = RedisControls(url), RunControl()
    for _ in range(4):
        sender.send_input(run, b"x" * MAX_QUEUED_INPUT, close=False)
    sender.cancel(run)
    with RedisControls(url).attach(run, control):
        assert control.cancelled
        total, deadline = 0, time.monotonic() + 20
        while total < 4 * MAX_QUEUED_INPUT and time.monotonic() < deadline:
            total += len(control.take_stdin(MAX_QUEUED_INPUT)[0])
    assert total == 4 * MAX_QUEUED_INPUT


def test_closed_is_closed_and_there_is_a_bound(url: str, run: str) -> None:
    sender = RedisControls(url)
    sender.send_input(run, bytes(MAX_STDIN_BYTES - 1), close=False)
    with pytest.raises(InvalidRequest):
        sender.send_input(run, b"xy", close=False)
    sender.send_input(run, b"x", close=True)
    for data, close in ((b"late", False), (b"", True)):
        with pytest.raises(Conflict):
            sender.send_input(run, data, close=close)


def test_what_is_forgotten_leaves_nothing_and_what_is_not_expires(url: str, run: str) -> None:
    sender, client = RedisControls(url), redis.Redis.from_url(url)
    sender.send_input(run, b"x", close=True)
    sender.cancel(run)
    keys = client.keys(f"arena:run:{run}:*")
    assert isinstance(keys, list)
    assert len(keys) == 2
    assert all(client.ttl(key) > 0 for key in keys)
    sender.forget(run)
    assert client.keys(f"arena:run:{run}:*") == []


def test_many_runs_share_one_listening_thread(url: str, run: str) -> None:
    receiver, sender = RedisControls(url), RedisControls(url)
    before = threading.active_count()
    for number in range(20):
        control = RunControl()
        with receiver.attach(f"{run}-{number}", control):
            sender.cancel(f"{run}-{number}")
            until(lambda control=control: control.cancelled)  # type: ignore[misc]
    assert threading.active_count() == before + 1


def test_a_redis_that_is_not_there_is_unavailable_and_attaching_goes_on() -> None:
    nowhere = RedisControls("redis://127.0.0.1:1/0")
    with pytest.raises(Unavailable):
        nowhere.cancel("r")
    with pytest.raises(Unavailable):
        nowhere.send_input("r", b"x", close=False)
    with nowhere.attach("r", RunControl()):
        nowhere.forget("r")


def test_figures_are_replaced_and_vanish_with_their_worker(url: str) -> None:
    figures, client = RedisFigures(url), redis.Redis.from_url(url)
    figures.tell("one:1", {"hits": 1})
    figures.tell("one:1", {"hits": 2})
    figures.tell("two:2", {"hits": 5})
    assert figures.read() == {"one:1": {"hits": 2}, "two:2": {"hits": 5}}
    client.delete("arena:worker:two:2")  # as after its last words have expired
    assert figures.read() == {"one:1": {"hits": 2}}
    assert client.smembers(NAMES) == {b"one:1"}
    assert client.ttl("arena:worker:one:1") > 0
    with pytest.raises(Unavailable):
        RedisFigures("redis://127.0.0.1:1/0").read()
