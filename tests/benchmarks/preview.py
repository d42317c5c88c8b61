"""What a static file costs through the preview, ten apps up: `python -m tests.benchmarks.preview [--requests 2000]`.

Apps, preview and browser are processes of their own, as they are in service. Apps answer at once: the way is measured.
"""

import argparse
import http.client
import multiprocessing
import multiprocessing.synchronize
import socket
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from pathlib import Path

from tests.fixtures.preview_apps import answer, app_in, new_token, open_folder, pages, preview_of

APPS, AT_ONCE = 10, 10
TARGET_MS = 200.0
FILE = answer(b"x" * 50_000, "image/png")


def serve_apps(folder: Path, tokens: list[str], up: "multiprocessing.synchronize.Event") -> None:
    """The apps, until the process ends."""
    with ExitStack() as stack:
        for token in tokens:
            stack.enter_context(app_in(folder, pages({"/": FILE}), token=token))
        up.set()
        threading.Event().wait()


def serve_preview(folder: Path, told: "multiprocessing.Queue[int]") -> None:
    """The preview, until the process ends."""
    with preview_of(folder) as port:
        told.put(port)
        threading.Event().wait()


def over_preview(port: int, host: str) -> None:
    """One file through the preview, on a new connection."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request("GET", "/", headers={"Host": host})
    assert len(connection.getresponse().read()) == 50_000
    connection.close()


def directly(folder: Path) -> None:
    """The same file from the app's socket."""
    with open_folder(folder) as short, socket.socket(socket.AF_UNIX) as connection:
        connection.connect(str(short / "app.sock"))
        connection.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        received = 0
        while piece := connection.recv(65536):
            received += len(piece)
    assert received == len(FILE)


def timed(work: list[Callable[[], None]], at_once: int) -> tuple[list[float], float]:
    """Milliseconds of each, sorted, and how many a second."""
    times: list[float] = []
    turns = iter(work)
    lock = threading.Lock()

    def worker() -> None:
        while True:
            with lock:
                once = next(turns, None)
            if once is None:
                return
            began = time.perf_counter()
            once()
            times.append((time.perf_counter() - began) * 1000)

    began = time.perf_counter()
    threads = [threading.Thread(target=worker) for _ in range(at_once)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(times), len(times) / (time.perf_counter() - began)


def main() -> int:
    """Print the table; 1 if the 95th percentile with ten at once misses its goal."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--requests", type=int, default=2000, help="of each way")
    count = parser.parse_args().requests
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        folder = Path(name)
        tokens = [new_token() for _ in range(APPS)]
        up = multiprocessing.Event()
        told: multiprocessing.Queue[int] = multiprocessing.Queue()
        apps = multiprocessing.Process(target=serve_apps, args=(folder, tokens, up), daemon=True)
        preview = multiprocessing.Process(target=serve_preview, args=(folder, told), daemon=True)
        apps.start()
        preview.start()
        try:
            assert up.wait(30)
            port = told.get(timeout=30)
            hosts = [f"{token}.preview.arena.localhost" for token in tokens]
            through: list[Callable[[], None]] = [partial(over_preview, port, hosts[n % APPS]) for n in range(count)]
            direct: list[Callable[[], None]] = [partial(directly, folder / tokens[n % APPS]) for n in range(count)]
            print(
                f"{APPS} apps, a file of 50 kB\nway             at once     p50 ms     p95 ms     p99 ms   requests/s"
            )
            worst = 0.0
            for label, work, at_once in (
                ("app's socket", direct, 1), ("preview", through, 1), ("app's socket", direct, AT_ONCE),
                ("preview", through, AT_ONCE),
            ):  # fmt: skip
                times, rate = timed(work, at_once)
                cuts = statistics.quantiles(times, n=100)
                print(f"{label:14} {at_once:8} {cuts[49]:10.1f} {cuts[94]:10.1f} {cuts[98]:10.1f} {rate:12.0f}")
                worst = cuts[94]
        finally:
            preview.kill()
            apps.kill()
    met = "met" if worst < TARGET_MS else "missed"
    print(f"goal: p95 through the preview, {AT_ONCE} at once, under {TARGET_MS:.0f} ms: {met}")
    return 0 if worst < TARGET_MS else 1


if __name__ == "__main__":
    sys.exit(main())
