"""Ten apps in their sandboxes behind one preview: `python -m tests.benchmarks.apps [--requests 1000]`.

The file goes from a sandbox over its bridge, its socket and the preview. The baseline is the same file straight from
the apps' sockets.
"""

import argparse
import statistics
import sys
import tempfile
import uuid
from collections.abc import Callable
from functools import partial
from pathlib import Path

from sandboxes.backends.docker_engine import DockerEngine
from sandboxes.backends.docker_session import DockerSession
from sandboxes.preview.apps import FolderApps
from sandboxes.preview.proxy import Preview
from sandboxes.preview.server import running
from sandboxes.preview.settings import PreviewSettings
from sandboxes.probe import answers
from sandboxes.registry import Registry
from sandboxes.spec import RunRequest
from tests.benchmarks.census import census, difference
from tests.benchmarks.preview import APPS, AT_ONCE, TARGET_MS, over_preview, timed

BUDGET = 2 << 30
FILES = {"index.html": b"<!doctype html>".ljust(50_000, b" ")}


def main() -> int:
    """Print the table; 1 when a goal is missed or something is left over."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--requests", type=int, default=1000, help="of each way")
    count = parser.parse_args().requests
    before = census()
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        state = Path(name)
        engine = DockerEngine(registry=Registry.load(), state_dir=state, boot_id=uuid.uuid4().hex, app_bytes=BUDGET)
        try:
            sessions = [engine.open(request(number)) for number in range(APPS)]
            met = measured(engine, state, sessions, count)
        finally:
            engine.close()
    left = difference(before, census())
    print(f"left over: {left or 'nothing'}")
    return 0 if met and not left else 1


def request(number: int) -> RunRequest:
    """One of the apps."""
    return RunRequest(key=f"apps-{number}", environment="html", files=FILES, entry="index.html")


def measured(engine: DockerEngine, state: Path, sessions: list[DockerSession], count: int) -> bool:
    """Print what it costs and what they use; whether the goals are met."""
    preview = Preview(FolderApps(state / "apps"), PreviewSettings())
    with running(preview, lambda found: found.serve_tcp("127.0.0.1", 0)) as port:
        hosts = [f"{session.token}.preview.localhost" for session in sessions]
        ways: dict[str, list[Callable[[], None]]] = {
            "app's socket": [partial(directly, sessions[n % APPS]) for n in range(count)],
            "preview": [partial(over_preview, int(str(port)), hosts[n % APPS]) for n in range(count)],
        }
        print(f"{APPS} apps in sandboxes, a file of 50 kB, {AT_ONCE} at once")
        print("way              p50 ms   p95 ms   requests/s")
        for label, work in ways.items():
            times, rate = timed(work, AT_ONCE)
            cuts = statistics.quantiles(times, n=100)
            print(f"{label:14} {cuts[49]:8.1f} {cuts[94]:8.1f} {rate:12.0f}")
            worst = cuts[94]
    used = sum(session.report().peak_memory_bytes for session in sessions)
    reserved = engine.app_metrics().reserved_bytes
    print(f"memory: {used >> 20} MiB used at most, {reserved >> 20} MiB set aside, {BUDGET >> 20} MiB allowed")
    met = worst < TARGET_MS and used <= reserved <= BUDGET
    print(f"goals: p95 under {TARGET_MS:.0f} ms, memory within the budget: {'met' if met else 'MISSED'}")
    return met


def directly(session: DockerSession) -> None:
    """The file from the app's socket."""
    assert answers(session.folder, "/")


if __name__ == "__main__":
    sys.exit(main())
