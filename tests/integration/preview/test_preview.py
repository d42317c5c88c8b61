"""Apps on real sockets, seen through a real preview."""

import socket
import time
from pathlib import Path

import pytest
import websocket

from sandboxes.preview.limits import PreviewLimits
from sandboxes.preview.settings import CdnAnswer, PreviewSettings, TextKind
from tests.fixtures.preview_apps import (
    DOMAIN,
    answer,
    app_in,
    ask,
    body_of,
    new_token,
    pages,
    parse,
    preview_of,
    read_head,
    send,
    served,
    websocket_echo,
)
from tests.fixtures.waiting import wait_for


def chunk(data: bytes) -> bytes:
    return f"{len(data):x}\r\n".encode() + data + b"\r\n"


def test_a_page_is_passed_on_with_the_preview_s_headers(tmp_path: Path) -> None:
    with served(tmp_path, pages({"/": answer("<p>hello</p>")})) as (port, app):
        got = ask(port, app.host)
        assert (got.status, got.body) == (200, b"<p>hello</p>")
        assert "default-src 'self'" in got.header("content-security-policy")
        assert got.header("cache-control") == "no-store"
        assert f"host: {app.host}" in app.seen().lower()
        assert (app.folder / "used").exists()


def test_one_connection_carries_many_requests(tmp_path: Path) -> None:
    with served(tmp_path, pages({"/": answer("hello")})) as (port, app):
        with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
            for _ in range(5):
                connection.sendall(f"GET / HTTP/1.1\r\nHost: {app.host}:{port}\r\n\r\n".encode())
                data = read_head(connection)
                while not data.endswith(b"hello"):
                    data += connection.recv(1000)
        assert len(app.requests) == 5


def test_requests_sent_ahead_are_answered_in_turn(tmp_path: Path) -> None:
    with served(tmp_path, pages({"/a": answer("first"), "/b": answer("second")})) as (port, app):
        ahead = "".join(f"GET /{name} HTTP/1.1\r\nHost: {app.host}\r\n\r\n" for name in "ab")
        last = f"GET /a HTTP/1.1\r\nHost: {app.host}\r\nConnection: close\r\n\r\n"
        data = send(port, (ahead + last).encode())
        assert [data.count(b"first"), data.count(b"second")] == [2, 1]
        assert data.index(b"first") < data.index(b"second")


def test_head_has_no_body(tmp_path: Path) -> None:
    def handle(connection: socket.socket, head: bytes) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: image/png\r\nContent-Length: 1234\r\n\r\n")

    with served(tmp_path, handle) as (port, app):
        got = ask(port, app.host, method="HEAD")
        assert (got.status, got.body, got.header("content-length")) == (200, b"", "1234")


