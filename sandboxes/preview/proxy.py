"""The preview: one server for all apps, each at a host of its own."""

import asyncio
import contextlib
import socket
import time
from collections.abc import Callable
from pathlib import Path
from typing import cast
from weakref import WeakValueDictionary

import h11

from sandboxes.preview import policy
from sandboxes.preview.apps import AppFacts, Apps
from sandboxes.preview.client import Client, bad
from sandboxes.preview.exchange import Exchange
from sandboxes.preview.limits import Gate
from sandboxes.preview.own import PREFIX, Own
from sandboxes.preview.pages import BROKEN, BUSY, ENDED, FRONT, FULL, SILENT, UNKNOWN, Page, Refused
from sandboxes.preview.recorder import Recorder
from sandboxes.preview.settings import PreviewSettings
from sandboxes.preview.tokens import address_of
from sandboxes.preview.upstream import refuse
from sandboxes.preview.wire import Gone, TooLong, Wire

_TOUCH_SECONDS = 5.0
_MAX_SEEN = 4096
# what the kernel holds for a browser that does not read; left alone, it grows to megabytes
_BUFFER_BYTES = 256 * 1024


class Preview:
    """Serves `apps` over HTTP/1.1 and WebSocket; start it with `serve_tcp` or `serve_unix`, end it with `close`."""

    def __init__(self, apps: Apps, settings: PreviewSettings, *, clock: Callable[[], float] = time.time) -> None:
        self._apps, self._settings, self._clock = apps, settings, clock
        self._own = Own(settings, Recorder(settings.limits, clock))
        self._gate = Gate(total=settings.limits.connections, each=settings.limits.connections_per_app)
        # the apps that were there once, the oldest first
        self._seen: dict[str, None] = {}
        self._changing: WeakValueDictionary[str, asyncio.Semaphore] = WeakValueDictionary()
        self._servers: list[asyncio.Server] = []
        self._connections: set[asyncio.Task[None]] = set()
        self._busy: set[asyncio.Task[None]] = set()
        self._toucher: asyncio.Task[None] | None = None

    async def serve_tcp(self, host: str, port: int) -> int:
        """Listen there, and return the port: one that was free if `port` is 0."""
        server = await asyncio.start_server(self._connection, host, port, backlog=256)
        self._began(server)
        return int(server.sockets[0].getsockname()[1])

    async def serve_unix(self, path: Path, *, mode: int = 0o600) -> None:
        """Listen on a socket file, whose old self is removed."""
        path.unlink(missing_ok=True)  # noqa: ASYNC240
        server = await asyncio.start_unix_server(self._connection, path, backlog=256)
        path.chmod(mode)  # noqa: ASYNC240
        self._began(server)

    async def close(self) -> None:
        """Accept nothing more, let answers that have begun end for a while, then end all."""
        for server in self._servers:
            server.close()
        if self._toucher:
            self._toucher.cancel()
        for idle in self._connections - self._busy:
            idle.cancel()
        if self._busy:
            await asyncio.wait(set(self._busy), timeout=self._settings.limits.drain_seconds)
        for task in self._connections:
            task.cancel()
        if self._connections:
            await asyncio.wait(set(self._connections), timeout=self._settings.limits.drain_seconds)

    def _began(self, server: asyncio.Server) -> None:
        self._servers.append(server)
        if self._toucher is None:
            self._toucher = asyncio.ensure_future(self._touch())

    async def _touch(self) -> None:
        """An app whose connections are open is in use."""
        while True:
            await asyncio.sleep(_TOUCH_SECONDS)
            for token in self._gate.inside:
                self._apps.touch(token)

    async def _connection(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = cast("asyncio.Task[None]", asyncio.current_task())
        _bound_buffer(writer)
        wire = Wire(reader, writer)
        full = len(self._connections) >= self._settings.limits.connections
        self._connections.add(task)
        try:
            if full:
                await self._page(Client(wire, self._settings.limits), FULL)
                await wire.linger()
            else:
                while await self._request(wire, task):
                    pass
        except (Gone, OSError, h11.LocalProtocolError, asyncio.CancelledError):
            # a task that ends as cancelled would be reported as a failure of the server
            pass
        finally:
            self._connections.discard(task)
            self._busy.discard(task)
            with contextlib.suppress(asyncio.CancelledError):
                await wire.close()

    async def _request(self, wire: Wire, task: "asyncio.Task[None]") -> bool:
        """Serve one request; whether the connection may carry another."""
        limits = self._settings.limits
        client = Client(wire, limits)
        self._busy.discard(task)
        try:
            head = await wire.head(
                limit=limits.header_bytes, wait_seconds=limits.keep_alive_seconds, seconds=limits.header_seconds
            )
            if not head:
                return False
            self._busy.add(task)
            client.begin(head)
            await self._serve(client)
        except TooLong:
            await self._page(client, bad("Its headers are too long.", 431).page)
        except Refused as refused:
            await self._page(client, refused.page)
        except h11.LocalProtocolError:
            # what the app said cannot be said on
            await self._page(client, BROKEN)
        except TimeoutError:
            await self._page(client, SILENT if client.method else bad("It took too long to arrive.", 408).page)
        if client.reusable:
            return True
        await wire.linger()
        return False

    async def _page(self, client: Client, page: Page) -> None:
        """A page of ours; or, where an answer has begun, its end before it is whole."""
        if client.answered:
            client.wire.abort()
            raise Gone
        await client.page(page, policy.own_headers(self._settings))

    async def _serve(self, client: Client) -> None:
        if not client.host:
            raise bad("It does not say which app it is for.")
        address = address_of(client.host, self._settings.domain)
        if address is None:
            raise refuse(UNKNOWN)
        if not address.token:
            await self._front(client)
            return
        app = self._find(address.token)
        if client.request.target.startswith(PREFIX):
            await self._own.answer(client, app, address.host)
            return
        if not self._gate.enter(app.token):
            raise refuse(BUSY)
        try:
            self._apps.touch(app.token)
            async with asyncio.timeout(app.until - self._clock()) as life:
                changing = self._changing.setdefault(
                    app.token, asyncio.Semaphore(self._settings.limits.rewrites_per_app)
                )
                await Exchange(client, app, address.host, self._settings, changing).run()
        except TimeoutError:
            raise refuse(ENDED if life.expired() else SILENT) from None
        finally:
            self._gate.leave(app.token)

    async def _front(self, client: Client) -> None:
        path = client.request.target.partition(b"?")[0]
        if path == b"/healthz":
            await client.whole(200, [*policy.own_headers(self._settings), ("Content-Type", "text/plain")], b"ok\n")
        elif path == b"/":
            await self._page(client, FRONT)
        else:
            raise refuse(UNKNOWN)

    def _find(self, token: str) -> AppFacts:
        app = self._apps.find(token)
        if app is None:
            raise refuse(ENDED if token in self._seen else UNKNOWN)
        self._seen.pop(token, None)
        self._seen[token] = None
        while len(self._seen) > _MAX_SEEN:
            del self._seen[next(iter(self._seen))]
        if app.until <= self._clock():
            raise refuse(ENDED)
        return app


def _bound_buffer(writer: asyncio.StreamWriter) -> None:
    found = writer.get_extra_info("socket")
    if found is not None:
        with contextlib.suppress(OSError):
            found.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _BUFFER_BYTES)
