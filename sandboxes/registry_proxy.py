"""A proxy on a UNIX socket that lets an installer reach the configured package index and nothing else."""

import contextlib
import ipaddress
import os
import re
import select
import socket
import socketserver
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from urllib.parse import urlsplit

from sandboxes.errors import InvalidRun

MAX_HEAD = 8192
HEAD_SECONDS, IDLE_SECONDS, TOTAL_SECONDS = 10.0, 60.0, 600.0
# for one install, both ways, over all connections
MAX_BYTES = 1024 * 1024 * 1024
MAX_CONNECTIONS, MAX_CONNECTIONS_IN_ALL = 16, 1024
_HOST = re.compile(r"([a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?)(?::(\d{1,5}))?")
_NAT64 = ipaddress.ip_network("64:ff9b::/96")


class RegistryProxy:
    """Answers CONNECT for `hosts` (as `name:port`) while it is open; `counts` tells what it let through and refused.

    `private` allows addresses that are not global, for an index inside a company. `upstream` is the `host:port` of a
    proxy that this host must use. One proxy serves one install: `max_bytes` is all that it will ever carry.
    """

    def __init__(
        self, path: Path, hosts: Sequence[str], *, private: bool = False, upstream: str = "", max_bytes: int = MAX_BYTES
    ) -> None:
        self.path, self.private, self.upstream = path, private, upstream
        self.hosts = frozenset(host.lower() for host in hosts)
        self.counts: Counter[str] = Counter()
        self._slots = threading.BoundedSemaphore(MAX_CONNECTIONS)
        self._left, self._connections, self._counting = max_bytes, 0, threading.Lock()

    @contextlib.contextmanager
    def serving(self) -> Iterator["RegistryProxy"]:
        """Serve until the block ends."""
        self.path.unlink(missing_ok=True)
        proxy = self

        class Handler(socketserver.BaseRequestHandler):
            def handle(self) -> None:
                try:
                    proxy.answer(self.request)
                except OSError:
                    proxy.counts["broken"] += 1
                finally:
                    proxy.leave()

        class Server(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
            daemon_threads = True
            request_queue_size = 64

            def verify_request(self, request: object, client_address: object) -> bool:  # noqa: ARG002
                return proxy.enter()

        with Server(str(self.path), Handler) as server:
            # the installer is another user
            self.path.chmod(0o666)
            thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.1}, daemon=True)
            thread.start()
            try:
                yield self
            finally:
                server.shutdown()
                thread.join()
                self.path.unlink(missing_ok=True)

    def enter(self) -> bool:
        """Whether one more connection may be served; one that may not is closed at once."""
        self._connections += 1
        if self._connections <= MAX_CONNECTIONS_IN_ALL and self._slots.acquire(blocking=False):
            return True
        self.counts["too_many"] += 1
        return False

    def leave(self) -> None:
        """A served connection has ended."""
        self._slots.release()

    def answer(self, client: socket.socket) -> None:
        """One connection: its head, then, if it may, the bytes both ways."""
        client.settimeout(HEAD_SECONDS)
        target = self._target(client)
        if target not in self.hosts:
            self.counts["refused"] += 1
            client.sendall(b"HTTP/1.1 403 Forbidden\r\nConnection: close\r\nContent-Length: 0\r\n\r\n")
            return
        try:
            remote = self._connect(target)
        except OSError:
            self.counts["unreachable"] += 1
            client.sendall(b"HTTP/1.1 502 Bad Gateway\r\nConnection: close\r\nContent-Length: 0\r\n\r\n")
            return
        with remote:
            self.counts["allowed"] += 1
            client.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
            self._carry(client, remote)

    def _target(self, client: socket.socket) -> str:
        head, until = b"", time.monotonic() + HEAD_SECONDS
        while b"\r\n\r\n" not in head and len(head) < MAX_HEAD:
            data = client.recv(1024)
            if not data or time.monotonic() > until:
                return ""
            head += data
        words = head.split(b"\r\n", 1)[0].decode("ascii", "replace").split()
        return words[1].lower() if len(words) == 3 and words[0] == "CONNECT" else ""

    def _connect(self, target: str) -> socket.socket:
        host, _, port = target.rpartition(":")
        if self.upstream:
            return self._through_upstream(target)
        found = {
            str(entry[4][0]).partition("%")[0] for entry in socket.getaddrinfo(host, int(port), type=socket.SOCK_STREAM)
        }
        why = OSError(f"{host} has no address that may be used")
        for address in sorted(found):
            if self.private or is_public(address):
                try:
                    # by address, so that a second answer of the name server changes nothing
                    return socket.create_connection((address, int(port)), timeout=HEAD_SECONDS)
                except OSError as error:
                    why = error
        raise why

    def _through_upstream(self, target: str) -> socket.socket:
        host, _, port = self.upstream.rpartition(":")
        remote = socket.create_connection((host, int(port)), timeout=HEAD_SECONDS)
        remote.sendall(f"CONNECT {target} HTTP/1.1\r\nHost: {target}\r\n\r\n".encode())
        head = b""
        try:
            while b"\r\n\r\n" not in head and len(head) < MAX_HEAD and (data := remote.recv(1)):
                head += data
        except OSError:
            remote.close()
            raise
        if b" 200 " not in head.split(b"\r\n", 1)[0] + b" ":
            remote.close()
            raise OSError("the upstream proxy refuses")
        return remote

    def _carry(self, client: socket.socket, remote: socket.socket) -> None:
        until = time.monotonic() + TOTAL_SECONDS
        pairs = {client: remote, remote: client}
        while time.monotonic() < until:
            ready = select.select(list(pairs), [], [], IDLE_SECONDS)[0]
            if not ready:
                return
            for source in ready:
                data = source.recv(65536)
                if not data:
                    return
                if not self._spend(len(data)):
                    self.counts["too_much"] += 1
                    return
                pairs[source].sendall(data)

    def _spend(self, size: int) -> bool:
        """Take this many bytes from what may still be carried."""
        with self._counting:
            self._left -= size
            return self._left >= 0


