"""Files and programs that an answer shows without fences of Markdown."""

import html
import re
from collections.abc import Callable

from services.extraction import content, paths, python_source
from services.extraction.blocks import Block

_THINKING = re.compile(r"\s*<(think|thinking|thought|reasoning)>.*?</\1>", re.DOTALL)
_TAG = re.compile(
    r"^[ \t]*<(\w{0,30}(?:file|artifact|action|document))\b([^>\n]{1,400})>[ \t]*\n", re.IGNORECASE | re.MULTILINE
)
_NAME = re.compile(r"\b(?:file_?path|file_?name|path|name|title)\s*=\s*[\"']([^\"'\n]{1,200})[\"']", re.IGNORECASE)
_LISTING = re.compile(
    r"<pre[^>\n]{0,100}>\s{0,9}<code(?:[^>\n]{0,100}?\blang(?:uage)?-([\w+#-]{1,20}))?[^>\n]{0,100}>", re.IGNORECASE
)
_LISTING_END = re.compile(r"</code>\s{0,9}</pre>", re.IGNORECASE)
_PAGE = re.compile(r"<!doctype html\b", re.IGNORECASE)
_FENCE = re.compile(r"^[ \t]*(?:`{3,}|~{3,})", re.MULTILINE)
_TILDES = re.compile(r"~{3,}")
_WHOLE_NAME = re.compile(r"[\w./+-]{1,200}")
_MAX_TAGS = 50
_Replacement = Callable[[re.Match[str], str], str | None]


def fenced(text: str) -> str:
    """The answer without a leading part of thoughts, and with files in tags of their own turned into fenced blocks."""
    thoughts = _THINKING.match(text)
    text = text[thoughts.end() :] if thoughts else text
    if "</" not in text:
        return text
    text = _replaced(text, _TAG, lambda match: re.compile(rf"^[ \t]*</{match[1]}>[ \t]*$", re.MULTILINE), _as_fence)
    return text if _FENCE.search(text) else _replaced(text, _LISTING, lambda _: _LISTING_END, _listing)


def _replaced(
    text: str, begin: re.Pattern[str], end_of: Callable[[re.Match[str]], re.Pattern[str]], to: _Replacement
) -> str:
    """The text with the first 50 parts from a `begin` to its end replaced."""
    done, at = [], 0
    for _ in range(_MAX_TAGS):
        start = begin.search(text, at)
        end = end_of(start).search(text, start.end()) if start else None
        if start is None or end is None:
            break
        fence = to(start, text[start.end() : end.start()].removesuffix("\n"))
        done += [text[at : start.start()], text[start.start() : end.end()] if fence is None else fence]
        at = end.end()
    return "".join((*done, text[at:]))


def bare_program(text: str) -> tuple[Block, ...]:
    """The program of an answer without any fence: all of it, a page within it, or what begins with an import."""
    reading = content.read("", text)
    if reading.language and (reading.language != "python" or _does_something(text)):
        return (Block(label="", path=paths.from_first_line(text), text=text),)
    page, end = _PAGE.search(text), text.lower().rfind("</html>")
    if page is None or end < page.start():
        return ()
    return (Block(label="html", path="", text=text[page.start() : end + len("</html>")]),)


def _does_something(text: str) -> bool:
    tree = python_source.parse(text)
    return tree is None or python_source.does_something(tree)


def _as_fence(tag: re.Match[str], inner: str) -> str | None:
    name = _NAME.search(tag[2])
    path = paths.safe(name[1])[0] if name else ""
    if not _WHOLE_NAME.fullmatch(path) or not paths.extension(path):
        return None
    if _FENCE.match(inner.lstrip("\n")):
        # the fence says the language, the tag the name
        return f"**{path}**\n\n{inner.strip()}\n"
    fence = _fence_for(inner)
    return f'{fence} file="{path}"\n{inner}\n{fence}'


def _listing(tag: re.Match[str], inner: str) -> str:
    code = html.unescape(inner).strip("\n")
    fence = _fence_for(code)
    return f"\n{fence}{tag[1] or ''}\n{code}\n{fence}\n"


def _fence_for(code: str) -> str:
    return "~" * (max((len(run) for run in _TILDES.findall(code)), default=2) + 1)
