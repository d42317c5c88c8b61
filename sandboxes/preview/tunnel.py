"""WebSockets: a checked beginning, then bytes both ways, bounded in rate, number and silence."""

import asyncio
import base64
import binascii
import contextlib
import hashlib
from collections.abc import Iterable
from urllib.parse import urlsplit

import h11

from sandboxes.preview.client import Client, bad
from sandboxes.preview.headers import Headers, value_of, words
from sandboxes.preview.limits import Pace, PreviewLimits
from sandboxes.preview.pages import BROKEN
from sandboxes.preview.upstream import Upstream, refuse
from sandboxes.preview.wire import Gone, Wire

# RFC 6455, section 1.3
_GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
_FLUSH_SECONDS = 2.0


def check_request(client: Client, host: str) -> None:
    """Whether this asks for a WebSocket as it should.

    Raises:
        Refused: it does not, or comes from a page of another origin.
    """
    headers = client.headers
    if words(headers, b"upgrade") != [b"websocket"] or client.request.method != b"GET":
        raise bad("Only WebSockets can be upgraded to, by GET.")
    if value_of(headers, b"sec-websocket-version") != b"13":
        raise bad("Its version of WebSockets is not served.", 426)
    try:
        key = base64.b64decode(value_of(headers, b"sec-websocket-key"), validate=True)
    except binascii.Error:
        key = b""
    if len(key) != 16 or value_of(headers, b"content-length") or value_of(headers, b"transfer-encoding"):
        raise bad("It does not open a WebSocket properly.")
    origin = value_of(headers, b"origin")
    if origin and urlsplit(origin.decode("latin-1")).netloc != host:
        raise bad("WebSockets of an app are for its own pages.", 403)


def accepted(client: Client, headers: Iterable[tuple[bytes, bytes]]) -> Headers:
    """The headers of the answer that accepts, made anew.

    Raises:
        Refused: the app's answer does not accept what was asked.
    """
    listed = list(headers)
    digest = hashlib.sha1(value_of(client.headers, b"sec-websocket-key") + _GUID, usedforsecurity=False).digest()
    accept = base64.b64encode(digest)
    protocol = value_of(listed, b"sec-websocket-protocol")
    offered = words(client.headers, b"sec-websocket-protocol")
    if value_of(listed, b"sec-websocket-accept") != accept or (protocol and protocol.strip().lower() not in offered):
        raise refuse(BROKEN)
    if words(listed, b"upgrade") != [b"websocket"] or b"upgrade" not in words(listed, b"connection"):
        raise refuse(BROKEN)
    made: Headers = [(b"upgrade", b"websocket"), (b"connection", b"Upgrade"), (b"sec-websocket-accept", accept)]
    kept = (b"sec-websocket-protocol", b"sec-websocket-extensions")
    return made + [(name, value) for name, value in listed if name in kept]


async def tunnel(client: Client, app: Upstream, answer: h11.InformationalResponse, limits: PreviewLimits) -> None:
    """Carry bytes both ways until one side closes or a limit is met."""
    await client.switch(accepted(client, answer.headers))
    app.wire.put_back(app.trailing)
    flow = _Flow(limits)
    ways = {
        asyncio.ensure_future(flow.carry(client.wire, app.wire)),
        asyncio.ensure_future(flow.carry(app.wire, client.wire)),
        asyncio.ensure_future(flow.silence()),
    }
    try:
        done, rest = await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        if not any(way.exception() for way in done):
            # the last words of the other side
            await asyncio.wait(rest, timeout=_FLUSH_SECONDS, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for way in ways:
            way.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.gather(*ways, return_exceptions=True)
    await client.wire.close()


class _Flow:
    def __init__(self, limits: PreviewLimits) -> None:
        self._limits, self._left = limits, limits.tunnel_bytes
        self._loop = asyncio.get_running_loop()
        self._last = self._loop.time()

    async def carry(self, source: Wire, target: Wire) -> None:
        pace = Pace(self._limits.tunnel_bytes_per_second)
        while data := await source.read(None):
            self._last = self._loop.time()
            self._left -= len(data)
            if self._left < 0:
                raise Gone
            await target.send(data, self._limits.idle_seconds)
            if (pause := pace.wait(len(data), self._loop.time())) > 0:
                await asyncio.sleep(pause)
        target.end()

    async def silence(self) -> None:
        while (left := self._last + self._limits.tunnel_idle_seconds - self._loop.time()) > 0:  # noqa: ASYNC110
            await asyncio.sleep(left)
        raise Gone
