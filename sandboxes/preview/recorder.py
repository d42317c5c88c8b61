"""Keeps how an app is used, where the person using it agreed."""

import json
import os
import stat
from collections.abc import Callable
from pathlib import Path

from pydantic import ValidationError

from sandboxes.preview.apps import AppFacts
from sandboxes.preview.events import Batch
from sandboxes.preview.limits import PreviewLimits

FILE = "interactions.jsonl"
_MAX_APPS = 4096


def script() -> bytes:
    """The script that watches a page."""
    return Path(__file__).with_name("recorder.js").read_bytes()


class Recorder:
    """Appends to `interactions.jsonl` in an app's folder: one line for each event, with the server's time of its batch.

    The page's own scripts can send events, too; that what they send has the right form and is not too much is all that
    is sure.
    """

    def __init__(self, limits: PreviewLimits, clock: Callable[[], float]) -> None:
        self._limits, self._clock = limits, clock
        self._counts: dict[str, int] = {}

    def take(self, app: AppFacts, body: bytes) -> int:
        """Keep a batch; the HTTP status that says whether: 204 kept, 400 no batch, 404 not recorded, 429 enough."""
        if not app.session or app.folder is None:
            return 404
        try:
            batch = Batch.model_validate_json(body)
        except ValidationError:
            return 400
        at = round(self._clock(), 3)
        common = {"at": at, "session": app.session, "page": batch.page}
        lines = [json.dumps({**common, **event.model_dump()}, ensure_ascii=True) for event in batch.events]
        try:
            return self._append(app.token, app.folder / FILE, lines)
        except OSError:
            # the app is ending, and its folder gone
            return 404

    def _append(self, token: str, path: Path, lines: list[str]) -> int:
        flags = os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
        file = os.open(path, flags, 0o600)
        with os.fdopen(file, "r+b") as out:
            found = os.fstat(file)
            if not stat.S_ISREG(found.st_mode):
                raise OSError("not a regular file")
            count = self._counts.get(token)
            if count is None:
                count = out.read(self._limits.event_bytes_per_app).count(b"\n")
            data = "".join(line + "\n" for line in lines).encode()
            if count + len(lines) > self._limits.events_per_app:
                return 429
            if found.st_size + len(data) > self._limits.event_bytes_per_app:
                return 429
            out.write(data)
        self._remember(token, count + len(lines))
        return 204

    def _remember(self, token: str, count: int) -> None:
        self._counts.pop(token, None)
        self._counts[token] = count
        while len(self._counts) > _MAX_APPS:
            del self._counts[next(iter(self._counts))]
