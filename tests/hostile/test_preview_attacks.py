"""Attacks on the preview by requests and by apps; those by pages are in test_preview_pages.py."""

import contextlib
import json
import socket
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from sandboxes.preview.limits import PreviewLimits
from sandboxes.preview.settings import PreviewSettings
from tests.fixtures.preview_apps import (
    answer,
    ask,
    header_of,
    pages,
    parse,
    read_head,
    send,
    served,
)
from tests.fixtures.waiting import wait_for
from tests.hostile.preview_catalogue import APPS, DROPPED, HOSTS, MIB, OK, PLACES, REQUESTS, SETTINGS, sending


@pytest.mark.parametrize("attack", HOSTS)
def test_a_host_that_names_no_app(tmp_path: Path, attack: str) -> None:
    host, status = HOSTS[attack]
    with served(tmp_path, pages({"/": answer("secret")}), SETTINGS) as (port, app):
        data = f"GET / HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode()
        assert parse(send(port, data)).status in {status, 400}
        assert app.requests == []


@pytest.mark.parametrize("attack", REQUESTS)
def test_a_request_that_is_not_served(tmp_path: Path, attack: str) -> None:
    data, status = REQUESTS[attack]
    with served(tmp_path, pages({"/": answer("secret")}), SETTINGS) as (port, app):
        got = send(port, data.replace(b"HOST", app.host.encode()))
        assert parse(got).status == status
        assert got.count(b"HTTP/1.1 ") == 1
        assert app.requests == []


@pytest.mark.parametrize("attack", APPS)
def test_an_app_that_misbehaves(tmp_path: Path, attack: str) -> None:
    app_does = APPS[attack]
    with served(tmp_path, app_does.handler, SETTINGS) as (port, app):
        got = ask(port, app.host)
        assert got.status == app_does.status
        assert got.body.endswith(app_does.ends)
        assert len(got.body) <= MIB + 100_000
        assert got.header("location") == ""
        assert len(app.requests) == 1


@pytest.mark.parametrize("attack", DROPPED)
def test_a_header_that_reaches_beyond_the_page(tmp_path: Path, attack: str) -> None:
    line = DROPPED[attack]
    with served(tmp_path, sending(answer("x", "text/html", line)), SETTINGS) as (port, app):
        got = ask(port, app.host)
        assert got.status == 200
        assert got.headers(line.partition(":")[0]) == []


def test_the_app_s_policy_can_only_tighten(tmp_path: Path) -> None:
    """policy-loosened, policy-reports"""
    line = "Content-Security-Policy: default-src *; report-uri https://evil.example/; frame-ancestors *; img-src 'none'"
    with served(tmp_path, sending(answer("x", "text/html", line)), SETTINGS) as (port, app):
        theirs, ours = ask(port, app.host).headers("content-security-policy")
        assert theirs == "default-src *; img-src 'none'"
        assert ours.startswith("default-src 'self' 'unsafe-inline' 'unsafe-eval' data: blob:; connect-src 'self' ws://")


def test_cookies(tmp_path: Path) -> None:
    """cookie-for-parent-domain, cookie-of-the-arena, arena-cookie-to-app"""
    lines = ("Set-Cookie: a=1; Domain=localhost; Path=/", "Set-Cookie: __Host-arena_session=x; Secure; Path=/")
    with served(tmp_path, sending(answer("x", "text/html", *lines)), SETTINGS) as (port, app):
        got = ask(port, app.host, "/", "Cookie: a=1; __Host-arena_session=secret; arena_session=secret; b=2")
        assert got.headers("set-cookie") == ["a=1; Path=/"]
        assert header_of(app.requests[0], b"cookie") == b"a=1; b=2"


