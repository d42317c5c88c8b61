"""Leads connections on a socket file to the port on which the program listens; the program's only way to be asked.

A process of its own, of a uid that is neither root's nor the program's, with no capability: it reads nothing of what
it passes on, and what it holds back is bounded by its buffers and by how many connections it takes.
"""

import asyncio
import os
import socket
from collections.abc import Coroutine
from contextlib import suppress
from pathlib import Path
from typing import Any

from sandboxes.agent import privilege

FOLDER = "/run/arena"
SOCKET = FOLDER + "/app.sock"
# neither root's nor that of any program
UID = 65532
MAX_CONNECTIONS, BACKLOG, CHUNK = 128, 128, 64 * 1024
CONNECT_SECONDS = 5.0
LISTENING = "0A"
PIECE_SECONDS = 900.0

Address = tuple[str, int]


def start(port: int) -> int:
    """Fork the process that listens for the program of this port; its pid.

    Raises:
        OSError: the folder is not there, or the kernel refused.
    """
    with suppress(FileNotFoundError):
        os.unlink(SOCKET)  # noqa: PTH108
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        listener.bind(SOCKET)
        # the folder decides who comes this far
        os.chmod(SOCKET, 0o666)  # noqa: PTH101, S103
        listener.listen(BACKLOG)
        pid = os.fork()
        if pid == 0:
            _be(listener, port)
    finally:
        listener.close()
    return pid


def _be(listener: socket.socket, port: int) -> None:
    try:
        nothing = os.open("/dev/null", os.O_RDWR)
        for fd in (0, 1, 2):
            os.dup2(nothing, fd)
        asyncio.run(_serve(listener, port))
    finally:
        os._exit(1)


async def _serve(listener: socket.socket, port: int) -> None:
    room = asyncio.Semaphore(MAX_CONNECTIONS)

    async def take(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if room.locked():
            writer.transport.abort()
            return
        async with room:
            await _lead(reader, writer, port)

    server = await asyncio.start_unix_server(take, sock=listener, limit=CHUNK)
    # not before: the server looks once at its socket's place, where only root may go
    privilege.become(UID)
    privilege.drop_capabilities()
    await server.serve_forever()


async def _lead(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, port: int) -> None:
    try:
        inside = await _connect(port)
        if inside is not None:
            there, answer = inside
            try:
                await _both(_carry(reader, answer), _carry(there, writer))
            finally:
                answer.transport.abort()
    finally:
        writer.transport.abort()


async def _both(one: Coroutine[Any, Any, bool], other: Coroutine[Any, Any, bool]) -> None:
    """Until both directions have ended, or one has broken."""
    tasks = {asyncio.create_task(one), asyncio.create_task(other)}
    try:
        while tasks:
            done, tasks = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            if not all(task.result() for task in done):
                return
    finally:
        for task in tasks:
            task.cancel()


async def _carry(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> bool:
    """Pass bytes on, no faster than they are taken; False if the connection broke."""
    try:
        while data := await asyncio.wait_for(source.read(CHUNK), PIECE_SECONDS):
            target.write(data)
            await asyncio.wait_for(target.drain(), PIECE_SECONDS)
        if target.can_write_eof():
            target.write_eof()
        else:
            return False
        await target.drain()
    except (OSError, TimeoutError):
        return False
    return True


async def _connect(port: int) -> tuple[asyncio.StreamReader, asyncio.StreamWriter] | None:
    """To the wanted port, else to the lowest that somebody listens on."""
    for host, number in (("127.0.0.1", port), *_listening(port)):
        with suppress(OSError, TimeoutError):
            return await asyncio.wait_for(asyncio.open_connection(host, number, limit=CHUNK), CONNECT_SECONDS)
    return None


def _listening(wanted: int, tables: Path = Path("/proc/net")) -> list[Address]:
    """Where somebody listens, the wanted port first."""
    found: set[Address] = set()
    for table, host in (("tcp", "127.0.0.1"), ("tcp6", "::1")):
        with suppress(OSError):
            rows = (line.split() for line in (tables / table).read_text().splitlines()[1:])
            found |= {(host, int(row[1].rpartition(":")[2], 16)) for row in rows if row[3] == LISTENING}
    return sorted(found, key=lambda address: (address[1] != wanted, address[1], address[0]))
