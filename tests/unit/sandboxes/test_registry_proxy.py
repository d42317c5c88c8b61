"""The proxy lets an installer reach one place."""

import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from sandboxes import registry_proxy
from sandboxes.registry_proxy import RegistryProxy, is_public


@pytest.fixture
def server() -> Iterator[str]:
    """Answers every connection with what it was sent, in upper case; its address."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            try:
                client, _ = listener.accept()
            except OSError:
                return
            with client:
                client.sendall(client.recv(100).upper())

    threading.Thread(target=serve, daemon=True).start()
    yield f"127.0.0.1:{listener.getsockname()[1]}"
    listener.close()


def ask(path: Path, head: bytes, then: bytes = b"") -> bytes:
    with socket.socket(socket.AF_UNIX) as client:
        client.settimeout(10)
        client.connect(str(path))
        client.sendall(head)
        said = client.recv(4096)
        if then and b" 200 " in said:
            client.sendall(then)
            said = client.recv(4096)
        return said


def test_the_allowed_host_is_reached(server: str, tmp_path: Path) -> None:
    with RegistryProxy(tmp_path / "s", (server,), private=True).serving() as proxy:
        assert ask(proxy.path, f"CONNECT {server} HTTP/1.1\r\n\r\n".encode(), b"hello") == b"HELLO"
        assert proxy.counts == {"allowed": 1}
    assert not proxy.path.exists()


@pytest.mark.parametrize(
    "head",
    [
        b"CONNECT 169.254.169.254:80 HTTP/1.1\r\n\r\n",
        b"CONNECT packages.example:22 HTTP/1.1\r\n\r\n",
        b"CONNECT packages.example HTTP/1.1\r\n\r\n",
        b"CONNECT packages.example.:443 HTTP/1.1\r\n\r\n",
        b"CONNECT [::1]:443 HTTP/1.1\r\n\r\n",
        b"CONNECT packages.example:443@evil.example:443 HTTP/1.1\r\n\r\n",
        b"CONNECT https://packages.example:443 HTTP/1.1\r\n\r\n",
        b"POST packages.example:443 HTTP/1.1\r\n\r\n",
        b"CONNECT packages.example.evil.example:443 HTTP/1.1\r\n\r\n",
        b"GET http://packages.example:443/ HTTP/1.1\r\n\r\n",
        b"CONNECT  HTTP/1.1\r\n\r\n",
        b"\xff\xfe\r\n\r\n",
        b"x" * 9000,
    ],
)
def test_everything_else_is_refused(head: bytes, tmp_path: Path) -> None:
    with RegistryProxy(tmp_path / "s", ("packages.example:443",)).serving() as proxy:
        assert ask(proxy.path, head).startswith(b"HTTP/1.1 403 ")
        assert proxy.counts == {"refused": 1}


def test_an_allowed_name_with_a_private_address_is_not_reached(server: str, tmp_path: Path) -> None:
    with RegistryProxy(tmp_path / "s", (server,)).serving() as proxy:
        assert ask(proxy.path, f"CONNECT {server} HTTP/1.1\r\n\r\n".encode()).startswith(b"HTTP/1.1 502 ")
        assert proxy.counts == {"unreachable": 1}


def test_one_install_has_one_budget_of_bytes_over_all_its_connections(server: str, tmp_path: Path) -> None:
    head = f"CONNECT {server} HTTP/1.1\r\n\r\n".encode()
    with RegistryProxy(tmp_path / "s", (server,), private=True, max_bytes=15).serving() as proxy:
        assert ask(proxy.path, head, b"hello") == b"HELLO"
        # six more than is left
        assert ask(proxy.path, head, b"hello again") == b""
        assert proxy.counts == {"allowed": 2, "too_much": 1}


def test_connections_are_bounded_at_once_and_in_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    head = b"CONNECT evil.example:443 HTTP/1.1\r\n\r\n"
    monkeypatch.setattr(registry_proxy, "MAX_CONNECTIONS_IN_ALL", 20)
    with RegistryProxy(tmp_path / "s", ()).serving() as proxy, ExitStack() as opened:
        for _ in range(registry_proxy.MAX_CONNECTIONS):
            opened.enter_context(socket.socket(socket.AF_UNIX)).connect(str(proxy.path))
        with socket.socket(socket.AF_UNIX) as one_more:
            one_more.settimeout(10)
            one_more.connect(str(proxy.path))
            assert one_more.recv(1) == b""
        opened.close()
        answers = [closed_or_answered(proxy, head) for _ in range(10)]
        assert b"" in answers
        assert closed_or_answered(proxy, head) == b""


def closed_or_answered(proxy: RegistryProxy, head: bytes) -> bytes:
    try:
        return ask(proxy.path, head)
    except (BrokenPipeError, ConnectionResetError):
        return b""


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("1.1.1.1", True),
        ("2606:4700::1111", True),
        ("10.0.0.1", False),
        ("169.254.169.254", False),
        ("100.64.0.1", False),
        ("224.0.0.1", False),
        ("0.0.0.0", False),
        ("::1", False),
        ("fe80::1", False),
        ("fd00::1", False),
        ("::ffff:169.254.169.254", False),
        ("64:ff9b::a9fe:a9fe", False),
        ("2002:7f00:1::", False),
        ("64:ff9b::101:101", True),
    ],
)
def test_which_addresses_are_public(address: str, public: bool) -> None:
    assert is_public(address) is public


def test_an_upstream_that_hangs_up_is_a_bad_gateway(tmp_path: Path) -> None:
    listener = socket.create_server(("127.0.0.1", 0))

    def hang_up() -> None:
        listener.accept()[0].close()

    threading.Thread(target=hang_up, daemon=True).start()
    upstream = f"127.0.0.1:{listener.getsockname()[1]}"
    with RegistryProxy(tmp_path / "s", ("packages.example:443",), upstream=upstream).serving() as proxy:
        said = ask(proxy.path, b"CONNECT packages.example:443 HTTP/1.1\r\n\r\n")
        assert (said[:13], proxy.counts) == (b"HTTP/1.1 502 ", {"unreachable": 1})
    listener.close()