def test_what_is_said_of_the_way_is_ours(tmp_path: Path) -> None:
    """forwarded-forged, hop-by-hop"""
    lines = ("X-Forwarded-For: 1.2.3.4", "X-Forwarded-Host: evil.example", "Forwarded: for=1.2.3.4", "X-Real-IP: 1.2")
    more = ("Connection: close, X-Secret", "X-Secret: 1", "Keep-Alive: 5", "TE: trailers", "Proxy-Authorization: x")
    says = answer("x", "text/html", "Connection: X-Hop", "X-Hop: 1")
    with served(tmp_path, sending(says), SETTINGS) as (port, app):
        got = ask(port, app.host, "/", *lines, *more, "Referer: http://localhost:8300/battles/7", "Accept-Encoding: br")
        head = app.seen().lower()
        assert got.header("x-hop") == ""
        hidden = ("1.2.3.4", "evil", "x-real", "x-secret", "keep-alive", "\nte:", "proxy-", "battles", "encoding: br")
        assert [name for name in hidden if name in head] == []
        assert f"x-forwarded-host: {app.host}\r\n" in head
        assert "accept-encoding: identity" in head


@pytest.mark.parametrize("place", PLACES)
def test_redirects_to_no_place_of_the_web_are_dropped(tmp_path: Path, place: str) -> None:
    """location-schemes"""
    says = answer("", "text/html", f"Location: {place}", status="302 Found")
    with served(tmp_path, sending(says), SETTINGS) as (port, app):
        got = ask(port, app.host)
        assert got.header("location") == ""


def test_redirects_within_the_app_are_kept(tmp_path: Path) -> None:
    def handle(connection: socket.socket, head: bytes) -> None:
        host = header_of(head, b"host").decode()
        connection.sendall(answer("", "text/html", f"Location: https://{host}/a?b=1#c", status="302 Found"))

    with served(tmp_path, handle, SETTINGS) as (port, app):
        assert ask(port, f"{app.host}:{port}").header("location") == "/a?b=1#c"


@pytest.mark.parametrize(
    ("attack", "start", "piece", "status"),
    [
        ("slow-request-header", "GET / HTTP/1.1\r\n", "X-A: 1\r\n", 408),
        ("slow-request-body", "POST / HTTP/1.1\r\nHost: HOST\r\nContent-Length: 9\r\n\r\n", "", 504),
    ],
)
def test_a_request_that_does_not_come(tmp_path: Path, attack: str, start: str, piece: str, status: int) -> None:
    """slow-request-header, slow-request-body"""
    # an app that says nothing while the request trickles in
    silent = served(tmp_path, lambda connection, head: time.sleep(3), SETTINGS)
    with silent as (port, app), socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        connection.sendall(start.replace("HOST", app.host).encode())
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            for _ in range(30):
                connection.sendall(piece.encode())
                # trickling is the attack
                time.sleep(0.05)
        assert parse(read_head(connection)).status == status


@pytest.mark.parametrize("attack", ["endless-chunked-request", "chunk-extension-flood"])
def test_a_chunked_request_without_end(tmp_path: Path, attack: str) -> None:
    """endless-chunked-request, chunk-extension-flood"""
    piece = b"2710\r\n" + b"x" * 10_000 + b"\r\n" if attack.startswith("endless") else b"1;" + b"a" * 100_000

    def swallow(connection: socket.socket, head: bytes) -> None:
        while connection.recv(65536):
            pass

    with served(tmp_path, swallow, SETTINGS) as (port, app):
        start = f"POST / HTTP/1.1\r\nHost: {app.host}\r\nTransfer-Encoding: chunked\r\n\r\n".encode()
        assert parse(send(port, start + piece * 300)).status in {400, 413, 431}


def test_a_second_request_in_a_body_stays_a_body(tmp_path: Path) -> None:
    """smuggled-second-request"""
    inner = b"GET /admin HTTP/1.1\r\nHost: HOST\r\n\r\n"
    got: list[bytes] = []

    def handle(connection: socket.socket, head: bytes) -> None:
        while len(head.partition(b"\r\n\r\n")[2]) < len(inner):
            head += connection.recv(1000)
        got.append(head)
        connection.sendall(answer("one"))

    with served(tmp_path, handle, SETTINGS) as (port, app):
        assert ask(port, app.host, method="POST", body=inner).body == b"one"
        assert got[0].endswith(inner)
        assert got[0].startswith(b"POST / HTTP/1.1\r\n")
        assert len(app.requests) == 1


