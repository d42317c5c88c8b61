"""The local copies of what pages ask content networks for, kept beside the sockets of apps."""

import threading
import time
from pathlib import Path

import structlog

from sandboxes import recipes
from sandboxes.errors import SandboxError
from sandboxes.export import export
from sandboxes.preview.cdn import CdnFiles
from sandboxes.preview.settings import CdnAnswer, TextKind
from sandboxes.registry import Registry

ENVIRONMENT, INSIDE = "cdn", "/opt/cdn"
LOOK_SECONDS = 5.0
log = structlog.get_logger()


class LocalCopies:
    """Those in a folder, once a worker has put them there; until then pages are served as they are."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        self._held: CdnFiles | None = None
        self._looked = -LOOK_SECONDS

    def rewrite(self, text: str, kind: TextKind) -> str:
        """The text, with the addresses of content networks made those of local copies."""
        held = self._found()
        return held.rewrite(text, kind) if held else text

    def answer(self, host: str, path: str, query: str) -> CdnAnswer | None:
        """The local copy of a file, or what is said in its place."""
        held = self._found()
        return held.resolve(host, path, query) if held else None

    def _found(self) -> CdnFiles | None:
        with self._lock:
            if self._held is None and time.monotonic() - self._looked >= LOOK_SECONDS:
                self._looked = time.monotonic()
                try:
                    self._held = CdnFiles.newest_in(self._folder)
                except SandboxError as error:
                    log.warning("local_copies_unreadable", error=error.message)
            return self._held


def folder_of(sandbox_folder: Path) -> Path:
    """Where they are."""
    return sandbox_folder / ENVIRONMENT


def put_there(registry: Registry, sandbox_folder: Path) -> bool:
    """Copy them out of their image, if it is built and they are not there; whether they are there now."""
    try:
        client = recipes.connect()
        try:
            export(client, registry.get(ENVIRONMENT), INSIDE, folder_of(sandbox_folder))
        finally:
            client.close()
    except SandboxError as error:
        log.info("no_local_copies", error=error.message, hint="arena images build cdn")
        return False
    return True
