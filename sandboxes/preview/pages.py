"""The preview's own pages: what happened, and what to do."""

import html
from dataclasses import dataclass

_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title><style>
:root {{ color-scheme: light dark; }}
body {{ margin: 0; min-height: 100vh; display: grid; place-items: center; font: 1rem/1.5 system-ui, sans-serif;
  color: CanvasText; background: Canvas; }}
main {{ max-width: 32rem; padding: 2rem; }}
h1 {{ font-size: 1.25rem; margin: 0 0 .5rem; }} p {{ margin: 0; }}
</style></head><body><main><h1>{title}</h1><p>{text}</p></main></body></html>
"""


class Refused(Exception):
    """The preview answers by itself, with a page."""

    def __init__(self, status: int, title: str, text: str, *, retry_after: int = 0) -> None:
        super().__init__(title)
        self.page = Page(status=status, title=title, text=text, retry_after=retry_after)


@dataclass(frozen=True, kw_only=True)
class Page:
    """A page that says what happened. `retry_after` in seconds, 0 if trying again is no use."""

    status: int
    title: str
    text: str
    retry_after: int = 0

    def body(self) -> bytes:
        """The page as bytes of HTML."""
        return _PAGE.format(title=html.escape(self.title), text=html.escape(self.text)).encode()


FRONT = Page(
    status=200,
    title="Previews of running apps",
    text="Each app has an address of its own, which its battle shows. Open the battle and run it there.",
)
UNKNOWN = Page(
    status=404,
    title="No app runs here",
    text="Its address is wrong, or it ended some time ago. Open the battle and run it again.",
)
ENDED = Page(
    status=410,
    title="This app has ended.",
    text="Apps run for a limited time and stop when nobody uses them. Run it again from its battle.",
)
NOT_OURS = Page(status=404, title="Nothing is here", text="Addresses that begin with /.arena/ belong to the preview.")
STARTING = Page(
    status=503,
    title="This app does not answer",
    text="It may be about to start or to end. Try again in a moment; if that does not help, run it again.",
    retry_after=2,
)
BUSY = Page(
    status=503,
    title="This app has too many connections open",
    text="Close other tabs that show it, or wait a moment and try again.",
    retry_after=2,
)
FULL = Page(
    status=503,
    title="The preview is full",
    text="Too many people use it at this moment. Try again in a few seconds.",
    retry_after=5,
)
SILENT = Page(
    status=504,
    title="This app took too long to answer",
    text="It runs, but did not answer in time. Try again, or look at its console.",
)
BROKEN = Page(
    status=502,
    title="This app gave no proper answer",
    text="What it sent is not HTTP as a browser could read it. Its console may say why.",
)
TOO_LARGE = Page(
    status=502,
    title="This app's answer is too large",
    text="The preview carries answers up to a limit only. The app has to send less at once.",
)
LEAVING = Page(
    status=502,
    title="This app wants to send you to another site",
    text="Previews reach nothing but the app itself, so the preview did not follow. Go back to the battle.",
)
NO_WORKER = Page(
    status=403,
    title="Service workers are off in previews",
    text="They could go on without the preview. Everything else of the page works without one.",
)
