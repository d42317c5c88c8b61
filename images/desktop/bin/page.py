"""Serves the page that shows the display, whether the program is ready, and the display itself over a WebSocket."""

import asyncio
import contextlib
import http
import json
import mimetypes
import os

import display
from websockets.asyncio.server import serve
from websockets.datastructures import Headers
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Response

FOLDER = "/opt/page"
FILES = {"/": "index.html", "/app.js": "app.js", "/app.css": "app.css"}
CHUNK_BYTES = 65_536


class Page:
    """What is served, on a port of the loopback."""

    def __init__(self):
        """Nothing is served before `serve`."""
        self.ready = False
        self._exit_code = None
        self._changed = asyncio.Event()

    async def serve(self, host, port):
        """Begin to serve."""
        await serve(
            self._connected, host, port, process_request=self._asked, compression=None, max_size=1 << 20, max_queue=4
        )

    def end(self, exit_code):
        """Tell all who look that the program has ended."""
        self._exit_code = exit_code
        self._changed.set()

    def _asked(self, connection, request):
        path = request.path.partition("?")[0]
        if path in ("/screen", "/state"):
            return None
        if path == "/ready":
            status = http.HTTPStatus.OK if self.ready else http.HTTPStatus.SERVICE_UNAVAILABLE
            return connection.respond(status, "ready\n" if self.ready else "no window yet\n")
        if path not in FILES:
            return connection.respond(http.HTTPStatus.NOT_FOUND, "there is nothing here\n")
        name = FILES[path]
        with open(os.path.join(FOLDER, name), "rb") as file:
            body = file.read()
        kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
        headers = Headers({"Content-Type": f"{kind}; charset=utf-8", "Content-Length": str(len(body))})
        headers["Cache-Control"], headers["Connection"] = "no-store", "close"
        return Response(200, "OK", headers, body)

    async def _connected(self, socket):
        with contextlib.suppress(ConnectionClosed, OSError):
            if socket.request.path.startswith("/state"):
                await self._tell(socket)
            else:
                await _carry(socket)

    async def _tell(self, socket):
        await socket.send(json.dumps({"exit_code": self._exit_code}))
        if self._exit_code is None:
            await self._changed.wait()
            await socket.send(json.dumps({"exit_code": self._exit_code}))
        await socket.wait_closed()


async def _carry(socket):
    """Bytes both ways between a viewer and the display's VNC socket, until one side ends."""
    reader, writer = await asyncio.open_unix_connection(display.VNC_SOCKET)
    tasks = {asyncio.ensure_future(_out(reader, socket)), asyncio.ensure_future(_in(socket, writer))}
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        writer.close()


async def _out(reader, socket):
    while data := await reader.read(CHUNK_BYTES):
        await socket.send(data)


async def _in(socket, writer):
    async for data in socket:
        if isinstance(data, str):
            return
        writer.write(data)
        await writer.drain()
