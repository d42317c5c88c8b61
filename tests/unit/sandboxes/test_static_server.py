"""The server of static files that the images of pages have, run as it is."""

import http.client
import re
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from sandboxes.registry import images_folder
from tests.fixtures.waiting import wait_for

SERVE = images_folder() / "web/bin/serve"
Served = Callable[..., "Server"]


class Server:
    """The program on a port of its own."""

    def __init__(self, folder: Path, *words: str) -> None:
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        argv = [sys.executable, "-IS", str(SERVE), str(folder), "--port", str(self.port), *words]
        self.process = subprocess.Popen(argv, stderr=subprocess.PIPE)

    def up(self) -> bool:
        try:
            self.ask("/")
        except OSError:
            return False
        return True

    def ask(self, path: str, method: str = "GET", **headers: str) -> tuple[int, dict[str, str], bytes]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        connection.request(method, path, headers=headers)
        answer = connection.getresponse()
        found = answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()
        connection.close()
        return found


@pytest.fixture
def site(tmp_path: Path) -> Path:
    folder = tmp_path / "site"
    (folder / "sub").mkdir(parents=True)
    for path, text in {
        "index.html": "<h1>start</h1>",
        "about.html": "about",
        "sub/index.html": "below",
        "s.css": "body {}",
        "m.mjs": "1",
        "p.svg": "<svg/>",
        "w.wasm": "\0asm",
        "odd.xyz": "?",
        "numbers.txt": "0123456789",
        ".secret": "s3cret",
        "sub/zürich 1.txt": "spaces",
    }.items():
        (folder / path).write_text(text)
    (tmp_path / "outside.txt").write_text("s3cret")
    (folder / "link.txt").symlink_to(tmp_path / "outside.txt")
    (folder / "inside.txt").symlink_to(folder / "numbers.txt")
    return folder


@pytest.fixture
def serve() -> Iterator[Served]:
    servers: list[Server] = []

    def start(folder: Path, *words: str) -> Server:
        server = Server(folder, *words)
        servers.append(server)
        wait_for("the server", server.up, 10)
        return server

    yield start
    for server in servers:
        server.process.kill()
        server.process.communicate()


def test_files_have_their_types_and_lengths(site: Path, serve: Served) -> None:
    server = serve(site)
    types = {path: server.ask(path)[1]["content-type"] for path in ("/", "/s.css", "/m.mjs", "/p.svg", "/w.wasm")}
    assert types == {
        "/": "text/html; charset=utf-8",
        "/s.css": "text/css; charset=utf-8",
        "/m.mjs": "text/javascript; charset=utf-8",
        "/p.svg": "image/svg+xml; charset=utf-8",
        "/w.wasm": "application/wasm",
    }
    assert server.ask("/odd.xyz")[1]["content-type"] == "application/octet-stream"
    assert server.ask("/?a=1#b")[2] == b"<h1>start</h1>"
    assert server.ask("/sub/z%C3%BCrich%201.txt")[2] == b"spaces"
    status, headers, body = server.ask("/numbers.txt", "HEAD")
    assert (status, headers["content-length"], body) == (200, "10", b"")


@pytest.mark.parametrize(
    "path",
    [
        "/../outside.txt",
        "/..%2foutside.txt",
        "/sub/../../outside.txt",
        "/%2e%2e/outside.txt",
        "//etc/passwd",
        "/.secret",
        "/sub/../.secret",
        "/link.txt",
        "/a%00b",
        "/-/../index.html",
        "/nothing",
    ],
)
def test_nothing_outside_or_hidden_is_served(path: str, site: Path, serve: Served) -> None:
    status, _, body = serve(site).ask(path)
    assert (status, b"s3cret" in body, b"root:" in body) == (404, False, False)


def test_a_link_within_the_folder_is_followed(site: Path, serve: Served) -> None:
    assert serve(site).ask("/inside.txt")[2] == b"0123456789"


def test_folders_and_pages_without_their_ending_are_found(site: Path, serve: Served) -> None:
    server = serve(site)
    assert server.ask("/about")[2] == b"about"
    assert (server.ask("/sub")[0], server.ask("/sub")[1]["location"], server.ask("/sub/")[2]) == (
        302,
        "/sub/",
        b"below",
    )


def test_an_application_answers_for_every_way_but_not_for_files(site: Path, serve: Served) -> None:
    server = serve(site, "--app")
    assert server.ask("/deep/way")[2] == b"<h1>start</h1>"
    assert server.ask("/deep/way.js")[0] == 404


def test_an_entry_in_a_folder_is_moved_to(site: Path, serve: Served) -> None:
    server = serve(site, "--entry", "sub/index.html")
    assert server.ask("/")[1]["location"] == "/sub/index.html"
    assert serve(site, "--entry", "about.html").ask("/")[2] == b"about"


@pytest.mark.parametrize(
    ("wanted", "part"),
    [
        ("bytes=2-4", (206, b"234", "bytes 2-4/10")),
        ("bytes=7-", (206, b"789", "bytes 7-9/10")),
        ("bytes=-2", (206, b"89", "bytes 8-9/10")),
        ("bytes=5-99", (206, b"56789", "bytes 5-9/10")),
        ("bytes=20-30", (416, b"", "bytes */10")),
        ("bytes=4-2", (416, b"", "bytes */10")),
        ("bytes=x", (200, b"0123456789", None)),
        ("lines=1-2", (200, b"0123456789", None)),
        ("bytes=1-2,4-5", (200, b"0123456789", None)),
    ],
)
def test_a_part_is_sent(wanted: str, part: tuple[int, bytes, str | None], site: Path, serve: Served) -> None:
    found = serve(site).ask("/numbers.txt", Range=wanted)
    assert (found[0], found[2], found[1].get("content-range")) == part


def test_more_connections_than_it_has_places_for_do_not_end_it(site: Path, serve: Served) -> None:
    server = serve(site)
    many = [socket.create_connection(("127.0.0.1", server.port), timeout=5) for _ in range(80)]
    for one in many:
        one.close()
    assert wait_for("a place", lambda: server.up() and server.ask("/")[0], 10) == 200


def test_what_it_cannot_begin_with_is_said(tmp_path: Path) -> None:
    server = Server(tmp_path, "--entry", "nothing.html")
    _, said = server.process.communicate(timeout=10)
    assert server.process.returncode != 0
    assert re.match(rb"nothing\.html: there is no such file", said)
