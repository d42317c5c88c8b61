"""What queue, Celery, store and HTTP add to a run: `python -m tests.benchmarks.executions [--runs 100]`."""

import argparse
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import httpx

from sandboxes.spec import RunRequest
from services.arena.programs import Program
from services.domain.direct_run import RunState
from services.domain.run_events import EndedEvent
from services.entrypoints.asgi import make_asgi
from services.entrypoints.bootstrap import Assembly
from services.entrypoints.supervisor import Supervisor
from services.settings import Settings
from tests.fixtures.served import serving

FILES = {"main.py": b"print('hello')"}
BODY = {"environment": "python", "files": [{"path": "main.py", "text": "print('hello')"}]}
TARGET_MS = 20.0


def directly(assembly: Assembly) -> Callable[[], bytes]:
    """The runner in this process."""

    def once() -> bytes:
        request = RunRequest(key=assembly.ids.new(), environment="python", files=FILES, entry="main.py")
        return assembly.runner.run(request).stdout.data

    return once


def queued(assembly: Assembly) -> Callable[[], bytes]:
    """Through store, queue and a worker, without HTTP."""
    services = assembly.services

    def once() -> bytes:
        [run] = services.runs.submit(Program(environment="python", files=FILES)).runs
        cursor = ""
        while run.state is not RunState.ENDED:
            for logged in services.events.read(run.id, after=cursor, block_seconds=1.0):
                cursor = logged.id
                if isinstance(logged.event, EndedEvent):
                    run = services.runs.get(run.id)
        return run.report.stdout.preview.encode() if run.report else b""

    return once


def over_http(client: httpx.Client) -> Callable[[], bytes]:
    """One request with wait=true."""

    def once() -> bytes:
        answer = client.post("/api/v1/executions?wait=true", json=BODY).json()
        return str(answer["result"]["stdout"]["preview"]).encode()

    return once


def main() -> int:
    """Print the table; 1 if anything printed something else."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=100, help="of each way, in turns")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        os.environ.update({"ARENA_DATA_DIR": folder, "ARENA_JUDGE": "none", "ARENA_LIMIT_RUNS": "off"})
        settings = Settings(data_dir=Path(folder), judge="none", execution_slots=1)
        assembly = Assembly(settings)
        with (
            Supervisor(settings=settings),
            serving(make_asgi(assembly)) as address,
            httpx.Client(base_url=address) as client,
        ):
            client.timeout = httpx.Timeout(120)
            ways = {
                "Runner.run, this process": directly(assembly),
                "queue + Celery + store": queued(assembly),
                "POST ?wait=true": over_http(client),
            }
            seconds, errors = measure(ways, arguments.runs)
        assembly.runner.close()
    report(seconds, errors)
    return 1 if errors else 0


def measure(ways: dict[str, Callable[[], bytes]], runs: int) -> tuple[dict[str, list[float]], int]:
    """Latencies of each way, taken in turns so that all meet the same machine; and how many went wrong."""
    seconds: dict[str, list[float]] = {name: [] for name in ways}
    errors = 0
    for number in range(-5, runs):
        for name, once in ways.items():
            started = time.perf_counter()
            errors += once() != b"hello\n"
            if number >= 0:
                seconds[name].append(time.perf_counter() - started)
    return seconds, errors


def report(seconds: dict[str, list[float]], errors: int) -> None:
    """One line for each way, with what it adds to the first."""
    base = 1000 * statistics.median(next(iter(seconds.values())))
    print(f"{'way':28}{'p50 ms':>8}{'p95 ms':>8}{'adds ms':>9}{'ratio':>7}")
    for name, found in seconds.items():
        p50, p95 = (1000 * statistics.quantiles(found, n=20)[index] for index in (9, 18))
        print(f"{name:28}{p50:>8.1f}{p95:>8.1f}{p50 - base:>9.1f}{p50 / base:>7.1f}")
    print(f"errors: {errors}; target: queue + Celery + store add at most {TARGET_MS:.0f} ms p50")


if __name__ == "__main__":
    sys.exit(main())
