"""Code blocks of an answer, found by a CommonMark parser."""

import re
from dataclasses import dataclass
from textwrap import dedent

from markdown_it import MarkdownIt
from markdown_it.token import Token

from services.extraction import paths
from services.extraction.python_source import parse

_IGNORED_RULES = ["inline", "text_join", "reference", "html_block", "lheading", "heading", "hr"]
_PYTHON = frozenset({"", "python", "py", "python3", "py3"})
_FENCE = re.compile(r"\s*(`{3,}|~{3,})")
_TRIPLE_QUOTE = re.compile(r"\"{3}|'{3}")
_CLOSER = re.compile(r"\s*(`{3,}|~{3,})\s*")
_MAX_REPAIRS = 8
_MAX_LINES_BEYOND = 2000


@dataclass(frozen=True, kw_only=True)
class Block:
    """A code block: `label` is the fence's language in lower case, `path` the file name as written (or empty)."""

    label: str
    path: str
    text: str


def blocks_of(text: str) -> tuple[Block, ...]:
    """The fenced blocks of `text` in order; line ends must be `\\n`.

    Where a fence really ends beyond the place CommonMark sees, reading starts again behind it, at most 8 times.
    """
    parser = MarkdownIt("commonmark").disable(_IGNORED_RULES, ignoreInvalid=True)
    lines = text.split("\n")
    found: list[Block] = []
    for repairs_left in range(_MAX_REPAIRS, -1, -1):
        blocks, resume = _read(parser, lines, repairs_left)
        found += blocks
        if not resume:
            break
        lines = lines[resume:]
    return tuple(found)


def _read(parser: MarkdownIt, lines: list[str], repairs_left: int) -> tuple[list[Block], int]:
    """Blocks up to the first one that had to be mended, and the line to go on from (0: none was)."""
    found: list[Block] = []
    tries = _MAX_REPAIRS
    for token in _tokens(parser, "\n".join(lines)):
        if token.type == "code_block":
            inner = dedent(token.content)
            if _FENCE.match(inner):
                nested = (item for item in _tokens(parser, inner) if item.type == "fence")
                found += [_block(item, inner.split("\n")) for item in nested]
            continue
        block = _block(token, lines)
        mended = None
        if repairs_left and tries and _was_cut(token, block, lines):
            tries -= 1
            mended = _beyond_inner_fence(token, lines)
        if mended:
            resume, code = mended
            return [*found, Block(label=block.label, path=block.path, text=code)], resume
        found.append(block)
    return found, 0


def _was_cut(token: Token, block: Block, lines: list[str]) -> bool:
    """Whether a Python fence may go on beyond the end that CommonMark sees.

    Two cuts are known: a fence inside a string, and code that is not indented as far as its list item.
    """
    if block.label not in _PYTHON:
        return False
    start, stop = token.map or (0, 0)
    if token.level > 0 and not (stop - 1 > start and _FENCE.match(lines[stop - 1])):
        return True
    return bool(_TRIPLE_QUOTE.search(block.text)) and parse(block.text) is None


def _tokens(parser: MarkdownIt, text: str) -> list[Token]:
    return [token for token in parser.parse(text) if token.type in ("fence", "code_block")]


def _block(token: Token, lines: list[str]) -> Block:
    label, path = paths.from_info(token.info)
    start = token.map[0] if token.map else 0
    before = next((line for line in reversed(lines[max(0, start - 2) : start]) if line.strip()), "")
    path = path or paths.from_first_line(token.content) or paths.from_line_before(before)
    return Block(label=label, path=path, text=token.content)


def _beyond_inner_fence(token: Token, lines: list[str]) -> tuple[int, str] | None:
    """For a fence inside a string: the first later closing fence at which the code parses, and that code."""
    start, stop = token.map or (0, 0)
    window = range(stop, min(len(lines), stop + _MAX_LINES_BEYOND))
    closers = (i for i in window if len(lines[i]) < 100 and _CLOSER.fullmatch(lines[i]))
    for _, closer in zip(range(_MAX_REPAIRS), closers, strict=False):
        code = dedent("\n".join(lines[start + 1 : closer])) + "\n"
        if parse(code) is not None:
            return closer + 1, code
    return None
