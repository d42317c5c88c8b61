"""Apps on the real engine: opened, asked over their socket, ended; and what becomes of those that go wrong."""

import http.client
import json
import shutil
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from sandboxes import app_keeper
from sandboxes.app_folder import reachable
from sandboxes.backends.docker_engine import DockerEngine
from sandboxes.backends.docker_session import DockerSession
from sandboxes.errors import Busy, InvalidRun
from sandboxes.recipes import build, connect
from sandboxes.registry import Registry, images_folder
from sandboxes.result import Outcome, Phase, RunResult
from sandboxes.runner import RunControl
from sandboxes.spec import RunRequest
from tests.fixtures.waiting import wait_for

pytestmark = pytest.mark.engine

YAML = """
version: "1"
name: served
title: Served
kind: web
languages: [served]
extensions: [.py]
entry: app.py
isolation: container
compile: {argv: [/bin/sh, -c, "test ! -e broken || { cat broken >&2; exit 3; }; mkdir .build; date > .build/page"]}
serve: {argv: [python3, -I, -S, "{entry}"], port: 8080, ready_path: /ready, ready_seconds: 4, idle_seconds: 6}
limits: {memory_bytes: 67108864, pids: 8, wall_seconds: 40, output_bytes: 1000}
smoke: [{name: hello}]
"""
APP = b"""
import http.server, os, sys
class Page(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    def do_GET(self):
        if self.path == "/exit":
            os._exit(5)
        if self.path == "/flood":
            print("x" * 100_000, flush=True)
        if self.path == "/eat":
            self.server.eaten = bytearray(200 << 20)
        body = f"{self.path} {os.getuid()} {sorted(os.listdir('/sandbox'))}".encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
    def log_message(self, *_):
        pass
http.server.ThreadingHTTPServer(("127.0.0.1", PORT), Page).serve_forever()
"""


def app(port: int = 8080) -> dict[str, bytes]:
    return {"app.py": APP.replace(b"PORT", str(port).encode())}


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Registry]:
    folder = tmp_path_factory.mktemp("served") / "images"
    shutil.copytree(images_folder() / "base", folder / "base")
    (folder / "served").mkdir()
    (folder / "served/Dockerfile").write_text("ARG BASE\nFROM ${BASE}\n")
    (folder / "served/environment.yaml").write_text(YAML)
    registry = Registry.load(folder)
    build(None, registry, ("served",))
    yield registry
    client = connect()
    for name in ("runarena/served", "runarena/runtime-served"):
        for image in client.images.list(name=name):
            client.images.remove(image.tags[0], force=True)
    client.close()


@pytest.fixture
def engine(registry: Registry, tmp_path: Path) -> Iterator[DockerEngine]:
    engine = DockerEngine(
        registry=registry, state_dir=tmp_path / "state", boot_id=tmp_path.name, app_bytes=200 * 1024 * 1024
    )
    yield engine
    engine.close()
    client = connect()
    left = client.containers.list(all=True, filters={"label": f"runarena.boot={tmp_path.name}"})
    client.close()
    assert left == []
    assert list((tmp_path / "state/apps").iterdir()) == []


def request(tmp_path: Path, files: dict[str, bytes], key: str = "app") -> RunRequest:
    return RunRequest(key=f"{tmp_path.name}-{key}", environment="served", files=files, entry="app.py")


def ask(session: DockerSession, path: str = "/") -> str:
    connection = http.client.HTTPConnection("localhost", timeout=5)
    connection.sock = socket.socket(socket.AF_UNIX)
    connection.sock.settimeout(5)
    with reachable(session.folder) as place:
        connection.sock.connect(place)
    try:
        connection.request("GET", path)
        return connection.getresponse().read().decode()
    finally:
        connection.close()


