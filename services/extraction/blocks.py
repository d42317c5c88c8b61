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
_MAX_REPAIRS = 8


@dataclass(frozen=True, kw_only=True)
class Block:
    """A code block: `label` is the fence's language in lower case, `path` the file name as written (or empty)."""

    label: str
    path: str
    text: str


def blocks_of(text: str) -> tuple[Block, ...]:
    """The fenced blocks of `text` in order; line ends must be `\\n`."""
    parser = MarkdownIt("commonmark").disable(_IGNORED_RULES, ignoreInvalid=True)
    lines = text.split("\n")
    found: list[Block] = []
    consumed = repairs = 0
    for token in _tokens(parser, text):
        start, stop = token.map or (0, 0)
        if start < consumed:
            continue
        if token.type == "code_block":
            inner = dedent(token.content)
            if _FENCE.match(inner):
                found += [
                    _block(nested, inner.split("\n")) for nested in _tokens(parser, inner) if nested.type == "fence"
                ]
            continue
        block = _block(token, lines)
        if repairs < _MAX_REPAIRS and block.label in _PYTHON and _TRIPLE_QUOTE.search(block.text):
            repairs += 1
            longer = _beyond_inner_fence(token, lines, stop)
            if longer and parse(block.text) is None:
                consumed, code = longer
                block = Block(label=block.label, path=block.path, text=code)
        found.append(block)
    return tuple(found)


def _tokens(parser: MarkdownIt, text: str) -> list[Token]:
    return [token for token in parser.parse(text) if token.type in ("fence", "code_block")]


def _block(token: Token, lines: list[str]) -> Block:
    label, path = paths.from_info(token.info)
    start = token.map[0] if token.map else 0
    before = next((line for line in reversed(lines[max(0, start - 2) : start]) if line.strip()), "")
    path = path or paths.from_first_line(token.content) or paths.from_line_before(before)
    return Block(label=label, path=path, text=token.content)


def _beyond_inner_fence(token: Token, lines: list[str], stop: int) -> tuple[int, str] | None:
    """For a fence inside a string: the first later closing fence at which the code parses, and that code."""
    start = token.map[0] if token.map else 0
    closers = (i for i in range(stop, len(lines)) if lines[i].strip() and set(lines[i].strip()) == {token.markup[0]})
    for _, closer in zip(range(_MAX_REPAIRS), closers, strict=False):
        code = dedent("\n".join(lines[start + 1 : closer])) + "\n"
        if parse(code) is not None:
            return closer + 1, code
    return None
