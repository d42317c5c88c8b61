"""Cuts a page into its tags, in time that grows with its length alone, whatever the page is."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

_TAG = re.compile(r"<([a-zA-Z][^\s/>]*)")
_GAP = re.compile(r"[\s/]*")
_NAME = re.compile(r"=?[^\s=>/]*")
_EQUALS = re.compile(r"\s*=\s*")
_BARE = re.compile(r"[^\s>]*")
# elements whose text is no markup
_RAW = frozenset({"script", "style", "textarea", "title", "xmp", "noframes", "plaintext"})


@dataclass(frozen=True, kw_only=True)
class Attribute:
    """One attribute: where it stands with the gap before it, and where its value does, without quotes."""

    name: str
    start: int
    end: int
    value_start: int
    value_end: int


@dataclass(frozen=True, kw_only=True)
class Tag:
    """A start tag; `end` is behind its `>`. `text_end` is where its text ends, for elements whose text is no markup."""

    name: str
    start: int
    end: int
    attributes: tuple[Attribute, ...]
    text_end: int

    def value(self, name: str, text: str) -> str:
        """The value of an attribute, "" where there is none."""
        found = next((attribute for attribute in self.attributes if attribute.name == name), None)
        return text[found.value_start : found.value_end] if found else ""


def tags(text: str) -> Iterator[Tag]:
    """Every start tag of a page, in order; what is unfinished at the end is none."""
    place = 0
    while (place := text.find("<", place)) >= 0:
        if text.startswith("<!--", place):
            end = text.find("-->", place + 2)
            if end < 0:
                return
            place = end + 3
            continue
        match = _TAG.match(text, place)
        if match is None:
            place += 1
            continue
        tag = _tag(text, match)
        if tag is None:
            return
        yield tag
        place = tag.text_end


def _tag(text: str, match: re.Match[str]) -> Tag | None:
    attributes: list[Attribute] = []
    place, name = match.end(), match[1].lower()
    while True:
        start = place
        place = _end(_GAP, text, place)
        if place >= len(text):
            return None
        if text[place] == ">":
            break
        found = _attribute(text, start, place)
        if found is None:
            return None
        attributes.append(found)
        place = found.end
    end = place + 1
    text_end = _raw_end(text, name, end) if name in _RAW else end
    return Tag(name=name, start=match.start(), end=end, attributes=tuple(attributes), text_end=text_end)


def _attribute(text: str, start: int, place: int) -> Attribute | None:
    name_end = _end(_NAME, text, place)
    name = text[place:name_end].lower()
    equals = _EQUALS.match(text, name_end)
    if equals is None:
        return Attribute(name=name, start=start, end=name_end, value_start=name_end, value_end=name_end)
    value = equals.end()
    quote = text[value : value + 1]
    if quote in {'"', "'"}:
        close = text.find(quote, value + 1)
        if close < 0:
            return None
        return Attribute(name=name, start=start, end=close + 1, value_start=value + 1, value_end=close)
    end = _end(_BARE, text, value)
    return Attribute(name=name, start=start, end=end, value_start=value, value_end=end)


def _raw_end(text: str, name: str, place: int) -> int:
    match = re.compile(rf"</{name}(?=[\s/>])", re.IGNORECASE).search(text, place)
    return match.start() if match else len(text)


def _end(pattern: re.Pattern[str], text: str, place: int) -> int:
    match = pattern.match(text, place)
    return match.end() if match else place
