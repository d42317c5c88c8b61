"""A whole arena behind a real HTTP server, with a Redis that may be stopped."""

import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import docker
import httpx
import pytest
from pydantic import SecretStr

from services.arena.direct_runs import work_id
from services.entrypoints.asgi import make_asgi
from services.entrypoints.bootstrap import Assembly
from services.entrypoints.supervisor import Supervisor
from services.redis_server import redis_binary
from services.settings import Settings
from tests.fixtures.served import serving
from tests.fixtures.waiting import wait_for
from tests.integration.worker.arena_in_a_folder import arena, sandboxes

QUEUE = 6
URL = "/api/v1/executions"


class Redis:
    """A server of our own, on a port, that may be stopped and started again."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = int(free.getsockname()[1])
        self._process: subprocess.Popen[bytes] | None = None
        self.url = f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> None:
        """Start it and wait until it answers."""
        words = [str(redis_binary()), "--port", str(self.port), "--bind", "127.0.0.1", "--dir", str(self._folder)]
        self._process = subprocess.Popen(
            [*words, "--appendonly", "yes"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        wait_for("Redis answers", self._answers, 20)

    def stop(self) -> None:
        """Kill it."""
        assert self._process is not None
        self._process.kill()
        self._process.wait(10)

    def _answers(self) -> bool:
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=1) as connection:
                connection.sendall(b"PING\r\n")
                return connection.recv(16).startswith(b"+PONG")
        except OSError:
            return False


class Arena:
    """A served arena: its parts, its workers, a client."""

    def __init__(self, assembly: Assembly, supervisor: Supervisor, redis: Redis, client: httpx.Client) -> None:
        self.assembly, self.supervisor, self.redis, self.client = assembly, supervisor, redis, client

    def start(self, code: str, **changes: Any) -> str:
        """Start a program; its id."""
        answer = self.client.post(URL, json=program(code, **changes))
        assert answer.status_code == 202, answer.text
        return str(answer.json()["id"])

    def get(self, run: str) -> Any:
        return self.client.get(f"{URL}/{run}").json()

    def ended(self, run: str) -> Any:
        """The execution once it has ended."""
        return wait_for(f"{run} ends", lambda: found if (found := self.get(run))["state"] == "ended" else None, 90)

    def running(self, run: str, text: str = "up") -> None:
        """Return when the program has written this."""

        def seen() -> bool:
            events = self.assembly.services.events.read(run)
            return any(text in getattr(logged.event, "text", "") for logged in events)

        wait_for(f"{run} writes {text!r}", seen, 60)

    def worker_of(self, run: str) -> int:
        """The process that runs it."""
        with self.assembly.store() as uow:
            return int(uow.work.get(work_id(run)).owner.rpartition(":")[2])


def program(code: str, **changes: Any) -> dict[str, Any]:
    return {"environment": "python", "files": [{"path": "main.py", "text": code}], **changes}


@contextmanager
def served(assembly: Assembly) -> Iterator[httpx.Client]:
    with serving(make_asgi(assembly)) as address, httpx.Client(base_url=address, timeout=60) as client:
        yield client


@pytest.fixture(scope="module")
def here() -> Iterator[Arena]:
    """One arena for all tests, with two slots; each test leaves it idle."""
    folder = Path(tempfile.mkdtemp(prefix="arena-x-"))
    redis, engine = Redis(folder), docker.from_env()
    redis.start()
    with ExitStack() as stack:
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        stack.callback(engine.close)
        stack.callback(redis.stop)
        patch = stack.enter_context(pytest.MonkeyPatch.context())
        patch.setenv("ARENA_DATA_DIR", str(folder / "data"))
        patch.setenv("ARENA_JUDGE", "none")
        patch.setenv("ARENA_REDIS_URL", redis.url)
        patch.delenv("ARENA_DATABASE_URL", raising=False)
        settings = Settings(
            data_dir=folder / "data",
            judge="none",
            redis_url=SecretStr(redis.url),
            execution_queue=QUEUE,
            execution_wait_seconds=30,
        )
        with arena(settings) as (assembly, supervisor), served(assembly) as client:
            yield Arena(assembly, supervisor, redis, client)
        wait_for("no sandbox is left", lambda: _none_left(assembly, engine), 60)


def _none_left(assembly: Assembly, engine: docker.DockerClient) -> bool:
    assembly.runner.reap()
    return not sandboxes(engine, assembly)
