"""Streams over real server processes and a real Redis: cut on one, resumed on another; Redis restarted in between."""

import contextlib
import json
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from services.domain.events import DeltaEvent
from services.domain.side import Side
from services.events.redis_streams import RedisEventLog
from services.redis_server import EmbeddedRedis
from services.store import schema
from services.store.engine import create_engine_for
from services.store.sql import SqlUnitOfWorkFactory
from tests.architecture.repository import ROOT
from tests.fixtures import arena_services
from tests.fixtures.waiting import wait_for
from tests.integration.api.test_live import events

pytestmark = pytest.mark.redis


@pytest.fixture
def redis_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedRedis]:
    server = EmbeddedRedis(Path(tmp_path_factory.mktemp("redis")))
    server.ensure()
    yield server
    server.release()


@contextlib.contextmanager
def server(folder: Path, url: str) -> Iterator[tuple["subprocess.Popen[str]", str]]:
    command = [sys.executable, "-m", "tests.fixtures.stream_server", str(folder), url]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        address = f"http://127.0.0.1:{process.stdout.readline().strip()}"
        deadline = time.monotonic() + 20
        while True:
            try:
                httpx.get(f"{address}/api/v1/environments", timeout=5)
                break
            except httpx.TransportError:
                assert time.monotonic() < deadline
                time.sleep(0.05)
        yield process, address
    finally:
        process.kill()
        process.wait(10)


def battle_in(folder: Path, url: str) -> str:
    store = f"sqlite:///{folder / 'arena.db'}"
    schema.upgrade(store)
    engine = create_engine_for(store)
    services = arena_services.assemble(store=SqlUnitOfWorkFactory(engine), events=RedisEventLog(url))
    battle = services.battles.create("Count.", judges=()).id
    engine.dispose()
    return battle


def write(url: str, battle: str, numbers: range, *, every: float) -> None:
    log = RedisEventLog(url)
    for number in numbers:
        log.append(battle, DeltaEvent(side=Side.A, offset=number, text=str(number)))
        time.sleep(every)


def take(address: str, battle: str, cursor: str, seen: list[int], *, until: int) -> str:
    """Follow until this many deltas were seen, or the connection is cut; the cursor then."""
    headers = {"Last-Event-ID": cursor} if cursor else {}
    with (
        contextlib.suppress(httpx.TransportError),
        httpx.stream("GET", f"{address}/api/v1/battles/{battle}/events", headers=headers, timeout=20) as stream,
    ):
        for fields in events(stream):
            if fields["event"] == "delta":
                seen.append(json.loads(fields["data"])["offset"])
                cursor = fields["id"]
            if len(seen) >= until:
                break
    return cursor


def test_a_stream_cut_on_one_process_goes_on_on_another(redis_server: EmbeddedRedis, tmp_path: Path) -> None:
    url, seen = redis_server.ensure(), list[int]()
    battle = battle_in(tmp_path, url)
    with server(tmp_path, url) as (first, here), server(tmp_path, url) as (_, there):
        writer = threading.Thread(target=write, args=(url, battle, range(300)), kwargs={"every": 0.005})
        writer.start()
        threading.Timer(0.6, first.kill).start()
        cursor = take(here, battle, "", seen, until=300)
        assert 0 < len(seen) < 300, "it was cut in mid-stream"
        take(there, battle, cursor, seen, until=300)
        writer.join(20)
    assert seen == list(range(300))


def test_what_a_viewer_is_too_slow_for_is_read_from_the_log(redis_server: EmbeddedRedis, tmp_path: Path) -> None:
    url, seen = redis_server.ensure(), list[int]()
    battle = battle_in(tmp_path, url)
    with server(tmp_path, url) as (_, here):
        write(url, battle, range(3000), every=0)
        write_more = threading.Thread(target=write, args=(url, battle, range(3000, 6000)), kwargs={"every": 0})
        write_more.start()
        take(here, battle, "", seen, until=6000)
        write_more.join(20)
    assert seen == list(range(6000))


def test_redis_restarts_under_an_open_stream(redis_server: EmbeddedRedis, tmp_path: Path) -> None:
    url, seen = redis_server.ensure(), list[int]()
    battle = battle_in(tmp_path, url)
    with server(tmp_path, url) as (_, here):
        write(url, battle, range(50), every=0)
        cursors: list[str] = []
        viewer = threading.Thread(target=lambda: cursors.append(take(here, battle, "", seen, until=100)))
        viewer.start()
        wait_for("the first events are shown", lambda: len(seen) == 50, 10)
        redis_server.release()
        viewer.join(20)
        assert not viewer.is_alive(), "the stream ends, so that whoever follows comes back"
        # meanwhile the page can say so: there is an answer, and it is no success
        assert httpx.get(f"{here}/api/v1/battles/{battle}/events", timeout=20).status_code == 503
        redis_server.ensure()
        writer = threading.Thread(target=write, args=(url, battle, range(50, 100)), kwargs={"every": 0.01})
        writer.start()
        take(here, battle, cursors[0], seen, until=100)
        writer.join(20)
    assert seen == list(range(100))
