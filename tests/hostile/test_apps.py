"""Apps that misuse the place they stay in: its memory, its processor, its one way in, and its neighbours."""

import http.client
import socket
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from http import HTTPStatus
from pathlib import Path

import pytest

from sandboxes.app_folder import reachable
from sandboxes.backends.docker_engine import DockerEngine
from sandboxes.backends.docker_session import DockerSession
from sandboxes.limits import MIB, Limits
from sandboxes.probe import answers
from sandboxes.recipes import build, connect
from sandboxes.registry import Registry
from sandboxes.result import Outcome, RunResult
from sandboxes.spec import RunRequest
from tests.fixtures.waiting import wait_for
from tests.integration.worker.arena_in_a_folder import alive, programs_running

pytestmark = pytest.mark.engine

BOOT = f"apps-{uuid.uuid4().hex}"
LIMITS = Limits(
    cpu_seconds=4,
    wall_seconds=60,
    memory_bytes=160 * MIB,  # the disk's bytes are memory too: a full disk leaves the server room
    pids=24,
    output_bytes=64 * 1024,
    file_bytes=64 * MIB,
    disk_bytes=64 * MIB,
    inodes=256,
)
# serves `answer` on the port that Flask is expected at, and does `later()` in a thread once it was asked for /go
SERVER = """
import http.server, os, socket, subprocess, sys, threading, time
def later():
    LATER
class Page(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    def do_GET(self):
        if self.path == "/go":
            threading.Thread(target=later, daemon=True).start()
        self.send_response(404 if self.path == "/done" and not os.path.exists("/sandbox/done") else 200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"ok")
    def log_message(self, *_):
        pass
port = int(sys.argv[1]) if len(sys.argv) > 1 else 5000
http.server.ThreadingHTTPServer(("127.0.0.1", port), Page).serve_forever()
"""


@dataclass(frozen=True)
class Misuse:
    """What an app does, and what becomes of it: its outcome, or None if it lives on and answers."""

    id: str
    later: str
    outcome: Outcome | None
    limit: str = ""


MISUSES = [
    Misuse("app-fills-memory-idle", "x = bytearray(300 << 20)", Outcome.OUT_OF_MEMORY, "memory_bytes"),
    Misuse(
        "app-fills-disk-idle",
        "f = open('/sandbox/x', 'wb', 0)\n    try:\n        while True: f.write(bytes(1 << 20))\n"
        "    except OSError as why: print('done', why.errno, flush=True)",
        None,
    ),
    Misuse("app-spins-idle", "\n    while True: pass", Outcome.TIMED_OUT, "cpu_seconds"),
    Misuse(
        "app-forks-idle",
        "\n    for _ in range(1000):\n        try: os.fork() or time.sleep(600)\n"
        "        except OSError as why: print('done', why.errno, flush=True); time.sleep(600)",
        None,
    ),
    Misuse("app-floods-output", "\n    for _ in range(200): print('x' * 10000, flush=True)\n    mark()", None),
    Misuse(
        "app-kills-everyone",
        "\n    for p in os.listdir('/proc'):\n        p.isdigit() and int(p) != os.getpid() and try_kill(int(p))\n"
        "    mark()",
        None,
    ),
    Misuse("app-second-port", "\n    s = socket.create_server(('127.0.0.1', 5001)); mark(); time.sleep(60)", None),
]
# output beyond its limit is dropped, so a program says in a file of its own that it is done, and its page shows it
HELP = """
def mark():
    open('/sandbox/done', 'w').close()
def try_kill(pid):
    import signal
    try:
        os.kill(pid, signal.SIGKILL)
        print("killed", pid, flush=True)
    except OSError:
        pass
"""
IDS = {misuse.id for misuse in MISUSES} | {
    "app-connection-flood",
    "app-half-open-connections",
    "app-survivor",
    "app-neighbour",
    "app-socket-swap",
}

Open = Callable[..., DockerSession]


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DockerEngine]:
    registry = Registry.load()
    build(None, registry, ("flask",))
    engine = DockerEngine(registry=registry, state_dir=tmp_path_factory.mktemp("s"), boot_id=BOOT)
    yield engine
    engine.close()
    client = connect()
    left = client.containers.list(all=True, filters={"label": f"runarena.boot={BOOT}"})
    client.close()
    assert left == [], "the apps left containers behind"


@pytest.fixture
def open_app(engine: DockerEngine) -> Iterator[Open]:
    sessions: list[DockerSession] = []

    def opened(later: str, *, pids: int = LIMITS.pids) -> DockerSession:
        code = HELP + SERVER.replace("LATER", later)
        request = RunRequest(
            key=uuid.uuid4().hex,
            environment="flask",
            files={"app.py": code.encode()},
            entry="app.py",
            limits=replace(LIMITS, pids=pids),
        )
        sessions.append(engine.open(request))
        assert sessions[-1].ready, sessions[-1].result
        return sessions[-1]

    yield opened
    for session in sessions:
        session.close()


def connected(session: DockerSession) -> socket.socket:
    made = socket.socket(socket.AF_UNIX)
    made.settimeout(5)
    with reachable(session.folder) as path:
        made.connect(path)
    return made


