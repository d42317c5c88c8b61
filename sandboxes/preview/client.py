"""A browser's side of one request: read strictly, answered once."""

import h11

from sandboxes.preview.headers import Headers, value_of, words
from sandboxes.preview.limits import PreviewLimits
from sandboxes.preview.pages import Page, Refused
from sandboxes.preview.wire import Wire

_METHODS = frozenset(b"GET HEAD POST PUT PATCH DELETE OPTIONS".split())


def bad(why: str, status: int = 400) -> Refused:
    """The request is not one that the preview takes."""
    return Refused(status, "This request cannot be served", why)


class Client:
    """One request and the answer to it."""

    request: h11.Request

    def __init__(self, wire: Wire, limits: PreviewLimits) -> None:
        self.wire, self._limits = wire, limits
        self._conn = h11.Connection(h11.SERVER, max_incomplete_event_size=limits.header_bytes)
        self._received = 0
        self.answered = False
        self.method = b""
        self._understood = False

    def begin(self, head: bytes) -> None:
        """Take the request's head, whole and as it came.

        Raises:
            Refused: it is not proper HTTP, or more of it than the limits allow.
        """
        _check_lines(head)
        try:
            self._conn.receive_data(head)
            event = self._conn.next_event()
        except h11.RemoteProtocolError as error:
            raise bad("It is not proper HTTP.", error.error_status_hint) from None
        if not isinstance(event, h11.Request):
            raise bad("It is not proper HTTP.")
        self.request, self.method = event, event.method
        self._check_request()
        self._understood = True

    @property
    def headers(self) -> Headers:
        """The request's headers, with names in lower case."""
        return list(self.request.headers)

    @property
    def host(self) -> bytes:
        """The Host header; h11 sees to it that there is one, and no more, in HTTP/1.1."""
        return value_of(self.headers, b"host")

    @property
    def upgrades(self) -> bool:
        """Whether it asks for a WebSocket; a wish for any other protocol is passed over."""
        return b"websocket" in words(self.headers, b"upgrade") and b"upgrade" in words(self.headers, b"connection")

    @property
    def reusable(self) -> bool:
        """Whether the connection may carry another request."""
        return self._conn.our_state is h11.DONE and self._conn.their_state is h11.DONE

    def _check_request(self) -> None:
        if len(self.headers) > self._limits.header_count:
            raise bad("It has too many headers.", 431)
        if self.request.method not in _METHODS:
            raise bad("Its method is not served here.", 405)
        if not self.request.target.startswith(b"/"):
            raise bad("Its target is not a path.")
        framed = value_of(self.headers, b"transfer-encoding")
        length = value_of(self.headers, b"content-length")
        if framed and (length or self.request.http_version != b"1.1"):
            raise bad("Where its body ends is said twice.")
        if length and int(length) > self._limits.request_bytes:
            raise self._too_large()

    def _too_large(self) -> Refused:
        return bad(f"A request body may have at most {self._limits.request_bytes // 1024} KiB here.", 413)

    async def receive(self) -> bytes | None:
        """The next piece of the request's body, None at its end.

        Raises:
            Refused: it is too large, or not proper HTTP.
            TimeoutError: nothing comes any more.
        """
        while True:
            try:
                event = self._conn.next_event()
                if event is h11.NEED_DATA:
                    if self._conn.they_are_waiting_for_100_continue:
                        await self._put(h11.InformationalResponse(status_code=100, headers=[]))
                    self._conn.receive_data(await self.wire.read(self._limits.idle_seconds))
                    continue
            except h11.RemoteProtocolError as error:
                raise bad("Its body is not proper HTTP.", error.error_status_hint) from None
            if not isinstance(event, h11.Data):
                # what belongs to the next request
                self.wire.put_back(bytes(self._conn.trailing_data[0]))
                return None
            self._received += len(event.data)
            if self._received > self._limits.request_bytes:
                raise self._too_large()
            return bytes(event.data)

    async def start(self, status: int, headers: Headers, reason: bytes = b"") -> None:
        """Begin the answer."""
        self.answered = True
        await self._put(h11.Response(status_code=status, headers=headers, reason=reason))

    async def data(self, piece: bytes) -> None:
        """Go on with the answer, as fast as the browser takes it."""
        await self._put(h11.Data(data=piece))

    async def end(self) -> None:
        """The answer is whole."""
        await self._put(h11.EndOfMessage())

    async def page(self, page: Page, headers: list[tuple[str, str]]) -> None:
        """Answer with a page of our own."""
        extra = [("Retry-After", str(page.retry_after))] if page.retry_after else []
        await self.whole(page.status, [*headers, *extra, ("Content-Type", "text/html; charset=utf-8")], page.body())

    async def whole(self, status: int, headers: list[tuple[str, str]], body: bytes) -> None:
        """Answer at once. A request that was not understood, or whose body nobody read, ends its connection."""
        listed = [(name.encode(), value.encode()) for name, value in headers]
        if not self._understood or (self._conn.their_state is not h11.DONE and not self._is_read()):
            listed.append((b"connection", b"close"))
        if status != 204:
            listed.append((b"content-length", str(len(body)).encode()))
        await self.start(status, listed)
        if self.method != b"HEAD" and body:
            await self.data(body)
        await self.end()

    def _is_read(self) -> bool:
        try:
            event = self._conn.next_event()
        except h11.RemoteProtocolError:
            return False
        if isinstance(event, h11.EndOfMessage):
            self.wire.put_back(bytes(self._conn.trailing_data[0]))
            return True
        return False

    async def switch(self, headers: Headers) -> None:
        """Answer that the connection now speaks the protocol asked for."""
        self.answered = True
        await self._put(h11.InformationalResponse(status_code=101, headers=headers, reason=b"Switching Protocols"))

    async def _put(self, event: h11.Event) -> None:
        data = self._conn.send(event)
        if data:
            await self.wire.send(data, self._limits.idle_seconds)


def _check_lines(head: bytes) -> None:
    """Refuse what some read as one thing and others as another."""
    lines = head.split(b"\r\n")
    if any(b"\r" in line or b"\n" in line or b"\0" in line or line.startswith((b" ", b"\t")) for line in lines):
        raise bad("Its lines are not proper HTTP.")
    names = [line.partition(b":")[0].lower() for line in lines[1:]]
    for name in (b"content-length", b"transfer-encoding", b"host"):
        if names.count(name) > 1:
            raise bad("It says one thing twice.")