def test_an_app_is_ready_when_it_answers_and_ends_when_it_is_closed(engine: DockerEngine, tmp_path: Path) -> None:
    ended: list[RunResult] = []
    session = engine.open(request(tmp_path, app()), on_end=ended.append)
    assert (session.ready, session.result) == (True, None)
    path, uid, files = ask(session, "/x").split(" ", 2)
    assert (path, int(uid) > 10000, files) == ("/x", True, "['.build', 'app.py']")
    assert engine.app_metrics().apps == 1
    so_far = session.report()
    assert (so_far.outcome, so_far.phase, len(so_far.stages)) == (Outcome.SUCCEEDED, Phase.SERVE, 2)
    assert so_far.stages[1].peak_memory_bytes > 1_000_000
    assert so_far.stages[1].cpu_seconds > 0
    result = session.close()
    assert (result.outcome, result.phase, result.message) == (Outcome.SUCCEEDED, Phase.SERVE, "it was closed")
    assert [stage.phase for stage in result.stages] == [Phase.COMPILE, Phase.SERVE]
    assert session.close() == result
    assert wait_for("the end", lambda: ended, 5) == [result]
    assert engine.app_metrics().reserved_bytes == 0


def test_the_same_source_is_not_compiled_twice(engine: DockerEngine, tmp_path: Path) -> None:
    for cached in (False, True):
        session = engine.open(request(tmp_path, app()))
        assert session.close().stages[0].cached is cached


def test_an_app_on_another_port_is_found(engine: DockerEngine, tmp_path: Path) -> None:
    session = engine.open(request(tmp_path, app(port=5001)))
    assert ask(session).startswith("/ ")
    session.close()


@pytest.mark.parametrize(
    ("files", "outcome", "said"),
    [
        ({"app.py": b"", "broken": b"line 3: no"}, Outcome.COMPILE_FAILED, "line 3: no"),
        ({"app.py": b"raise SystemExit(7)"}, Outcome.FAILED, ""),
        ({"app.py": b"print(1)"}, Outcome.FAILED, "ended before it could be asked"),
        ({"app.py": b"import time; time.sleep(60)"}, Outcome.TIMED_OUT, "nothing answered on port 8080"),
        ({"app.py": b"x = bytearray(200 << 20)"}, Outcome.OUT_OF_MEMORY, ""),
    ],
)
def test_what_never_becomes_ready_has_ended(
    files: dict[str, bytes], outcome: Outcome, said: str, engine: DockerEngine, tmp_path: Path
) -> None:
    session = engine.open(request(tmp_path, files))
    result = session.result
    assert result is not None
    assert (session.ready, result.outcome) == (False, outcome)
    assert result.phase is (Phase.COMPILE if outcome is Outcome.COMPILE_FAILED else Phase.SERVE)
    assert said in result.message + result.stderr.data.decode()
    assert (result.limit_hit == "ready_seconds") is (outcome is Outcome.TIMED_OUT)


def test_a_program_that_listens_and_does_not_answer_is_not_ready(engine: DockerEngine, tmp_path: Path) -> None:
    mute = b"import socket, time; s = socket.create_server(('127.0.0.1', 8080)); time.sleep(60)"
    session = engine.open(request(tmp_path, {"app.py": mute}))
    assert session.result is not None
    assert session.result.limit_hit == "ready_seconds"


@pytest.mark.parametrize(
    ("path", "outcome"), [("/exit", Outcome.FAILED), ("/eat", Outcome.OUT_OF_MEMORY)], ids=["exit", "eat"]
)
def test_an_app_that_ends_by_itself_says_how(path: str, outcome: Outcome, engine: DockerEngine, tmp_path: Path) -> None:
    session = engine.open(request(tmp_path, app()))
    with pytest.raises((http.client.HTTPException, OSError)):
        ask(session, path)
    result = session.wait(10)
    assert result is not None
    assert result.outcome is outcome


def test_output_beyond_the_limit_is_dropped_and_the_app_lives_on(engine: DockerEngine, tmp_path: Path) -> None:
    session = engine.open(request(tmp_path, app()))
    for _ in range(3):
        ask(session, "/flood")
    assert ask(session).startswith("/ ")
    result = session.close()
    assert (len(result.stdout.data), result.stdout.truncated, result.outcome) == (1000, True, Outcome.SUCCEEDED)
    assert result.stdout.total_bytes == 300_003


def test_an_app_that_nobody_uses_ends(engine: DockerEngine, tmp_path: Path) -> None:
    session = engine.open(request(tmp_path, app()))
    result = session.wait(12)
    assert result is not None
    assert (result.outcome, result.message) == (Outcome.SUCCEEDED, "nobody used it for 6 s")