def test_a_wish_for_another_protocol_is_passed_over(tmp_path: Path) -> None:
    """other-upgrade"""
    with served(tmp_path, pages({"/": answer("plain")}), SETTINGS) as (port, app):
        lines = ("Connection: Upgrade, close, HTTP2-Settings", "Upgrade: h2c", "HTTP2-Settings: AAMAAABkAAQAAP__")
        start = "\r\n".join(["GET / HTTP/1.1", f"Host: {app.host}", *lines, "", ""])
        assert parse(send(port, start.encode())).body == b"plain"
        assert "upgrade" not in app.seen().lower()


def test_one_app_has_only_so_many_connections(tmp_path: Path) -> None:
    """connections-of-one-app"""
    held = threading.Event()

    def handle(connection: socket.socket, head: bytes) -> None:
        held.wait(10)
        connection.sendall(answer("x"))

    limits = PreviewLimits(connections_per_app=3)
    with served(tmp_path, handle, PreviewSettings(limits=limits)) as (port, app):
        waiting = [threading.Thread(target=ask, args=(port, app.host)) for _ in range(3)]
        for thread in waiting:
            thread.start()
        wait_for("three are inside", lambda: len(app.requests) == 3, 10)
        got = ask(port, app.host)
        assert (got.status, got.header("retry-after")) == (503, "2")
        held.set()
        for thread in waiting:
            thread.join()
        assert ask(port, app.host).status == 200


UPGRADE = "GET / HTTP/1.1\r\nHost: HOST\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
KEY = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
ACCEPT = b"Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n"
SWITCHING = b"HTTP/1.1 101 Switching Protocols\r\n"


def test_an_answer_that_does_not_accept_opens_no_tunnel(tmp_path: Path) -> None:
    """websocket-wrong-accept"""
    unasked = b"Sec-WebSocket-Protocol: x\r\n" + ACCEPT
    for name, wrong in (("a", ACCEPT.replace(b"s3p", b"x3p")), ("b", b"Upgrade: websocket\r\n\r\n"), ("c", unasked)):
        with served(tmp_path / name, sending(SWITCHING + wrong + b"raw"), SETTINGS) as (port, app):
            got = parse(send(port, (UPGRADE + KEY).replace("HOST", app.host).encode()))
            assert got.status == 502
            assert not got.body.endswith(b"raw")


def test_a_flood_through_a_websocket(tmp_path: Path) -> None:
    """websocket-total, websocket-flood"""
    sent: list[int] = []

    def handle(connection: socket.socket, head: bytes) -> None:
        connection.sendall(SWITCHING + ACCEPT)
        while True:
            sent.append(connection.send(b"x" * 65536))

    limits = PreviewLimits(tunnel_bytes=8 * MIB)
    with served(tmp_path, handle, PreviewSettings(limits=limits)) as (port, app):
        with socket.socket() as connection:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)
            connection.settimeout(10)
            connection.connect(("127.0.0.1", port))
            connection.sendall((UPGRADE + KEY).replace("HOST", app.host).encode())
            read_head(connection)
            # time for the app to send far more, if it were not held up: nothing happens, so nothing tells
            time.sleep(0.3)
            # who does not read holds the app up: what is under way fits the buffers
            before = sum(sent)
            assert before < 3 * MIB
            # the same once more
            time.sleep(0.2)
            assert sum(sent) == before
            received = 0
            with contextlib.suppress(ConnectionResetError):
                while piece := connection.recv(65536):
                    received += len(piece)
        assert received <= limits.tunnel_bytes


def test_a_link_in_the_socket_s_place_leads_nowhere(tmp_path: Path) -> None:
    """socket-is-a-link"""
    with served(tmp_path / "a", pages({"/": answer("other")}), SETTINGS) as (_, other):
        with served(tmp_path / "b", pages({}), SETTINGS) as (port, app):
            (app.folder / "app.sock").unlink()
            (app.folder / "app.sock").symlink_to(other.folder / "app.sock")
            assert ask(port, app.host).status == 503
        assert other.requests == []


