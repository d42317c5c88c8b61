"""Answers for the style sheets of Google Fonts, made of the families that are held."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

from sandboxes.preview.cdn_hosts import PREFIX

MAX_FAMILIES = 50
MAX_FACES = 60
_LATIN = (
    "U+0000-00FF,U+0131,U+0152-0153,U+02BB-02BC,U+02C6,U+02DA,U+02DC,U+0304,U+0308,U+0329,U+2000-206F,U+20AC,U+2122,"
    "U+2191,U+2193,U+2212,U+2215,U+FEFF,U+FFFD"
)
_WEIGHT = re.compile(r"(\d{1,4})(?:\.\.(\d{1,4}))?")
_OLD_STYLE = re.compile(r"(\d{3}|regular|bold)?(i|italic)?")
_ICON_CLASS = """.{name} {{
  font-family: '{family}';
  font-weight: normal;
  font-style: normal;
  font-size: 24px;
  line-height: 1;
  letter-spacing: normal;
  text-transform: none;
  display: inline-block;
  white-space: nowrap;
  word-wrap: normal;
  direction: ltr;
  -webkit-font-smoothing: antialiased;
}}
"""


@dataclass(frozen=True, kw_only=True)
class Face:
    """A face that is asked for: a weight, or a span of them."""

    italic: bool
    low: int
    high: int


@dataclass(frozen=True, kw_only=True)
class FontSheet:
    """The style sheet, and which families it lacks."""

    css: str
    unknown: tuple[str, ...]


REGULAR = Face(italic=False, low=400, high=400)


def font_sheet(query: str, held: Mapping[str, Any]) -> FontSheet:
    """The style sheet for the families that a query asks for (`css`, `css2` or `icon`)."""
    families = {name.lower(): name for name in held}
    parts: list[str] = []
    unknown: list[str] = []
    for name, faces in _asked(query):
        family = families.get(name.lower())
        if family is None:
            unknown.append(name)
            parts.append(f"/* no copy of the family {_in_comment(name)} is held */\n")
            continue
        parts += [_face(family, found, asked) for asked in faces for found in _nearest(held[family]["faces"], asked)]
        if held[family]["category"] == "icons":
            parts.append(_ICON_CLASS.format(name=family.lower().replace(" ", "-"), family=family))
    return FontSheet(css="".join(parts), unknown=tuple(unknown))


def _asked(query: str) -> Iterator[tuple[str, tuple[Face, ...]]]:
    try:
        fields = parse_qsl(query, max_num_fields=MAX_FAMILIES)
    except ValueError:
        return
    values = [part for key, value in fields if key == "family" for part in value.split("|")]
    for value in values[:MAX_FAMILIES]:
        name, _, rest = value.partition(":")
        faces = _new_faces(rest) if "@" in rest else _old_faces(rest)
        yield name.strip()[:100], tuple(dict.fromkeys(faces))[:MAX_FACES] or (REGULAR,)


def _new_faces(text: str) -> Iterator[Face]:
    """`ital,wght@0,400;1,700`, with any other axes between."""
    names, _, tuples = text.partition("@")
    axes = names.split(",")
    for values in tuples.split(";"):
        axis = dict(zip(axes, values.split(","), strict=False))
        match = _WEIGHT.fullmatch(axis.get("wght", "400"))
        if match:
            yield Face(italic=axis.get("ital") == "1", low=int(match[1]), high=int(match[2] or match[1]))


def _old_faces(text: str) -> Iterator[Face]:
    """`400,700i`."""
    for word in text.partition(":")[0].split(","):
        match = _OLD_STYLE.fullmatch(word.strip())
        if match and word.strip():
            weight = {"regular": 400, "bold": 700}.get(match[1] or "", 0) or int(match[1] or 400)
            yield Face(italic=bool(match[2]), low=weight, high=weight)


def _nearest(faces: list[dict[str, Any]], asked: Face) -> list[dict[str, Any]]:
    """The held faces for one that is asked for; a browser slants a family without italics by itself."""
    style = "italic" if asked.italic else "normal"
    found = [face for face in faces if face["style"] == style]
    if not found:
        return [] if asked.italic else faces[:1]
    within = [face for face in found if asked.low <= face["weights"][0] <= asked.high]
    if asked.low < asked.high and len(within) > 1:
        return within
    return [min(found, key=lambda face: _distance(face["weights"], asked.low))]


def _distance(weights: list[int], asked: int) -> int:
    low, high = weights
    return max(low - asked, asked - high, 0)


def _face(family: str, found: Mapping[str, Any], asked: Face) -> str:
    low, high = found["weights"]
    if asked.low == asked.high:
        weight = str(asked.low)
    else:
        weight = f"{max(low, asked.low)} {min(high, asked.high)}" if low < high else str(low)
    return (
        f"@font-face {{\n  font-family: '{family}';\n  font-style: {found['style']};\n  font-weight: {weight};\n"
        f"  font-display: swap;\n  src: url({PREFIX}fonts.gstatic.com/s/{found['file']}) format('woff2');\n"
        + ("" if found.get("icons") else f"  unicode-range: {_LATIN};\n")
        + "}\n"
    )


def _in_comment(text: str) -> str:
    return re.sub(r"[^\w .:-]", " ", text)
