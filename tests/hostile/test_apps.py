"""Apps that misuse the place they stay in: its memory, its processor, its one way in, and its neighbours."""

import socket
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
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

pytestmark = pytest.mark.engine

BOOT = f"apps-{uuid.uuid4().hex}"
LIMITS = Limits(
    cpu_seconds=4,
    wall_seconds=60,
    memory_bytes=96 * MIB,
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
        self.send_response(200)
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
        "f = open('/sandbox/x', 'wb')\n    while True: f.write(bytes(1 << 20)); f.flush()",
        None,
    ),
    Misuse("app-spins-idle", "\n    while True: pass", Outcome.TIMED_OUT, "cpu_seconds"),
    Misuse(
        "app-forks-idle",
        "\n    while True:\n        try: os.fork() or time.sleep(600)\n        except OSError: time.sleep(1)",
        None,
    ),
    Misuse("app-floods-output", "\n    for _ in range(200): print('x' * 10000, flush=True)", None),
    Misuse(
        "app-kills-everyone",
        "\n    for p in os.listdir('/proc'):\n        p.isdigit() and int(p) != os.getpid() and try_kill(int(p))",
        None,
    ),
    Misuse("app-second-port", "\n    socket.create_server(('127.0.0.1', 5001)); time.sleep(60)", None),
]
HELP = """
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


@pytest.mark.parametrize("misuse", MISUSES, ids=lambda misuse: misuse.id)
def test_an_app_that_misuses_its_place_ends_or_harms_only_itself(misuse: Misuse, open_app: Open) -> None:
    neighbour = open_app("pass")
    session = open_app(misuse.later)
    answers(session.folder, "/go")
    if misuse.outcome is None:
        time.sleep(1.5)  # time for the misuse; nothing tells when it is over
        assert session.result is None or session.result.outcome is not Outcome.INFRASTRUCTURE_ERROR
        result: RunResult = session.close()
        assert result.outcome in {Outcome.SUCCEEDED, Outcome.DISK_LIMIT, Outcome.OUT_OF_MEMORY}
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
    silent = [connected(session) for _ in range(128)]
    wait_for("no room", lambda: not answers(session.folder, "/", seconds=1), 10)
    silent.pop().close()
    wait_for("room again", lambda: answers(session.folder, "/"), 10)
    for one in silent:
        one.close()


def test_a_program_that_wants_to_outlive_its_app(open_app: Open, engine: DockerEngine) -> None:
    """app-survivor: a child in a session of its own dies with the app, and so does the container."""
    session = open_app("subprocess.Popen(['sleep', '300'], start_new_session=True)")
    answers(session.folder, "/go")
    folder = session.folder
    session.close()
    wait_for("the folder is gone", lambda: not folder.exists(), 10)
    client = connect()
    try:
        label = {"label": f"runarena.slot={session.folder.name}"}
        assert client.containers.list(filters=label) == []
    finally:
        client.close()
    assert engine.app_metrics().apps == 0


def test_the_way_to_another_app(open_app: Open) -> None:
    """app-neighbour: neither the folder of another app nor its port can be found from inside."""
    other = open_app("pass")
    look = (
        "print('seen', sorted(os.listdir('/run')), flush=True)\n"
        "    for path in ('/run/arena', '/run/arena/app.sock', '/var/run/docker.sock'):\n"
        "        try: print('opened', os.listdir(path), flush=True)\n"
        "        except OSError as why: print('refused', path, type(why).__name__, flush=True)\n"
        "    s = socket.socket(); s.settimeout(2)\n"
        "    print('port', s.connect_ex(('127.0.0.1', 5000)), s.connect_ex(('127.0.0.1', 8300)), flush=True)"
    )
    session = open_app(look)
    answers(session.folder, "/go")
    time.sleep(1)  # its own thread says when it has looked, but not to us
    printed = session.close().stdout.data.decode()
    assert "opened" not in printed
    assert "refused /run/arena PermissionError" in printed
    assert other.folder.name not in printed


def test_the_folder_of_the_socket_holds_what_we_put_there(open_app: Open) -> None:
    """app-socket-swap: nothing the program does changes the folder that preview and worker look into."""
    session = open_app(
        "\n    for action in (lambda: os.symlink('/etc/passwd', '/run/arena/app.json'),"
        " lambda: os.rename('/run/arena/app.sock', '/run/arena/x'), lambda: os.mkfifo('/run/arena/used2')):\n"
        "        try: action()\n        except OSError: pass"
    )
    before = sorted(path.name for path in session.folder.iterdir())
    answers(session.folder, "/go")
    time.sleep(0.5)  # the attempts take no time, but nothing tells that they were made
    after = [Path(path) for path in sorted(session.folder.iterdir())]
    assert [path.name for path in after] == before == ["app.json", "app.sock", "owner", "used"]
    assert not any(path.is_symlink() for path in after)