def is_public(address: str) -> bool:
    """Whether this is a global unicast address, also where it is one of version 4 inside one of version 6."""
    found = ipaddress.ip_address(address)
    if isinstance(found, ipaddress.IPv6Address):
        inner = (
            found.ipv4_mapped
            or found.sixtofour
            or (ipaddress.IPv4Address(int(found) & 0xFFFFFFFF) if found in _NAT64 else None)
        )
        if inner is not None:
            return is_public(str(inner))
    return found.is_global and not found.is_multicast


def host_of(url: str) -> str:
    """`name:port` of an index.

    Raises:
        InvalidRun: it is no address of one, or holds credentials.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        parts, port = urlsplit(""), None
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise InvalidRun("the package index is not an http or https URL")
    if "@" in parts.netloc:
        raise InvalidRun("the URL of a package index may not hold credentials")
    return f"{parts.hostname}:{port or (443 if parts.scheme == 'https' else 80)}"


def with_port(host: str) -> str:
    """`name:port` of a host that may come without its port, which then is 443.

    Raises:
        InvalidRun: it is neither.
    """
    match = _HOST.fullmatch(host.strip().lower())
    if match is None or not 0 < int(match[2] or 443) < 65536:
        raise InvalidRun(f"{host[:100]!r} is not a host (name:port) of a package index")
    return f"{match[1]}:{match[2] or 443}"


def default_hosts(index_url: str) -> tuple[str, ...]:
    """The hosts an installer needs: the configured index's, else those that pip itself was made for."""
    if index_url:
        return (host_of(index_url),)
    try:
        from pip._internal.models.index import PyPI
    except ImportError:
        return ()
    return (f"{PyPI.netloc}:443", f"{PyPI.file_storage_domain}:443")


def upstream_of(environ: os._Environ[str] | dict[str, str]) -> str:
    """`host:port` of the proxy that this host must use for HTTPS, without its credentials; empty if none."""
    text = environ.get("HTTPS_PROXY") or environ.get("https_proxy") or ""
    host = text.partition("://")[2].partition("/")[0].rpartition("@")[2]
    return host if ":" in host else ""
