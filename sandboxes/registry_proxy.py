"""A proxy on a UNIX socket that lets an installer reach the configured package index and nothing else."""

import contextlib
import ipaddress
import os
import select
import socket
import socketserver
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

MAX_HEAD = 8192
HEAD_SECONDS, IDLE_SECONDS, TOTAL_SECONDS = 10.0, 60.0, 600.0
MAX_BYTES = 1024 * 1024 * 1024
MAX_CONNECTIONS = 16


class RegistryProxy:
    """Answers CONNECT for `hosts` (as `name:port`) while it is open; `counts` tells what it let through and refused.

    `private` allows addresses that are not global, for an index inside a company. `upstream` is the `host:port` of a
    proxy that this host must use.
    """

    def __init__(self, path: Path, hosts: Sequence[str], *, private: bool = False, upstream: str = "") -> None:
        self.path, self.hosts, self.private, self.upstream = path, frozenset(hosts), private, upstream
        self.counts: Counter[str] = Counter()
        self.slots = threading.BoundedSemaphore(MAX_CONNECTIONS)

    @contextlib.contextmanager
    def serving(self) -> Iterator["RegistryProxy"]:
        """Serve until the block ends."""
        self.path.unlink(missing_ok=True)
        proxy = self

        class Handler(socketserver.BaseRequestHandler):
            def handle(self) -> None:
                if not proxy.slots.acquire(timeout=HEAD_SECONDS):
                    return
                try:
                    proxy.answer(self.request)
                except OSError:
                    proxy.counts["broken"] += 1
                finally:
                    proxy.slots.release()

        class Server(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
            daemon_threads = True

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
        head = b""
        while b"\r\n\r\n" not in head and len(head) < MAX_HEAD:
            data = client.recv(1024)
            if not data:
                return ""
            head += data
        words = head.split(b"\r\n", 1)[0].decode("ascii", "replace").split()
        return words[1].lower() if len(words) == 3 and words[0] == "CONNECT" else ""

    def _connect(self, target: str) -> socket.socket:
        host, _, port = target.rpartition(":")
        if self.upstream:
            return self._through_upstream(target)
        addresses = {str(found[4][0]) for found in socket.getaddrinfo(host, int(port), type=socket.SOCK_STREAM)}
        for address in sorted(addresses):
            if self.private or ipaddress.ip_address(address.partition("%")[0]).is_global:
                # by address, so that a second answer of the name server changes nothing
                return socket.create_connection((address, int(port)), timeout=HEAD_SECONDS)
        raise OSError(f"{host} has no address that may be used")

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
        until, carried = time.monotonic() + TOTAL_SECONDS, 0
        pairs = {client: remote, remote: client}
        while time.monotonic() < until and carried < MAX_BYTES:
            ready = select.select(list(pairs), [], [], IDLE_SECONDS)[0]
            if not ready:
                return
            for source in ready:
                data = source.recv(65536)
                if not data:
                    return
                pairs[source].sendall(data)
                carried += len(data)
        self.counts["too_much"] += 1


def default_hosts(index_url: str) -> tuple[str, ...]:
    """The hosts an installer needs: the configured index's, else those that pip itself was made for."""
    if index_url:
        _, _, rest = index_url.partition("://")
        host = rest.partition("/")[0].rpartition("@")[2].lower()
        default = "443" if index_url.startswith("https") else "80"
        return (host if ":" in host else f"{host}:{default}",)
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
