"""What the preview itself answers on an app's origin: everything under /.arena/."""

import asyncio

from sandboxes.preview import policy, recorder
from sandboxes.preview.apps import AppFacts
from sandboxes.preview.client import Client, bad
from sandboxes.preview.exchange import RECORDER
from sandboxes.preview.headers import value_of
from sandboxes.preview.pages import NOT_OURS
from sandboxes.preview.recorder import Recorder
from sandboxes.preview.settings import CdnAnswer, PreviewSettings
from sandboxes.preview.upstream import refuse

PREFIX = b"/.arena/"
_CDN = b"/.arena/cdn/"
_EVENTS = b"/.arena/events"
# an address of a local copy names what it answers
LASTING = "public, max-age=31536000, immutable"
_READING = (b"GET", b"HEAD")


class Own:
    """Local copies of public files, and the recorder where it is switched on."""

    def __init__(self, settings: PreviewSettings, events: Recorder) -> None:
        self._settings, self._events = settings, events

    async def answer(self, client: Client, app: AppFacts, host: str) -> None:
        """Answer a request for such a path.

        Raises:
            Refused: nothing is there.
        """
        path, _, query = client.request.target.partition(b"?")
        if path.startswith(_CDN) and client.method in _READING:
            await self._cdn(client, host, path.removeprefix(_CDN).decode("ascii", "replace"), query)
        elif path == RECORDER.encode() and app.session and client.method in _READING:
            script = CdnAnswer(body=recorder.script(), media_type="text/javascript; charset=utf-8")
            await self._file(client, host, script, "no-store")
        elif path == _EVENTS and app.session and client.method == b"POST":
            await self._record(client, app)
        else:
            raise refuse(NOT_OURS)

    async def _cdn(self, client: Client, host: str, path: str, query: bytes) -> None:
        name, _, rest = path.partition("/")
        found = await asyncio.to_thread(self._settings.cdn, name, "/" + rest, query.decode("ascii", "replace"))
        if found is None:
            raise refuse(NOT_OURS)
        await self._file(client, host, found, "no-store" if found.message else LASTING)

    async def _file(self, client: Client, host: str, file: CdnAnswer, cached: str) -> None:
        """Send it, also to a frame of the page that has an origin of its own."""
        headers = [
            *policy.app_headers(host, self._settings),
            ("Content-Type", file.media_type),
            ("X-Content-Type-Options", "nosniff"),
            ("Cache-Control", cached),
            ("Access-Control-Allow-Origin", "*"),
        ]
        await client.whole(file.status, headers, file.body)

    async def _record(self, client: Client, app: AppFacts) -> None:
        if value_of(client.headers, b"sec-fetch-site") not in {b"", b"same-origin"}:
            raise bad("Only the app's own pages tell how they are used.", 403)
        body = bytearray()
        while (piece := await client.receive()) is not None:
            body += piece
            if len(body) > self._settings.limits.batch_bytes:
                raise bad("A batch of events may not be that large.", 413)
        await client.whole(self._events.take(app, bytes(body)), policy.own_headers(self._settings), b"")
