"""A Celery worker process and the reaper loop."""

import os
import signal
import socket
import threading
from collections.abc import Sequence
from dataclasses import asdict

import structlog

from sandboxes.errors import SandboxError
from services.arena.work_runner import WorkRunner
from services.domain.judgement import Source
from services.domain.work import REAPER_PERIOD_SECONDS
from services.entrypoints.bootstrap import Assembly
from services.entrypoints.broker import find_broker
from services.entrypoints.local_copies import put_there
from services.errors import ArenaError
from services.settings import Settings
from services.worker.app import make_app, worker_argv

EXECUTION_QUEUE = "execution"
SANDBOX_REAPER_SECONDS = 30.0
FIGURES_SECONDS = 5.0
SNAPSHOT_LOOK_SECONDS = 60.0
log = structlog.get_logger()


def run_worker(settings: Settings, queues: Sequence[str], *, concurrency: int, follow_parent: bool) -> None:
    """Work on `queues` until a signal ends it.

    Programs run in prefork children, so that one can be killed without the others; generation, judging and rating
    wait for the network and share one process with threads.
    """
    _ = Assembly(settings).judges  # a wrong configuration ends the worker here, not each task
    broker = find_broker(settings)
    pool = "prefork" if EXECUTION_QUEUE in queues else "threads"
    assemblies: dict[int, Assembly] = {}
    lock = threading.Lock()

    def runner() -> WorkRunner:
        with lock:
            if os.getpid() not in assemblies:
                assembly = Assembly(settings, processes=concurrency if pool == "prefork" else 1)
                assemblies[os.getpid()] = assembly
                if EXECUTION_QUEUE in queues:
                    threading.Thread(target=tell_figures, args=(assembly,), name="figures", daemon=True).start()
                    tidy = (assembly, threading.Event())
                    threading.Thread(target=run_sandbox_reaper, args=tidy, name="reaper", daemon=True).start()
            return assemblies[os.getpid()].work_runner

    def destroy_sandboxes() -> None:
        if EXECUTION_QUEUE in queues and os.getpid() in assemblies:
            assemblies[os.getpid()].runner.close()

    if follow_parent:
        threading.Thread(target=_end_with_parent, args=(os.getppid(),), daemon=True).start()
    app = make_app(broker.celery_url, runner, destroy_sandboxes)
    app.worker_main(worker_argv(queues, concurrency=concurrency, pool=pool, log_level=settings.log_level))


def tell_figures(assembly: Assembly) -> None:
    """Tell every few seconds, as long as this process lives, what its sandboxes do."""
    worker, wake = f"{socket.gethostname()}:{os.getpid()}", threading.Event()
    while True:
        try:
            assembly.figures.tell(worker, asdict(assembly.runner.pool_metrics()))
        except ArenaError as error:
            log.warning("figures_untold", error=error.message)
        wake.wait(FIGURES_SECONDS)


def _end_with_parent(parent: int) -> None:
    wake = threading.Event()
    while os.getppid() == parent:
        wake.wait(0.5)
    os.kill(os.getpid(), signal.SIGTERM)
    wake.wait(10)
    os._exit(1)


def run_reaper(assembly: Assembly, stop: threading.Event) -> None:
    """Sweep every two seconds until `stop` is set; trouble is logged and tried again."""
    while not stop.wait(REAPER_PERIOD_SECONDS):
        try:
            assembly.services.recovery.sweep()
        except ArenaError as error:
            log.warning("sweep_failed", error=error.message)


def run_snapshots(assembly: Assembly, stop: threading.Event) -> None:
    """Publish every board that has changed once its newest snapshot is old enough, until `stop` is set."""
    while not stop.wait(SNAPSHOT_LOOK_SECONDS):
        for source in Source:
            try:
                made = assembly.snapshots.publish_if_due(source, hours=assembly.settings.snapshot_hours)
            except ArenaError as error:
                log.warning("snapshot_failed", source=source.value, error=error.message)
                continue
            if made is not None:
                log.info("snapshot_published", number=made.number, source=source.value)


def run_sandbox_reaper(assembly: Assembly, stop: threading.Event) -> None:
    """Destroy overdue sandboxes and take in what apps left, at once and every 30 s until `stop` is set.

    For processes that reach the engine. First it puts the local copies of what pages load where the preview looks.
    """
    put_there(assembly.registry, assembly.settings.sandbox_folder)
    while True:
        try:
            assembly.runner.reap()
            assembly.interactions.collect(assembly.settings.sandbox_folder / "records")
        except (SandboxError, ArenaError, OSError) as error:
            log.warning("reap_failed", error=str(error))
        if stop.wait(SANDBOX_REAPER_SECONDS):
            return