def test_a_use_keeps_it_alive(engine: DockerEngine, tmp_path: Path) -> None:
    session = engine.open(request(tmp_path, app()))
    until = time.monotonic() + 8
    while time.monotonic() < until:
        # what the preview service does at each request
        (session.folder / "used").touch()
        # often enough for any idle limit here
        time.sleep(0.2)
    assert session.result is None
    session.close()


def test_memory_is_set_aside_and_unused_apps_make_room(
    engine: DockerEngine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sessions = [engine.open(request(tmp_path, app(), key=str(number))) for number in range(3)]
    with pytest.raises(Busy, match="spent"):
        engine.open(request(tmp_path, app(), key="one-more"))
    monkeypatch.setattr(app_keeper, "UNUSED_SECONDS", 0.0)
    another = engine.open(request(tmp_path, app(), key="another"))
    assert another.ready
    gone = [session.result for session in sessions if session.result]
    assert [found.message for found in gone] == ["its memory was needed for another app"]


def test_cancelled_while_it_starts(engine: DockerEngine, tmp_path: Path) -> None:
    control = RunControl()
    threading.Timer(1.0, control.cancel).start()
    session = engine.open(request(tmp_path, {"app.py": b"import time; time.sleep(60)"}), control=control)
    assert session.result is not None
    assert session.result.outcome is Outcome.CANCELLED


def test_the_program_cannot_touch_the_socket_or_its_folder(engine: DockerEngine, tmp_path: Path) -> None:
    hostile = b"""
import os, signal, sys
found = []
for action in (lambda: os.listdir("/run/arena"), lambda: os.unlink("/run/arena/app.sock"),
               lambda: open("/run/arena/x", "w"), lambda: os.rename("/run/arena/app.sock", "/run/arena/b"),
               lambda: os.chmod("/run/arena", 0o777)):
    try:
        found.append(str(action()))
    except OSError as why:
        found.append(type(why).__name__)
for pid in [int(p) for p in os.listdir("/proc") if p.isdigit() and int(p) != os.getpid()]:
    for number in (0, signal.SIGKILL):
        try:
            os.kill(pid, number)
            found.append(f"killed {pid}")
        except PermissionError:
            pass
print(found, flush=True)
""" + APP.replace(b"PORT", b"8080")
    session = engine.open(request(tmp_path, {"app.py": hostile}))
    assert ask(session).startswith("/ ")
    printed = session.close().stdout.data.decode()
    assert printed.startswith(str(["PermissionError"] * 5)), printed


def test_kinds_do_not_mix(engine: DockerEngine, tmp_path: Path) -> None:
    with pytest.raises(InvalidRun, match="is served"):
        engine.run(request(tmp_path, app()))
    with DockerHolder(tmp_path) as programs, pytest.raises(InvalidRun, match="runs to its end"):
        programs.open(RunRequest(key="k", environment="python", files={"main.py": b""}, entry="main.py"))


class DockerHolder:
    """An engine of the shipped environments."""

    def __init__(self, tmp_path: Path) -> None:
        self._engine = DockerEngine(registry=Registry.load(), state_dir=tmp_path / "other", boot_id="other")

    def __enter__(self) -> DockerEngine:
        return self._engine

    def __exit__(self, *_: object) -> None:
        self._engine.close()


def test_records_of_its_use_outlive_an_app(engine: DockerEngine, tmp_path: Path) -> None:
    session = engine.open(replace(request(tmp_path, app()), record="somebody"))
    token, facts = session.token, json.loads((session.folder / "app.json").read_text())
    assert (facts["token"], facts["record"], facts["kind"]) == (token, {"session": "somebody"}, "web")
    (session.folder / "interactions.jsonl").write_text("{}\n")
    session.close()
    record = tmp_path / f"state/records/{token}.jsonl"
    assert wait_for("the record", lambda: record.exists() and record.read_text(), 10) == "{}\n"


def test_what_a_dead_worker_left_is_purged(engine: DockerEngine, tmp_path: Path) -> None:
    orphan = tmp_path / "state/apps/orphan"
    orphan.mkdir()
    (orphan / "owner").write_text("long-dead")
    session = engine.open(request(tmp_path, app()))
    engine.reap()
    assert (orphan.exists(), ask(session)[:1]) == (False, "/")
    session.close()
