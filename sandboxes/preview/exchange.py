"""One request carried to an app, and its answer back."""

import asyncio
import contextlib

import h11

from sandboxes.preview import bodies, headers, policy
from sandboxes.preview.apps import AppFacts
from sandboxes.preview.client import Client
from sandboxes.preview.pages import LEAVING, NO_WORKER, SILENT, STARTING
from sandboxes.preview.settings import PreviewSettings, TextKind, unchanged
from sandboxes.preview.tunnel import check_request, tunnel
from sandboxes.preview.upstream import Upstream, connected, refuse
from sandboxes.preview.wire import Gone

RECORDER = "/.arena/recorder.js"
_PLAIN_STATUS = frozenset({200, 203, 400, 401, 403, 404, 405, 410, 422, 429, 500, 501, 502, 503, 504})


class Exchange:
    """`host` is the app's, as the browser wrote it; who holds `changing` may hold a text in memory to change it."""

    def __init__(
        self, client: Client, app: AppFacts, host: str, settings: PreviewSettings, changing: asyncio.Semaphore
    ) -> None:
        self._changing = changing
        self._client, self._app, self._host, self._settings = client, app, host, settings
        self._patience: asyncio.Timeout | None = None

    async def run(self) -> None:
        """Carry both.

        Raises:
            Refused: the app gave no answer that could be passed on, or the request asks for what is refused.
            Gone: the browser went away.
        """
        client = self._client
        if headers.value_of(client.headers, b"service-worker"):
            raise refuse(NO_WORKER)
        if client.upgrades:
            check_request(client, self._host)
        async with connected(self._app.socket, self._settings.limits) as app:
            try:
                await app.request(client.request, self._request_headers())
            except Gone:
                raise refuse(STARTING) from None
            listening = asyncio.ensure_future(self._listen(app))
            answering = asyncio.ensure_future(self._answer(app))
            try:
                done, _ = await asyncio.wait({listening, answering}, return_when=asyncio.FIRST_COMPLETED)
                await (answering if answering in done else listening)
                accepted = await answering
                listening.cancel()
                await asyncio.wait({listening})
                if accepted is not None:
                    await tunnel(client, app, accepted, self._settings.limits)
            finally:
                listening.cancel()
                answering.cancel()
                await asyncio.gather(listening, answering, return_exceptions=True)

    def _request_headers(self) -> headers.Headers:
        client = self._client
        made = headers.to_app(client.headers, host=self._host, scheme=self._settings.scheme, websocket=client.upgrades)
        if length := headers.value_of(client.headers, b"content-length"):
            made.append((b"content-length", length))
        elif headers.value_of(client.headers, b"transfer-encoding"):
            made.append((b"transfer-encoding", b"chunked"))
        return made

    async def _listen(self, app: Upstream) -> None:
        """Pass the request's body on, then notice when the browser goes away."""
        while (piece := await self._client.receive()) is not None:
            if self._patience:
                self._patience.reschedule(asyncio.get_running_loop().time() + self._settings.limits.answer_seconds)
            try:
                await app.data(piece)
            except (Gone, TimeoutError):
                # the app wants no more, and may have answered; what is left is not read
                await asyncio.get_running_loop().create_future()
        with contextlib.suppress(Gone):
            await app.end()
        if not self._client.upgrades:
            await self._client.wire.until_gone()
        await asyncio.get_running_loop().create_future()

    async def _answer(self, app: Upstream) -> h11.InformationalResponse | None:
        """Pass the answer on; what comes back accepts a WebSocket and is not passed on yet."""
        try:
            async with asyncio.timeout(self._settings.limits.answer_seconds) as self._patience:
                head = await app.head()
        except TimeoutError:
            raise refuse(SILENT) from None
        finally:
            self._patience = None
        if isinstance(head, h11.InformationalResponse):
            return head
        await self._deliver(head, app)
        return None

    async def _deliver(self, head: h11.Response, app: Upstream) -> None:
        client, listed = self._client, list(head.headers)
        content_type = headers.value_of(listed, b"content-type")
        kind = bodies.kind_of(content_type)
        made = headers.to_browser(listed, is_html=kind == "html")
        made += [(name.encode(), value.encode()) for name, value in policy.app_headers(self._host, self._settings)]
        made += self._location(head)
        if kind is not None and self._is_changed(head):
            first = b""
            if client.method != b"HEAD":
                async with self._changing:
                    held, whole = await bodies.gather(app.piece, self._settings.limits)
                    first = await bodies.apply(self._whole if whole else self._beginning, held, kind)
                made += [(b"content-length", str(len(first)).encode())] if whole else []
        else:
            length = headers.value_of(listed, b"content-length")
            made += [(b"content-length", length)] if length else []
            first = b""
        await client.start(head.status_code, made, head.reason)
        if first:
            await client.data(first)
        while (piece := await app.piece(self._settings.limits.idle_seconds)) is not None:
            await client.data(piece)
        await client.end()

    def _is_changed(self, head: h11.Response) -> bool:
        """Whether this answer's text goes through `rewrite`, or gets the recorder's script."""
        if self._settings.rewrite is unchanged and not self._app.session:
            return False
        coding = headers.value_of(head.headers, b"content-encoding").lower()
        return head.status_code in _PLAIN_STATUS and coding in {b"", b"identity"}

    def _whole(self, text: str, kind: TextKind) -> str:
        return self._beginning(self._settings.rewrite(text, kind), kind)

    def _beginning(self, text: str, kind: TextKind) -> str:
        return bodies.with_first_script(text, RECORDER) if kind == "html" and self._app.session else text

    def _location(self, head: h11.Response) -> headers.Headers:
        value = headers.value_of(head.headers, b"location")
        if not value:
            return []
        place = headers.location(value, host=self._host, scheme=self._settings.scheme)
        if place == b"" and 300 <= head.status_code < 400:
            if not self._settings.egress:
                raise refuse(LEAVING)
            return [(b"location", value)]
        return [(b"location", place)] if place else []
