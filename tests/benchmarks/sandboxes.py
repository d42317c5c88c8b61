"""Hello world by every path, as ratios to plain Docker and bubblewrap: `python -m tests.benchmarks.sandboxes`."""

import argparse
import importlib
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from sandboxes.backends.docker_engine import DockerEngine
from sandboxes.recipes import connect, image_for, missing, runtime_tag
from sandboxes.registry import Registry
from sandboxes.spec import RunRequest
from tests.benchmarks.census import census
from tests.benchmarks.mixed import settle
from tests.fixtures.waiting import wait_for

PYTHON = b"print('hello')"
SOURCES = {
    "python": ("main.py", PYTHON),
    "javascript": ("main.js", b"console.log('hello')"),
    "c": ("main.c", b'#include <stdio.h>\nint main(void) { puts("hello"); return 0; }'),
    "java": (
        "Main.java",
        b'public class Main { public static void main(String[] a) { System.out.println("hello"); } }',
    ),
}
HARDENED = [
    *("--network", "none", "--read-only", "--cap-drop", "ALL", "--security-opt", "no-new-privileges"),
    *(
        "--pids-limit",
        "65",
        "--memory",
        "512m",
        "--memory-swap",
        "512m",
        "--user",
        "10500:10500",
        "--log-driver",
        "none",
    ),
    *("--tmpfs", "/sandbox:rw,exec,nosuid,nodev,size=64m", "--ulimit", "nofile=1024", "--ulimit", "core=0"),
]
BASELINE = "docker run --rm, python"
POOL, VENV = "llm-sandbox pool, python", "/sandbox/.sandbox-venv/bin/python"
WARM_UP_SECONDS, HOT_RUNS = 2.0, 30
# (path, at a time): runs/s, p50 in ms (0: none), from the goals of the project
TARGETS = {
    ("namespace, python", 1): (150, 8),
    ("namespace, python", 4): (200, 0),
    ("namespace, python cold", 1): (60, 18),
    ("namespace, c", 1): (60, 18),
    ("container, python", 1): (7, 0),
}
HOT_TARGET_MS = 12.0


@dataclass(frozen=True)
class Way:
    """One way to run a program: `once` returns what it printed."""

    name: str
    once: Callable[[int], bytes]


@dataclass
class Row:
    """What was measured of one path at one width."""

    name: str
    at: int
    seconds: list[float]
    wall: float
    errors: int

    @property
    def rate(self) -> float:
        """Runs per second."""
        return len(self.seconds) / self.wall if self.wall else 0.0

    @property
    def p50(self) -> float:
        """Median latency in milliseconds."""
        return 1000 * statistics.median(self.seconds) if self.seconds else 0.0


def measure(path: Way, at: int, seconds: float) -> Row:
    """Run for so long with so many threads, after WARM_UP_SECONDS in which pools grow to their size."""
    row, lock = Row(path.name, at, [], 0.0, 0), threading.Lock()
    barrier = threading.Barrier(at + 1)

    def work(number: int) -> None:
        warm_until = time.perf_counter() + WARM_UP_SECONDS
        path.once(number)
        while time.perf_counter() < warm_until:
            path.once(number)
        barrier.wait()
        until = time.perf_counter() + seconds
        while (started := time.perf_counter()) < until:
            good = path.once(number).strip() == b"hello"
            with lock:
                row.seconds.append(time.perf_counter() - started)
                row.errors += not good

    threads = [threading.Thread(target=work, args=(number,)) for number in range(at)]
    for thread in threads:
        thread.start()
    barrier.wait()
    started = time.perf_counter()
    for thread in threads:
        thread.join()
    row.wall = time.perf_counter() - started
    return row