@pytest.mark.parametrize("length", [0, 10, 3_000_000])
def test_a_body_reaches_the_app(tmp_path: Path, length: int) -> None:
    got: list[bytes] = []

    def handle(connection: socket.socket, head: bytes) -> None:
        got.append(body_of(connection, head))
        connection.sendall(answer("thanks"))

    with served(tmp_path, handle) as (port, app):
        data = bytes(range(256)) * (length // 256 + 1)
        assert ask(port, app.host, method="POST", body=data[:length]).status == 200
        assert got == [data[:length]]


def test_a_chunked_body_reaches_the_app(tmp_path: Path) -> None:
    got: list[bytes] = []

    def handle(connection: socket.socket, head: bytes) -> None:
        while not head.endswith(b"0\r\n\r\n"):
            head += connection.recv(1000)
        got.append(head)
        connection.sendall(answer("thanks"))

    with served(tmp_path, handle) as (port, app):
        start = f"POST / HTTP/1.1\r\nHost: {app.host}\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n"
        assert parse(send(port, start.encode() + chunk(b"one") + chunk(b"two") + b"0\r\n\r\n")).status == 200
        assert got[0].replace(b"\r\n", b" ").count(b"one") == 1
        assert b"content-length" not in got[0].lower()


def test_who_waits_for_100_is_told_to_go_on(tmp_path: Path) -> None:
    with served(tmp_path, lambda c, head: c.sendall(answer(body_of(c, head)))) as (port, app):
        with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
            start = f"POST / HTTP/1.1\r\nHost: {app.host}\r\nConnection: close\r\nExpect: 100-continue\r\n"
            connection.sendall(f"{start}Content-Length: 4\r\n\r\n".encode())
            assert read_head(connection).startswith(b"HTTP/1.1 100")
            connection.sendall(b"data")
            assert read_head(connection).startswith(b"HTTP/1.1 200")
        assert "expect" not in app.seen().lower()


def test_events_come_as_they_are_sent(tmp_path: Path) -> None:
    def handle(connection: socket.socket, head: bytes) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\ndata: one\n\n")
        connection.recv(1)

    with served(tmp_path, handle) as (port, app), socket.create_connection(("127.0.0.1", port), 10) as connection:
        connection.sendall(f"GET / HTTP/1.1\r\nHost: {app.host}\r\n\r\n".encode())
        data = b""
        # the app sends nothing more, so this comes only if nothing is held back
        while b"data: one" not in data:
            data += connection.recv(1000)


def test_when_the_browser_goes_the_app_is_told(tmp_path: Path) -> None:
    ended: list[bytes] = []

    def handle(connection: socket.socket, head: bytes) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\ndata: one\n\n")
        try:
            ended.append(connection.recv(1))
        except ConnectionResetError:
            ended.append(b"")

    with served(tmp_path, handle) as (port, app):
        with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
            connection.sendall(f"GET / HTTP/1.1\r\nHost: {app.host}\r\n\r\n".encode())
            connection.recv(100)
        wait_for("the app sees the end", lambda: ended == [b""], 10)


def test_websocket_echo(tmp_path: Path) -> None:
    with served(tmp_path, websocket_echo) as (port, app):
        address = f"ws://127.0.0.1:{port}/socket"
        talk = websocket.create_connection(address, host=app.host, origin=f"http://{app.host}", timeout=10)
        for text in ("hello", "x" * 200, "y" * 200_000):
            talk.send(text)
            assert talk.recv() == text
        talk.close()
        assert "accept-encoding: identity" in app.seen().lower()


def test_a_websocket_from_elsewhere_is_refused(tmp_path: Path) -> None:
    with served(tmp_path, websocket_echo) as (port, app):
        with pytest.raises(websocket.WebSocketBadStatusException, match="403"):
            websocket.create_connection(
                f"ws://127.0.0.1:{port}/", host=app.host, origin="http://evil.example", timeout=10
            )
        assert app.requests == []


def test_an_app_without_websockets_may_say_so(tmp_path: Path) -> None:
    refused = pytest.raises(websocket.WebSocketBadStatusException, match="404")
    with served(tmp_path, pages({})) as (port, app), refused:
        websocket.create_connection(f"ws://127.0.0.1:{port}/", host=app.host, suppress_origin=True, timeout=10)


def test_texts_are_rewritten_and_what_is_no_utf8_is_kept(tmp_path: Path) -> None:
    def rewrite(text: str, kind: TextKind) -> str:
        return text.replace("https://cdn.example/", f"/.arena/cdn/cdn.example/{kind}/")

    files = {
        "/": answer(b"<p>\xff https://cdn.example/x", "text/html", "ETag: abc"),
        "/a.css": answer("@import 'https://cdn.example/y'", "text/css"),
        "/a.js": answer("import 'https://cdn.example/z'", "text/javascript"),
        "/a.json": answer("'https://cdn.example/z'", "application/json"),
        "/zip": answer(b"https://cdn.example/", "text/html", "Content-Encoding: gzip"),
    }
    with served(tmp_path, pages(files), PreviewSettings(rewrite=rewrite)) as (port, app):
        page = ask(port, app.host)
        assert page.body == b"<p>\xff /.arena/cdn/cdn.example/html/x"
        assert page.header("content-length") == str(len(page.body))
        assert page.header("etag") == ""
        assert ask(port, app.host, "/a.css").body.count(b"/cdn.example/css/y") == 1
        assert ask(port, app.host, "/a.js").body.count(b"/cdn.example/js/z") == 1
        assert ask(port, app.host, "/a.json").body == b"'https://cdn.example/z'"
        assert ask(port, app.host, "/zip").body == b"https://cdn.example/"


def test_a_page_that_is_long_or_slow_is_passed_on_as_it_is(tmp_path: Path) -> None:
    def handle(connection: socket.socket, head: bytes) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<p>one")
        if b"/slow" in head:
            connection.recv(1)
        connection.sendall(b"x" * 200_000)

    limits = PreviewLimits(rewrite_bytes=1000, rewrite_seconds=0.2)
    settings = PreviewSettings(rewrite=lambda text, kind: text.replace("one", "two"), limits=limits)
    with served(tmp_path, handle, settings, session="s") as (port, app):
        got = ask(port, app.host)
        assert b"<p>one" in got.body
        assert b"recorder.js" in got.body
        with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
            connection.sendall(f"GET /slow HTTP/1.1\r\nHost: {app.host}\r\n\r\n".encode())
            data = b""
            while b"<p>one" not in data:
                data += connection.recv(1000)


def test_local_copies_are_served_on_the_app_s_origin(tmp_path: Path) -> None:
    asked: list[tuple[str, str, str]] = []

    def cdn(host: str, path: str, query: str) -> CdnAnswer | None:
        asked.append((host, path, query))
        return CdnAnswer(body=b"export {}", media_type="text/javascript") if host == "cdn.example" else None

    with served(tmp_path, pages({}), PreviewSettings(cdn=cdn)) as (port, app):
        got = ask(port, app.host, "/.arena/cdn/cdn.example/npm/react@18/index.js?module&x=1")
        assert (got.status, got.body, got.header("content-type")) == (200, b"export {}", "text/javascript")
        assert ask(port, app.host, "/.arena/cdn/other.example/x").status == 404
        assert ask(port, app.host, "/.arena/else").status == 404
        assert asked == [("cdn.example", "/npm/react@18/index.js", "module&x=1"), ("other.example", "/x", "")]
        assert app.requests == []


def test_the_preview_s_own_host(tmp_path: Path) -> None:
    with preview_of(tmp_path) as port:
        assert ask(port, f"{DOMAIN}:{port}", "/healthz").body == b"ok\n"
        assert ask(port, DOMAIN).status == 200
        assert ask(port, DOMAIN, "/x").status == 404


def test_an_app_that_ended_and_one_that_never_was(tmp_path: Path) -> None:
    with preview_of(tmp_path) as port:
        with app_in(tmp_path, pages({"/": answer("hello")})) as app:
            assert ask(port, app.host).status == 200
        got = ask(port, app.host)
        assert got.status == 410
        assert b"This app has ended." in got.body
        assert ask(port, f"{new_token()}.{DOMAIN}").status == 404


def test_a_request_ends_with_its_app(tmp_path: Path) -> None:
    def handle(connection: socket.socket, head: bytes) -> None:
        connection.recv(1)

    with served(tmp_path, handle, seconds=0.7) as (port, app):
        assert ask(port, app.host).status == 410


def test_an_app_that_does_not_listen(tmp_path: Path) -> None:
    with served(tmp_path, pages({})) as (port, app):
        (app.folder / "app.sock").unlink()
        got = ask(port, app.host)
        assert (got.status, got.header("retry-after")) == (503, "2")
        # what is no socket is not taken for one
        (app.folder / "app.sock").symlink_to("/run/docker.sock")
        assert ask(port, app.host).status == 503


def test_an_app_that_closes_at_once(tmp_path: Path) -> None:
    with served(tmp_path, lambda connection, head: None) as (port, app):
        assert ask(port, app.host).status == 503


def test_close_lets_an_answer_end(tmp_path: Path) -> None:
    began: list[bool] = []

    def handle(connection: socket.socket, head: bytes) -> None:
        began.append(True)
        # an answer that is under way while the preview closes
        time.sleep(0.5)
        connection.sendall(answer("late"))

    with app_in(tmp_path, handle) as app:
        with preview_of(tmp_path) as port:
            connection = socket.create_connection(("127.0.0.1", port), timeout=10)
            connection.sendall(f"GET / HTTP/1.1\r\nHost: {app.host}\r\n\r\n".encode())
            wait_for("the request came", lambda: bool(began), 10)
        data = read_head(connection)
        while piece := connection.recv(100):
            data += piece
        connection.close()
        assert data.endswith(b"late")