def queued(session: DockerSession) -> socket.socket | None:
    """A connection; None while the kernel's own queue is full."""
    try:
        return connected(session)
    except BlockingIOError:
        return None


def is_done(session: DockerSession) -> bool:
    """Whether the app says that it has done its worst, in its output or by its page."""
    if b"done" in session.report().stdout.data:
        return True
    made = http.client.HTTPConnection("localhost", timeout=5)
    made.sock = connected(session)
    try:
        made.request("GET", "/done")
        return made.getresponse().status == HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        made.close()


@pytest.mark.parametrize("misuse", MISUSES, ids=lambda misuse: misuse.id)
def test_an_app_that_misuses_its_place_ends_or_harms_only_itself(misuse: Misuse, open_app: Open) -> None:
    neighbour = open_app("pass")
    session = open_app(misuse.later)
    answers(session.folder, "/go")
    if misuse.outcome is None:
        wait_for("the worst is done", lambda: is_done(session), 20)
        assert session.result is None
        result: RunResult = session.close()
        assert result.outcome is Outcome.SUCCEEDED
    else:
        result = wait_for("the app ends", lambda: session.result, 30)
        assert (result.outcome, result.limit_hit) == (misuse.outcome, misuse.limit)
    assert b"killed" not in result.stdout.data
    assert len(result.stdout.data) <= LIMITS.output_bytes
    assert answers(neighbour.folder, "/")


def test_connections_without_end(open_app: Open) -> None:
    """app-connection-flood: those beyond the bound are turned away, and the app answers afterwards."""
    session = open_app("pass")
    many = []
    for _ in range(400):
        try:
            many.append(connected(session))
        except BlockingIOError:
            # the kernel's own queue is full, too
            break
    assert len(many) > 100
    for one in many:
        one.close()
    wait_for("the app answers again", lambda: answers(session.folder, "/"), 20)
    assert session.result is None


def test_connections_that_say_nothing(open_app: Open) -> None:
    """app-half-open-connections: those that are open stay within the bound; one that ends makes room."""
    session = open_app("pass", pids=256)  # the server has a thread for each
    silent = [wait_for("the kernel's queue has room", lambda: queued(session), 10) for _ in range(128)]
    wait_for("no room", lambda: not answers(session.folder, "/", seconds=1), 10)
    silent.pop().close()
    wait_for("room again", lambda: answers(session.folder, "/"), 10)
    for one in silent:
        one.close()


def test_a_program_that_wants_to_outlive_its_app(open_app: Open) -> None:
    """app-survivor: a child in a session of its own dies with the app, and so does the container."""
    seconds = str(100_000 + uuid.uuid4().int % 100_000)
    session = open_app(f"subprocess.Popen(['sleep', '{seconds}'], start_new_session=True)")
    answers(session.folder, "/go")
    (survivor,) = wait_for("the child", lambda: programs_running(seconds), 10)
    assert containers_of(session.folder) == 1
    session.close()
    assert not alive(survivor)
    wait_for("the container is gone", lambda: containers_of(session.folder) == 0, 10)


def containers_of(folder: Path) -> int:
    """How many containers have this folder."""
    client = connect()
    try:
        found = client.api.containers(all=True)
        return sum(any(mount["Source"] == str(folder) for mount in each["Mounts"]) for each in found)
    finally:
        client.close()


def test_the_way_to_another_app(open_app: Open) -> None:
    """app-neighbour: neither the folder of another app nor its port can be found from inside."""
    other = open_app("pass")
    look = (
        "print('seen', sorted(os.listdir('/run')), flush=True)\n"
        "    for path in ('/run/arena', '/run/arena/app.sock', '/var/run/docker.sock'):\n"
        "        try: print('opened', os.listdir(path), flush=True)\n"
        "        except OSError as why: print('refused', path, type(why).__name__, flush=True)\n"
        "    s = socket.socket(); s.settimeout(2)\n"
        "    print('port', s.connect_ex(('127.0.0.1', 5000)), s.connect_ex(('127.0.0.1', 8300)), flush=True)\n"
        "    mark()"
    )
    session = open_app(look)
    answers(session.folder, "/go")
    wait_for("it has looked", lambda: is_done(session), 20)
    printed = session.close().stdout.data.decode()
    assert "opened" not in printed
    assert "refused /run/arena PermissionError" in printed
    assert other.folder.name not in printed


def test_the_folder_of_the_socket_holds_what_we_put_there(open_app: Open) -> None:
    """app-socket-swap: nothing the program does changes the folder that preview and worker look into."""
    session = open_app(
        "\n    for action in (lambda: os.symlink('/etc/passwd', '/run/arena/app.json'),"
        " lambda: os.rename('/run/arena/app.sock', '/run/arena/x'), lambda: os.mkfifo('/run/arena/used2')):\n"
        "        try: action()\n        except OSError: pass\n    mark()"
    )
    before = sorted(path.name for path in session.folder.iterdir())
    answers(session.folder, "/go")
    wait_for("it has tried", lambda: is_done(session), 20)
    after = [Path(path) for path in sorted(session.folder.iterdir())]
    assert [path.name for path in after] == before == ["app.json", "app.sock", "owner", "used"]
    assert not any(path.is_symlink() for path in after)
