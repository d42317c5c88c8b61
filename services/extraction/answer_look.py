"""How an answer looks on the page: its prose, its fenced blocks and its Markdown."""

import re
from dataclasses import dataclass

from services.extraction import paths
from services.extraction.code_text import Code, code_of

_FENCE = re.compile(r"[ \t>]{0,40}(?:[-*+][ \t]{1,4}|\d{1,9}[.)][ \t]{1,4})?(`{3,}|~{3,})([^`\n]{0,400})$")
_HEADER = re.compile(r"^[ \t]{0,3}#{1,6}[ \t]+\S", re.MULTILINE)
_BOLD = re.compile(r"\*\*(?=\S)[^*\n]{1,400}\*\*|__(?=\S)[^_\n]{1,400}__")
_ITEM = re.compile(r"^[ \t>]{0,40}(?:[-*+]|\d{1,9}[.)])[ \t]+\S", re.MULTILINE)


@dataclass(frozen=True, kw_only=True)
class Look:
    """`prose` is what stands outside of fences, `blocks` the fenced ones."""

    prose: str
    blocks: tuple[Code, ...]


@dataclass(frozen=True, kw_only=True)
class Markdown:
    """How often prose is set off."""

    headers: int
    bold: int
    list_items: int


def markdown_of(prose: str) -> Markdown:
    """The counts of `prose`."""
    return Markdown(
        headers=len(_HEADER.findall(prose)),
        bold=len(_BOLD.findall(prose)),
        list_items=len(_ITEM.findall(prose)),
    )


def look_of(text: str) -> Look:
    """The look of `text`, line by line; a fence without an end goes on to the end of the text."""
    prose: list[str] = []
    blocks: list[Code] = []
    fence, info, inside = "", "", list[str]()
    for line in text.split("\n"):
        found = _FENCE.match(line) if "```" in line or "~~~" in line else None
        if fence:
            if found and found[1].startswith(fence) and not found[2].strip():
                blocks.append(_block(info, inside))
                fence, inside = "", []
            else:
                inside.append(line)
        elif found:
            fence, info = found[1], found[2]
        else:
            prose.append(line)
    if fence:
        blocks.append(_block(info, inside))
    return Look(prose="\n".join(prose), blocks=tuple(blocks))


def _block(info: str, lines: list[str]) -> Code:
    label, path = paths.from_info(info)
    return code_of("\n".join(lines), language=label, path=path)