def ours(
    engine: DockerEngine, language: str, isolation: str, env: dict[str, str] | None = None
) -> Callable[[int], bytes]:
    """Our runner."""
    entry, text = SOURCES[language]
    counter = iter(range(10**9))

    def once(number: int) -> bytes:
        key = f"bench-{language}-{isolation}-{number}-{next(counter)}"
        request = RunRequest(
            key=key, environment=language, files={entry: text}, entry=entry, env=env or {}, isolation=isolation
        )
        return engine.run(request).stdout.data

    return once


def command(words: list[str]) -> Callable[[int], bytes]:
    """A command line."""

    def once(_: int) -> bytes:
        return subprocess.run(words, capture_output=True, check=False, timeout=120).stdout

    return once


@contextmanager
def warm_container(image: str) -> Iterator[str]:
    """A hardened container that sleeps."""
    words = ["docker", "run", "--rm", "-d", *HARDENED, "--entrypoint", "sleep", image, "infinity"]
    name = subprocess.run(words, capture_output=True, check=True, text=True).stdout.strip()
    try:
        yield name
    finally:
        subprocess.run(["docker", "kill", name], capture_output=True, check=False)


@contextmanager
def root_of(image: str) -> Iterator[Path]:
    """The image's files in a folder."""
    with tempfile.TemporaryDirectory(prefix="bench-root-") as folder:
        made = subprocess.run(["docker", "create", image], capture_output=True, check=True, text=True).stdout.strip()
        try:
            export = subprocess.Popen(["docker", "export", made], stdout=subprocess.PIPE)
            subprocess.run(["tar", "-x", "-C", folder], stdin=export.stdout, check=True)
            export.wait()
        finally:
            subprocess.run(["docker", "rm", made], capture_output=True, check=False)
        yield Path(folder)


def bubblewrap(root: Path) -> list[str]:
    """Python in fresh namespaces by bubblewrap."""
    words = [
        "bwrap",
        "--unshare-all",
        "--die-with-parent",
        "--ro-bind",
        str(root),
        "/",
        "--proc",
        "/proc",
        "--dev",
        "/dev",
    ]
    return [*words, "--tmpfs", "/sandbox", "--tmpfs", "/tmp", "python3", "-c", "print('hello')"]


@contextmanager
def another_pool(image: str) -> Iterator[Callable[[int], bytes] | None]:
    """Python in the pool of llm-sandbox, over the same image without our agent; None where it is not installed."""
    try:
        factory = importlib.import_module("llm_sandbox.pool")
    except ImportError:
        print("llm-sandbox: not installed (pip install 'llm-sandbox[docker]')")
        yield None
        return
    pool = factory.create_pool_manager(
        config=factory.PoolConfig(max_pool_size=8, min_pool_size=4),
        lang="python",
        image=image,
        skip_environment_setup=True,
        # it starts the interpreter of an environment that it would make over the network
        runtime_configs={
            "command": ["sh", "-c", f"mkdir -p $(dirname {VENV}); ln -s /usr/bin/python3 {VENV}; sleep infinity"]
        },
    )

    def once(_: int) -> bytes:
        with factory.PooledSandboxSession(pool_manager=pool) as session:
            return str(session.run("print('hello')").stdout).encode()

    try:
        yield once
    finally:
        pool.close()


def paths(engine: DockerEngine, registry: Registry, stack: ExitStack) -> list[Way]:
    """Every path that can be measured here."""
    client = connect()
    absent = set(missing(client, registry))
    client.close()
    image = image_for(registry.get("python"))
    found = [
        Way(
            BASELINE,
            command(["docker", "run", "--rm", *HARDENED, "--entrypoint", "python3", image, "-c", "print('hello')"]),
        )
    ]
    name = stack.enter_context(warm_container(image))
    found.append(Way("docker exec, python", command(["docker", "exec", name, "python3", "-c", "print('hello')"])))
    if shutil.which("bwrap"):
        found.append(Way("bubblewrap, python", command(bubblewrap(stack.enter_context(root_of(image))))))
    else:
        print("bubblewrap: not installed")
    pooled = stack.enter_context(another_pool(runtime_tag(registry.get("python"))))
    if pooled is not None:
        found.append(Way(POOL, pooled))
    found.append(Way("namespace, python", ours(engine, "python", "namespace")))
    found.append(Way("namespace, python cold", ours(engine, "python", "namespace", {"PYTHONHASHSEED": "0"})))
    for language in ("c", "javascript", "java"):
        if language in absent:
            print(f"{language}: not built")
        else:
            found.append(Way(f"namespace, {language}", ours(engine, language, "namespace")))
    found.append(Way("container, python", ours(engine, "python", "container")))
    return found


