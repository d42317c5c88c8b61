"""Makes the addresses of content networks in a page, style sheet or script those of the local copies."""

import json
import re
from collections.abc import Callable

from sandboxes.preview import urls
from sandboxes.preview.cdn_hosts import HOSTS, PREFIX
from sandboxes.preview.markup import Attribute, Tag, tags
from sandboxes.preview.settings import TextKind

# What the console shall say of `host/path?query`; "" where its copy is held or says so itself.
Missing = Callable[[str], str]

# where these lead to is for a person to see, not for the page to load
_LINKS = frozenset({"a", "area", "base", "form"})
_ADDRESSES = frozenset({"src", "href", "poster", "data", "xlink:href", "data-src", "data-href"})
_CHECKS = frozenset({"integrity", "crossorigin"})
_HINTS = frozenset({"preconnect", "dns-prefetch"})
_POLICY_SOURCE = re.compile(
    r"(?<![^\s;])(?:https?://)?(?:"
    + "|".join(re.escape(host) for host in sorted(HOSTS, key=lambda host: (-len(host), host)))
    + r")(?:/[^\s;]*)?(?![^\s;])",
    re.IGNORECASE,
)


def rewrite(text: str, kind: TextKind, *, missing: Missing = lambda _: "") -> str:
    """The text with each address of a known content network leading to its local copy; doing it again changes nothing.

    Addresses of other hosts, links for people and the text of a page stay as they are. Checksums of what is rewritten
    go, since a copy need not be the same file. After what asks for a style sheet or a picture that is not held, a page
    gets a script that says so on its console.
    """
    if kind == "html":
        return _Page(text, missing).rewritten()
    return urls.style(text) if kind == "css" else urls.script(text)


_INNER = {"srcdoc": urls.escaped_page, "style": urls.style}


class _Page:
    """One page, while it is rewritten."""

    def __init__(self, text: str, missing: Missing) -> None:
        self._text, self._missing = text, missing
        self._parts: list[str] = []
        self._done = 0

    def rewritten(self) -> str:
        for tag in tags(self._text):
            self._tag(tag)
        self._parts.append(self._text[self._done :])
        return "".join(self._parts)

    def _tag(self, tag: Tag) -> None:
        seen: list[str] = []
        changes = [(found, self._value(tag, found, seen)) for found in tag.attributes]
        if tag.name == "link" and self._is_hint(tag):
            self._replace(tag.start, tag.end, "")
            return
        for attribute, value in changes:
            if attribute.name in _CHECKS and seen:
                self._replace(attribute.start, attribute.end, "")
            elif value is not None:
                self._replace(attribute.value_start, attribute.value_end, value)
        if tag.text_end > tag.end:
            self._raw(tag, seen)
        elif seen and tag.name == "link":
            self._say(tag.end, seen)

    def _raw(self, tag: Tag, seen: list[str]) -> None:
        """The text of a script or style element."""
        text = self._text[tag.end : tag.text_end]
        if tag.name == "style":
            sheets: list[str] = []
            self._replace(tag.end, tag.text_end, urls.style(text, sheets.append))
            end = self._text.find(">", tag.text_end)
            if end >= 0:
                self._say(end + 1, sheets)
        elif tag.name == "script" and not seen:
            kind = tag.value("type", self._text).strip().lower()
            rewritten = urls.script(text)
            self._replace(tag.end, tag.text_end, _without_checks(rewritten) if kind == "importmap" else rewritten)

    def _value(self, tag: Tag, attribute: Attribute, seen: list[str]) -> str | None:
        """The attribute's new value, None where it keeps its own; notes what it asks for."""
        value = self._text[attribute.value_start : attribute.value_end]
        if tag.name == "meta" and attribute.name == "content":
            return self._policy(tag, attribute, value)
        if attribute.name in _ADDRESSES:
            return None if tag.name in _LINKS else urls.whole(value, seen.append)
        if attribute.name in {"srcset", "imagesrcset"}:
            return urls.candidates(value, seen.append)
        inner = urls.script if attribute.name.startswith("on") else _INNER.get(attribute.name)
        return inner(value) if inner else None

    def _policy(self, tag: Tag, attribute: Attribute, value: str) -> str | None:
        """A page's own policy allows its own origin where it allowed a content network."""
        if tag.value("http-equiv", self._text).strip().lower() != "content-security-policy":
            return None
        quoted = self._text[attribute.value_start - 1] == "'"
        return _POLICY_SOURCE.sub("&#39;self&#39;" if quoted else "'self'", value)

    def _is_hint(self, tag: Tag) -> bool:
        rel = set(tag.value("rel", self._text).lower().split())
        return bool(rel) and rel <= _HINTS and urls.whole(href := tag.value("href", self._text)) != href

    def _replace(self, start: int, end: int, text: str) -> None:
        self._parts += [self._text[self._done : start], text]
        self._done = end

    def _say(self, place: int, seen: list[str]) -> None:
        """Put what the console shall say of these addresses at this place."""
        messages = [message for address in seen if (message := self._missing(address))]
        if messages:
            lines = "".join(f"console.error({_literal(message)});" for message in messages)
            self._replace(place, place, f"<script>{lines}document.currentScript.remove()</script>")


def _literal(text: str) -> str:
    return json.dumps(text).replace("<", "\\u003c")


def _without_checks(text: str) -> str:
    """An import map without its checksums."""
    if PREFIX not in text or '"integrity"' not in text:
        return text
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return text
    if not isinstance(found, dict) or found.pop("integrity", None) is None:
        return text
    return _literal_map(found)


def _literal_map(found: object) -> str:
    return json.dumps(found, indent=2).replace("<", "\\u003c")
