"""An app's side of one request: a connection of its own, so that no answer can be taken for another's."""

import asyncio
import contextlib
import os
import socket
import stat
from collections.abc import AsyncIterator
from pathlib import Path

import h11

from sandboxes.preview.headers import Headers
from sandboxes.preview.limits import PreviewLimits
from sandboxes.preview.pages import BROKEN, STARTING, TOO_LARGE, Page, Refused
from sandboxes.preview.wire import Gone, Wire

_MAX_INTERIM = 8


def refuse(page: Page) -> Refused:
    """That page, as the answer."""
    return Refused(page.status, page.title, page.text, retry_after=page.retry_after)


class Upstream:
    """Sends one request to an app and reads the answer."""

    def __init__(self, wire: Wire, limits: PreviewLimits) -> None:
        self.wire, self._limits = wire, limits
        self._conn = h11.Connection(h11.CLIENT, max_incomplete_event_size=limits.header_bytes)
        self._received, self._heard, self._ended = 0, False, False

    @property
    def trailing(self) -> bytes:
        """What came after the answer that switches protocols."""
        return bytes(self._conn.trailing_data[0])

    async def request(self, request: h11.Request, headers: Headers) -> None:
        """Send the head."""
        await self._put(h11.Request(method=request.method, target=request.target, headers=headers))

    async def data(self, piece: bytes) -> None:
        """Send a piece of the body, as fast as the app takes it."""
        await self._put(h11.Data(data=piece))

    async def end(self) -> None:
        """The request is whole."""
        await self._put(h11.EndOfMessage())

    async def head(self) -> h11.Response | h11.InformationalResponse:
        """The head of the answer; of 1xx only 101, and that only if it was asked for.

        Raises:
            Refused: it is not proper HTTP, or more than the limits allow.
        """
        for _ in range(_MAX_INTERIM):
            event = await self._next(None)
            if isinstance(event, h11.Response) or (
                isinstance(event, h11.InformationalResponse) and event.status_code == 101
            ):
                self._check(event)
                return event
            if not isinstance(event, h11.InformationalResponse):
                break
        raise refuse(BROKEN)

    def _check(self, event: h11.Response | h11.InformationalResponse) -> None:
        size = sum(len(name) + len(value) + 4 for name, value in event.headers)
        if len(event.headers) > self._limits.header_count or size > self._limits.header_bytes:
            raise refuse(BROKEN)
        length = next((value for name, value in event.headers if name == b"content-length"), b"0")
        if int(length) > self._limits.response_bytes:
            raise refuse(TOO_LARGE)

    async def piece(self, seconds: float) -> bytes | None:
        """The next piece of the answer's body, None at its end.

        Raises:
            Refused: it breaks off, or is too large.
            TimeoutError: nothing came within these seconds; nothing is lost.
        """
        event = None if self._ended else await self._next(seconds)
        if not isinstance(event, h11.Data):
            self._ended = True
            return None
        self._received += len(event.data)
        if self._received > self._limits.response_bytes:
            raise refuse(TOO_LARGE)
        return bytes(event.data)

    async def _next(self, seconds: float | None) -> h11.Event | type[h11.PAUSED]:
        while True:
            try:
                event = self._conn.next_event()
                if event is not h11.NEED_DATA:
                    return event  # type: ignore[return-value]
                data = await self.wire.read(seconds)
            except TimeoutError:
                raise
            except (h11.RemoteProtocolError, OSError):
                raise refuse(BROKEN) from None
            if not data and not self._heard:
                raise refuse(STARTING)
            self._heard = True
            self._conn.receive_data(data)

    async def _put(self, event: h11.Event) -> None:
        data = self._conn.send(event)
        if data:
            await self.wire.send(data, self._limits.idle_seconds)


@contextlib.asynccontextmanager
async def connected(path: Path, limits: PreviewLimits) -> AsyncIterator[Upstream]:
    """A new connection to an app's socket.

    Raises:
        Refused: nobody listens.
    """
    try:
        async with asyncio.timeout(limits.connect_seconds):
            reader, writer = await _open(path)
    except (OSError, Gone):
        raise refuse(STARTING) from None
    wire = Wire(reader, writer)
    try:
        yield Upstream(wire, limits)
    finally:
        wire.abort()


async def _open(path: Path) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    # by its inode: a link in its place leads nowhere, and its path may be longer than an address of a socket
    found = os.open(path, os.O_PATH | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        if not stat.S_ISSOCK(os.fstat(found).st_mode):
            raise OSError("not a socket")
        sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM | socket.SOCK_NONBLOCK | socket.SOCK_CLOEXEC)
        try:
            await asyncio.get_running_loop().sock_connect(sock, f"/proc/self/fd/{found}")
            return await asyncio.open_unix_connection(sock=sock)
        except BaseException:
            sock.close()
            raise
    finally:
        os.close(found)
