"""The client of a camera: whatever is at the socket's other end, it comes back in time with shots or a clear error."""

import contextlib
import socket
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from sandboxes import camera
from sandboxes.errors import BackendLost, Busy, InvalidRun, Unavailable
from sandboxes.screenshots import Plan
from tests.unit.sandboxes.test_camera_answer import CAGED, PLAN, RENDERER, answer

LONG = 10.0


@contextlib.contextmanager
def answering(folder: Path, serve: Callable[[socket.socket], None]) -> Iterator[Path]:
    """A socket that treats one connection so."""
    path = folder / "app.sock"
    server = socket.socket(socket.AF_UNIX)
    server.bind(str(path))
    server.listen(1)

    def work() -> None:
        with contextlib.suppress(OSError):
            connection, _ = server.accept()
            with connection:
                order = b""
                while not order.endswith(b"}"):
                    order += connection.recv(65536)
                serve(connection)

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    try:
        yield path
    finally:
        server.close()
        thread.join(LONG)


def reply(status: int, body: bytes, *more: bytes) -> bytes:
    head = f"HTTP/1.1 {status} X\r\ncontent-length: {len(body)}\r\n".encode()
    return head + b"".join(more) + b"\r\n" + body


@pytest.fixture
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(camera, "GRACE_SECONDS", 0.2)


def test_an_answer_becomes_shots(tmp_path: Path) -> None:
    with answering(tmp_path, lambda near: near.sendall(reply(200, answer()))) as path:
        assert [found.name for found in camera.shoot(path, PLAN).pictures] == ["stable"]


@pytest.mark.parametrize(
    ("status", "error"), [(400, InvalidRun), (503, Busy), (500, BackendLost), (404, BackendLost), (299, BackendLost)]
)
def test_a_complaint_is_an_error_that_repeats_it(tmp_path: Path, status: int, error: type[Exception]) -> None:
    with (
        answering(tmp_path, lambda near: near.sendall(reply(status, b"not today"))) as path,
        pytest.raises(error, match="not today"),
    ):
        camera.shoot(path, PLAN)


def trickle(near: socket.socket) -> None:
    near.sendall(b"HTTP/1.1 200 OK\r\n")
    end = time.monotonic() + LONG
    while time.monotonic() < end:
        near.sendall(b"x: y\r\n")
        # trickling is what is tried
        time.sleep(0.05)


def stay_silent(near: socket.socket) -> None:
    near.recv(1)


def talk_without_end(near: socket.socket) -> None:
    near.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
    while True:
        near.sendall(bytes(1 << 20))


@pytest.mark.parametrize(
    "serve",
    [
        trickle,
        stay_silent,
        talk_without_end,
        lambda near: None,
        lambda near: near.sendall(b"SSH-2.0-x\r\n\r\n"),
        lambda near: near.sendall(b"HTTP/1.1 200 OK\r\n" + b"a: b\r\n" * 1000),
        lambda near: near.sendall(reply(200, b"short").replace(b"content-length: 5", b"content-length: 500")),
        lambda near: near.sendall(reply(200, b"no answer")),
    ],
)
@pytest.mark.usefixtures("hurried")
def test_what_is_no_camera_is_lost(tmp_path: Path, serve: Callable[[socket.socket], None]) -> None:
    begun = time.monotonic()
    with answering(tmp_path, serve) as path, pytest.raises(BackendLost, match="camera"):
        camera.shoot(path, PLAN, seconds=1.0)
    assert time.monotonic() - begun < LONG


def test_pictures_of_a_browser_without_its_sandbox_are_not_used(tmp_path: Path) -> None:
    cage = {"browser": CAGED, "renderers": [{**RENDERER, "pids": [7]}], "unsafe": False}
    with (
        answering(tmp_path, lambda near: near.sendall(reply(200, answer({"cage": cage})))) as path,
        pytest.raises(Unavailable, match="sandbox"),
    ):
        camera.shoot(path, PLAN)


@pytest.mark.parametrize(
    ("plan", "seconds"),
    [(PLAN, 0.5), (PLAN, 61.0), (PLAN, float("nan")), (Plan(url="http://a/", kind="web", pictures=("nothing",)), 5.0)],
)
def test_an_order_that_breaks_a_rule_is_not_sent(tmp_path: Path, plan: Plan, seconds: float) -> None:
    with pytest.raises(InvalidRun):
        camera.shoot(tmp_path / "none", plan, seconds=seconds)
