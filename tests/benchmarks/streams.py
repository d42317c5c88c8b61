"""`python -m tests.benchmarks.streams [--streams 500] [--rates 2,4]`: open battle streams on one process.

Every stream is a battle of its own and gets so many events a second. The delay is from before the append (another
process) to the line at the client (a third). Prints the connection of all streams together against one for each.
"""

import argparse
import asyncio
import json
import multiprocessing
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from services.domain.events import DeltaEvent
from services.domain.side import Side
from services.events.redis_streams import RedisEventLog
from services.redis_server import EmbeddedRedis
from services.store import schema
from services.store.engine import create_engine_for
from services.store.sql import SqlUnitOfWorkFactory
from tests.architecture.repository import ROOT
from tests.fixtures import arena_services

TARGET_SECONDS = 0.25
COLUMNS = ("way", "streams", "asked events/s each", "true", "sent", "received", "p50 ms", "p95 ms", "target 250 ms")
HEAD = f"| {' | '.join(COLUMNS)} |\n{'|---' * len(COLUMNS)}|"
WAYS = {"one connection for all": (), "one connection each": ("--connection-per-stream",)}


def main() -> int:
    """Print the table; 1 if events were lost."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--streams", type=int, default=500)
    parser.add_argument("--rates", default="2", help="events a second on each stream")
    parser.add_argument("--seconds", type=float, default=10.0)
    arguments = parser.parse_args()
    lost = 0
    print(HEAD)
    with tempfile.TemporaryDirectory(prefix="streams-") as name:
        folder = Path(name)
        redis = EmbeddedRedis(folder / "redis")
        url = redis.ensure()
        battles = battles_in(folder, url, arguments.streams)
        for rate in map(float, arguments.rates.split(",")):
            for way, options in WAYS.items():
                delays, sent, true = measure(folder, url, battles, options, rate=rate, seconds=arguments.seconds)
                lost += sent - len(delays)
                p50, p95 = (1000 * statistics.quantiles(delays, n=20)[place] for place in (9, 18))
                word = "held" if p95 < 1000 * TARGET_SECONDS else "missed"
                cells = [
                    way,
                    len(battles),
                    f"{rate:g}",
                    f"{true:.1f}",
                    sent,
                    len(delays),
                    f"{p50:.1f}",
                    f"{p95:.1f}",
                    word,
                ]
                print(f"| {' | '.join(map(str, cells))} |", flush=True)
        redis.release()
    return 1 if lost else 0


def battles_in(folder: Path, url: str, count: int) -> list[str]:
    """So many battles that are going on."""
    store = f"sqlite:///{folder / 'arena.db'}"
    schema.upgrade(store)
    engine = create_engine_for(store)
    services = arena_services.assemble(store=SqlUnitOfWorkFactory(engine), events=RedisEventLog(url))
    found = [services.battles.create(f"Prompt {number}.", judges=()).id for number in range(count)]
    engine.dispose()
    return found


def measure(
    folder: Path, url: str, battles: list[str], options: tuple[str, ...], *, rate: float, seconds: float
) -> tuple[list[float], int, float]:
    """The delays of the events that came, in seconds, how many were sent, and how many a second on each stream."""
    log = RedisEventLog(url)
    for battle in battles:
        log.forget(battle)
    command = [sys.executable, "-m", "tests.fixtures.stream_server", str(folder), url, *options]
    server = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    try:
        assert server.stdout is not None
        port = int(server.stdout.readline())
        total = int(rate * seconds) * len(battles)
        found = asyncio.run(_follow_all(port, url, battles, rate=rate, total=total))
        span = max(sent for sent, _ in found) - min(sent for sent, _ in found)
        return [came - sent for sent, came in found], total, len(found) / span / len(battles)
    finally:
        server.kill()
        server.wait(10)


async def _follow_all(port: int, url: str, battles: list[str], *, rate: float, total: int) -> list[tuple[float, float]]:
    """When each event was sent and when it came."""
    found: list[tuple[float, float]] = []
    opened, done = asyncio.Semaphore(0), asyncio.Event()

    async def follow(battle: str) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(f"GET /api/v1/battles/{battle}/events HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
        while line := await reader.readline():
            if line.startswith(b"retry:"):
                opened.release()
            elif line.startswith(b"data: "):
                found.append((float(json.loads(line[6:])["text"]), time.time()))
                if len(found) == total:
                    done.set()
        writer.close()

    tasks = []
    for battle in battles:
        tasks.append(asyncio.create_task(follow(battle)))
        await asyncio.sleep(0.004)
    for _ in battles:
        await asyncio.wait_for(opened.acquire(), 60)
    await asyncio.sleep(1)
    sender = multiprocessing.get_context("spawn").Process(target=send, args=(url, battles, rate, total))
    sender.start()
    try:
        await asyncio.wait_for(done.wait(), 30 + 3 * total / (rate * len(battles)))
    except TimeoutError:
        pass
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        sender.join(10)
        sender.kill()
    return found


def send(url: str, battles: list[str], rate: float, total: int) -> None:
    """Append `total` events, to one battle after the other, evenly in time."""
    log, began = RedisEventLog(url), time.monotonic()
    for number in range(total):
        due = began + number / (rate * len(battles))
        time.sleep(max(0.0, due - time.monotonic()))
        log.append(battles[number % len(battles)], DeltaEvent(side=Side.A, offset=number, text=repr(time.time())))


if __name__ == "__main__":
    sys.exit(main())
