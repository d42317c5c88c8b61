"""The Celery application: messages that name a work row, four queues, no truth of its own."""

import os
import socket
from collections.abc import Callable, Sequence

import kombu.exceptions
import redis.exceptions
from celery import Celery
from celery.signals import worker_process_shutdown

from services.arena.work_runner import WorkRunner
from services.domain.work import WorkItem, WorkKind
from services.errors import Unavailable

TASK_NAME = "arena.work"
QUEUES = tuple(dict.fromkeys(kind.queue for kind in WorkKind))
HARD_LIMIT_SECONDS = 900
SOFT_LIMIT_SECONDS = 840
VISIBILITY_SECONDS = 3600
PROMPT = {"max_retries": 1, "interval_start": 0.1, "interval_step": 0.0, "interval_max": 0.1}


def make_app(
    broker_url: str, runner: Callable[[], WorkRunner] | None = None, on_exit: Callable[[], None] | None = None
) -> Celery:
    """A Celery application on `broker_url`; with `runner` it can also do the work.

    `runner` is called in the process that works, never in its parent, so that no connection crosses a fork; `on_exit`
    is called when such a process ends in order.
    """
    app = Celery("arena", broker=broker_url, set_as_current=False)
    app.conf.update(
        task_acks_late=True,
        task_reject_on_worker_lost=True,
        task_ignore_result=True,
        task_serializer="json",
        accept_content=["json"],
        task_default_queue="generation",
        task_time_limit=HARD_LIMIT_SECONDS,
        task_soft_time_limit=SOFT_LIMIT_SECONDS,
        task_create_missing_queues=True,
        worker_prefetch_multiplier=1,
        worker_hijack_root_logger=False,
        worker_redirect_stdouts=False,
        worker_send_task_events=False,
        broker_connection_retry_on_startup=True,
        broker_transport_options={
            "visibility_timeout": VISIBILITY_SECONDS,
            "socket_connect_timeout": 5,
            # who sends is told at once that nobody is there; who works comes back until somebody is
            **(PROMPT if runner is None else {}),
        },
        broker_connection_timeout=5,
    )

    if on_exit is not None:
        worker_process_shutdown.connect(lambda **_: on_exit(), weak=False)

    @app.task(name=TASK_NAME)  # type: ignore[untyped-decorator]  # celery ships no types
    def work(work_id: str) -> bool:
        if runner is None:
            raise RuntimeError("this process only sends work")
        return runner().run(work_id, owner=f"{socket.gethostname()}:{os.getpid()}")

    return app


class CeleryDispatcher:
    """Implements TaskDispatcher."""

    def __init__(self, app: Celery) -> None:
        self._app = app

    def send(self, work: WorkItem) -> None:
        try:
            self._app.send_task(TASK_NAME, args=[work.id], queue=work.kind.queue, retry=False)
        except (kombu.exceptions.OperationalError, redis.exceptions.RedisError, OSError) as error:
            raise Unavailable(f"The queue cannot be reached: {error}.", hint="`arena doctor` checks Redis.") from error


def worker_argv(queues: Sequence[str], *, concurrency: int, pool: str, log_level: str) -> list[str]:
    """The arguments of a Celery worker on `queues`; `pool` is prefork or threads."""
    return [
        "worker",
        f"--queues={','.join(queues)}",
        f"--concurrency={concurrency}",
        f"--pool={pool}",
        f"--loglevel={log_level}",
        "--without-gossip",
        "--without-mingle",
        "--without-heartbeat",
        f"--hostname=arena-{'-'.join(queues)}-{os.getpid()}@%h",
    ]