def main() -> int:
    """Print the table; 1 if anything printed something else or anything is left."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=4.0, help="of each measurement")
    parser.add_argument("--at", default="1,2,4,8", help="runs at a time")
    arguments = parser.parse_args()
    registry, before, rows = Registry.load(), census(), []
    with tempfile.TemporaryDirectory(prefix="bench-") as folder, ExitStack() as stack:
        engine = DockerEngine(registry=registry, state_dir=Path(folder), boot_id="bench", slots=8)
        stack.callback(engine.close)
        for path in paths(engine, registry, stack):
            rows += [measure(path, int(at), arguments.seconds) for at in arguments.at.split(",")]
    hot = 1000 * statistics.median(first_output(registry))
    report(rows)
    verdict = "hit" if hot <= HOT_TARGET_MS else "missed"
    print(f"container, python, hot: first output after {hot:.1f} ms p50   target {HOT_TARGET_MS:.0f} ms: {verdict}")
    left = settle(before)
    print(f"left: {left or 'nothing'}")
    return 1 if left or any(row.errors for row in rows) else 0


def report(rows: list[Row]) -> None:
    """One line for each measurement, with ratios to each baseline at the same width."""
    baselines = [BASELINE, "docker exec, python", "bubblewrap, python", POOL]
    against = "   x docker run   x docker exec   x bubblewrap   x llm-sandbox"
    print(f"{'path':26}{'at':>3}{'runs/s':>9}{'p50 ms':>9}{'errors':>8}{against}")
    rate = {(row.name, row.at): row.rate for row in rows}
    for row in rows:
        ratios = [row.rate / rate[name, row.at] if rate.get((name, row.at)) else 0.0 for name in baselines]
        told = "".join(f"{ratio:>14.1f}" if ratio else f"{'-':>14}" for ratio in ratios)
        target = TARGETS.get((row.name, row.at))
        verdict = f"   target {_words(target)}: {_verdict(row, target)}" if target else ""
        print(f"{row.name:26}{row.at:>3}{row.rate:>9.1f}{row.p50:>9.1f}{row.errors:>8} {told}{verdict}")


def _verdict(row: Row, target: tuple[int, int]) -> str:
    return "hit" if row.rate >= target[0] and (not target[1] or row.p50 <= target[1]) else "missed"


def _words(target: tuple[int, int]) -> str:
    return f"{target[0]}/s" + (f", {target[1]} ms" if target[1] else "")


def first_output(registry: Registry) -> list[float]:
    """Seconds from the call to the first byte of a program in a container, with a full pool and nothing else to do."""
    entry, text = SOURCES["python"]
    full = registry.get("python").warm_pool.max
    found: list[float] = []
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        engine = DockerEngine(registry=registry, state_dir=Path(folder), boot_id="bench-hot")
        for number in range(-1, HOT_RUNS):
            if number >= 0:
                wait_for("the pool is full", lambda: engine.pool_metrics().idle >= full, 60)
            request = RunRequest(
                key=f"hot-{number}",
                environment="python",
                files={entry: text},
                entry=entry,
                isolation="container",
            )
            seen: list[float] = []
            started = time.perf_counter()
            engine.run(request, on_output=lambda _, seen=seen: seen.append(time.perf_counter()))  # type: ignore[misc]
            if number >= 0:
                found.append(seen[0] - started)
        engine.close()
    return found


if __name__ == "__main__":
    sys.exit(main())
