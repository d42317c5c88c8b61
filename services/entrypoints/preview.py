"""The preview service: each running app at an origin of its own."""

import asyncio
import signal
from urllib.parse import urlsplit

from sandboxes.preview.apps import FolderApps
from sandboxes.preview.proxy import Preview
from sandboxes.preview.server import run
from sandboxes.preview.settings import PreviewSettings
from services.entrypoints.local_copies import LocalCopies, folder_of
from services.settings import Settings

ANY = "*"


def origin_of(settings: Settings, token: str) -> str:
    """The origin of the app of this token, as browsers write it."""
    return settings.preview_origin.replace(ANY, token)


def preview_settings(settings: Settings) -> PreviewSettings:
    """What the preview goes by."""
    parts, copies = urlsplit(origin_of(settings, "t")), LocalCopies(folder_of(settings.sandbox_folder))
    return PreviewSettings(
        domain=str(parts.hostname).partition(".")[2],
        scheme="https" if parts.scheme == "https" else "http",
        arena_origins=settings.framing_origins,
        egress=settings.preview_egress,
        rewrite=copies.rewrite,
        cdn=copies.answer,
    )


def make_preview(settings: Settings) -> Preview:
    """A preview of all apps of the workers that share this sandbox folder; it does not listen yet."""
    return Preview(FolderApps(settings.sandbox_folder / "apps"), preview_settings(settings))


def run_preview(settings: Settings) -> None:
    """Serve until a signal ends it.

    Raises:
        OSError: it cannot listen there.
    """

    async def main() -> None:
        stop, loop = asyncio.Event(), asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, stop.set)
        await run(
            make_preview(settings), lambda found: found.serve_tcp(settings.preview_host, settings.preview_port), stop
        )

    asyncio.run(main())
