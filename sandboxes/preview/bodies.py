"""Texts that are changed on the way: pages, style sheets and scripts."""

import asyncio
import re
from collections.abc import Awaitable, Callable

from sandboxes.preview.limits import PreviewLimits
from sandboxes.preview.settings import TextKind

_KINDS: dict[bytes, TextKind] = {
    b"text/html": "html",
    b"application/xhtml+xml": "html",
    b"text/css": "css",
    b"text/javascript": "js",
    b"application/javascript": "js",
    b"application/x-javascript": "js",
    b"application/ecmascript": "js",
    b"text/ecmascript": "js",
}
_WIDE = re.compile(rb"charset\s*=\s*[\"']?utf-?(16|32)", re.IGNORECASE)
# what may stand before the first script of a page
_BEFORE = re.compile(
    r"\ufeff?(?:\s+|<!--(?:(?!-->).){0,20000}-->)*(?:<!doctype[^>]{0,500}>)?(?:\s+|<!--(?:(?!-->).){0,20000}-->)*"
    r"(?:<html(?:\s[^>]{0,5000})?>)?(?:\s+|<!--(?:(?!-->).){0,20000}-->)*(?:<head(?:\s[^>]{0,5000})?>)?",
    re.IGNORECASE | re.DOTALL,
)
_OFF_LOOP_BYTES = 64 * 1024
Change = Callable[[str, TextKind], str]
Read = Callable[[float], Awaitable[bytes | None]]


def kind_of(content_type: bytes) -> TextKind | None:
    """What kind of text this is, if it is one that is changed."""
    if _WIDE.search(content_type):
        return None
    return _KINDS.get(content_type.partition(b";")[0].strip().lower())


def with_first_script(page: str, source: str) -> str:
    """The page with a script before all others; what decides the mode it is shown in stays first."""
    match = _BEFORE.match(page)
    at = match.end() if match else 0
    return f'{page[:at]}<script src="{source}"></script>{page[at:]}'


async def gather(read: Read, limits: PreviewLimits) -> tuple[bytes, bool]:
    """A body as far as it is short and comes soon, and whether that is all of it.

    Raises:
        TimeoutError: nothing of it came while a body may stand still.
    """
    loop = asyncio.get_running_loop()
    held, until = bytearray(), loop.time() + limits.rewrite_seconds
    while len(held) <= limits.rewrite_bytes:
        try:
            piece = await read(max(0.0, until - loop.time()) if held else limits.idle_seconds)
        except TimeoutError:
            if not held:
                raise
            return bytes(held), False
        if piece is None:
            return bytes(held), True
        held += piece
    return bytes(held), False


async def apply(change: Change, body: bytes, kind: TextKind) -> bytes:
    """The body, changed."""
    # what is no UTF-8 comes out as it went in
    text = body.decode("utf-8", "surrogateescape")
    if len(body) > _OFF_LOOP_BYTES:
        text = await asyncio.to_thread(change, text, kind)
    else:
        text = change(text, kind)
    return text.encode("utf-8", "surrogateescape")
