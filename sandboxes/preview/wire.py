"""One side of a connection: bytes in and out, every wait with a limit."""

import asyncio
import contextlib

_PIECE = 64 * 1024
_AHEAD = 64 * 1024


class Gone(Exception):
    """The other side has closed the connection."""


class TooLong(Exception):
    """The head of a message is longer than it may be."""


class Wire:
    """Reads and writes; what was read too far is put back."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer
        self._held = bytearray()

    async def head(self, *, limit: int, wait_seconds: float, seconds: float) -> bytes:
        """The bytes of a message's head, the empty line included; empty if none comes within `wait_seconds`.

        Raises:
            TooLong: it is longer than `limit` bytes.
            Gone: the connection closed in the middle.
            TimeoutError: it was not whole `seconds` after its first byte.
        """
        if not self._held:
            try:
                self._held += await self.read(wait_seconds)
            except TimeoutError:
                return b""
            if not self._held:
                return b""
        async with asyncio.timeout(seconds):
            while (end := self._held.find(b"\r\n\r\n")) < 0:
                if len(self._held) > limit:
                    raise TooLong
                data = await self._reader.read(_PIECE)
                if not data:
                    raise Gone
                self._held += data
        if end + 4 > limit:
            raise TooLong
        head = bytes(self._held[: end + 4])
        del self._held[: end + 4]
        return head

    async def read(self, seconds: float | None) -> bytes:
        """What has come, at most 64 KiB; empty when the other side will send no more."""
        if self._held:
            data = bytes(self._held)
            self._held.clear()
            return data
        async with asyncio.timeout(seconds):
            return await self._reader.read(_PIECE)

    def put_back(self, data: bytes) -> None:
        """What the next read gets first."""
        self._held[:0] = data

    async def until_gone(self) -> None:
        """Wait until the other side closes, keeping what it sends meanwhile.

        Raises:
            Gone: it has.
        """
        while len(self._held) < _AHEAD:
            data = await self._reader.read(_PIECE)
            if not data:
                raise Gone
            self._held += data
        await asyncio.get_running_loop().create_future()

    async def send(self, data: bytes, seconds: float) -> None:
        """Send, waiting for room.

        Raises:
            Gone: the other side has closed.
            TimeoutError: it takes nothing.
        """
        try:
            self._writer.write(data)
            async with asyncio.timeout(seconds):
                await self._writer.drain()
        except TimeoutError:
            raise
        except OSError as error:
            raise Gone from error

    def end(self) -> None:
        """Nothing more will be sent."""
        with contextlib.suppress(OSError, RuntimeError):
            if self._writer.can_write_eof():
                self._writer.write_eof()

    async def linger(self, seconds: float = 1.0, most: int = 4 * 1024 * 1024) -> None:
        """Say that nothing more comes, and swallow what is still being sent, so that the last answer is not lost."""
        self.end()
        with contextlib.suppress(OSError, TimeoutError):
            async with asyncio.timeout(seconds):
                while most > 0 and (data := await self._reader.read(_PIECE)):
                    most -= len(data)

    def abort(self) -> None:
        """Close at once; the other side sees that something is missing."""
        self._writer.transport.abort()

    async def close(self, seconds: float = 1.0) -> None:
        """Close when what was written is sent, or after `seconds`."""
        self._writer.close()
        try:
            async with asyncio.timeout(seconds):
                await self._writer.wait_closed()
        except (OSError, TimeoutError):
            self.abort()