CLICK = {"kind": "click", "t": 5, "x": 1, "y": 2, "tag": "button", "role": "", "pointer": "mouse"}
BATCH = {"version": 1, "page": "0123abcd", "events": [CLICK]}
FORGED: dict[str, Callable[[dict[str, object]], object]] = {
    "a field more": lambda batch: {**batch, "session": "another"},
    "an unknown kind": lambda batch: {**batch, "events": [{"kind": "vote", "t": 1}]},
    "text": lambda batch: {**batch, "events": [{"kind": "key", "t": 1, "key": "p"}]},
    "no number": lambda batch: {**batch, "events": [{"kind": "typed", "t": 1, "count": "5"}]},
    "too many": lambda batch: {**batch, "events": [{"kind": "typed", "t": 1, "count": 5}] * 201},
    "a tag that is none": lambda batch: {**batch, "events": [{"kind": "scroll", "t": 1, "x": 0, "y": 0, "tag": "<b>"}]},
    "nothing": lambda batch: [],
}


def test_events_that_have_not_the_form(tmp_path: Path) -> None:
    """events-forged, events-huge"""
    with served(tmp_path, pages({}), SETTINGS, session="s-1") as (port, app):
        for change in FORGED.values():
            body = json.dumps(change(BATCH)).encode()
            assert ask(port, app.host, "/.arena/events", method="POST", body=body).status in {400, 413}
        assert ask(port, app.host, "/.arena/events", method="POST", body=b"x" * 5000).status == 413
        assert ask(port, app.host, "/.arena/events").status == 404
        elsewhere = ask(port, app.host, "/.arena/events", "Sec-Fetch-Site: same-site", method="POST", body=b"{}")
        assert elsewhere.status == 403
        assert not (app.folder / "interactions.jsonl").exists()


def test_events_are_kept_up_to_a_limit(tmp_path: Path) -> None:
    """events-flood"""
    with served(tmp_path, pages({}), SETTINGS, session="s-1") as (port, app):
        body = json.dumps(BATCH).encode()
        statuses = [ask(port, app.host, "/.arena/events", method="POST", body=body).status for _ in range(60)]
        assert statuses == [204] * 50 + [429] * 10
        lines = (app.folder / "interactions.jsonl").read_text().splitlines()
        first = json.loads(lines[0])
        assert len(lines) == 50
        assert {"session": "s-1", "page": "0123abcd", "kind": "click", "x": 1}.items() <= first.items()
        assert abs(first["at"] - time.time()) < 60


def test_events_are_not_written_through_a_link(tmp_path: Path) -> None:
    """events-link"""
    target = tmp_path / "target"
    target.write_text("")
    with served(tmp_path / "apps", pages({}), SETTINGS, session="s-1") as (port, app):
        (app.folder / "interactions.jsonl").symlink_to(target)
        got = ask(port, app.host, "/.arena/events", method="POST", body=json.dumps(BATCH).encode())
        assert (got.status, target.read_text()) == (404, "")


def test_nothing_is_recorded_without_consent(tmp_path: Path) -> None:
    with served(tmp_path, pages({"/": answer("<p>x")}), SETTINGS) as (port, app):
        assert b"recorder" not in ask(port, app.host).body
        assert ask(port, app.host, "/.arena/recorder.js").status == 404
        assert ask(port, app.host, "/.arena/events", method="POST", body=json.dumps(BATCH).encode()).status == 404


def test_a_browser_that_does_not_read(tmp_path: Path) -> None:
    """slow-reader"""
    sent: list[int] = []

    def handle(connection: socket.socket, head: bytes) -> None:
        connection.sendall(OK + b"Content-Type: application/zip\r\nContent-Length: 900000000\r\n\r\n")
        while True:
            sent.append(connection.send(b"x" * 65536))

    limits = PreviewLimits(idle_seconds=0.5, response_bytes=1024 * MIB)
    with served(tmp_path, handle, PreviewSettings(limits=limits)) as (port, app):
        with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
            connection.sendall(f"GET / HTTP/1.1\r\nHost: {app.host}\r\n\r\n".encode())
            wait_for("the app is held up", lambda: bool(sent), 10)
            # longer than the preview's patience with who does not read
            time.sleep(1.5)
            held = sum(sent)
            # the preview gave up, so the app's connection is gone and nothing more is taken
            assert held < 16 * MIB
            with contextlib.suppress(ConnectionResetError):
                while connection.recv(65536):
                    pass
        assert sum(sent) == held
