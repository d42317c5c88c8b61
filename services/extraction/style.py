"""How an answer is made, in numbers: what can sway a voter beside whether the program works.

What happened when it ran is no style: see `services.arena.side_facts`.
"""

import re
from collections.abc import Sequence

from services.domain.snippet import SourceFile
from services.extraction.answer_look import look_of, markdown_of
from services.extraction.code_measures import measures_of
from services.extraction.code_text import Code, code_of

MAX_CHARS = 400_000
FEATURES = (
    "characters",
    "code_tokens",
    "prose_tokens",
    "comment_share",
    "files",
    "imports",
    "css_lines",
    "html_lines",
    "headers",
    "bold",
    "list_items",
    "code_fences",
    "has_tests",
    "type_hints",
    "complexity",
    "emoji",
)
_WIDE = "\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af"
_TOKEN = re.compile(rf"[{_WIDE}]|[^\W{_WIDE}]+|[^\w\s]")
_EMOJI = re.compile(
    "[\U0001f1e6-\U0001f1ff]{2}|[\u231a\u231b\u23e9-\u23f3\u2600-\u27bf\u2b50\u2b55\U0001f000-\U0001faff]"
    "(?:\ufe0f|[\U0001f3fb-\U0001f3ff]|\u200d[\u2600-\u27bf\U0001f300-\U0001faff])*+"
)


def style_of(text: str, files: Sequence[SourceFile] = ()) -> dict[str, float]:
    """The numbers named by `FEATURES` for an answer and the program found in it.

    Total and linear: any text gives finite numbers that are not negative; of the answer, and of the files together,
    the first 400,000 characters are read. The program is `files`, or the fenced blocks when there are none. Code is
    what stands in fences; when nothing does, the program, and prose then is every line that is not one of its.
    """
    text = text[:MAX_CHARS]
    look = look_of(text)
    program = _program(files) or look.blocks
    code, prose = (look.blocks, look.prose) if look.blocks else (program, _without(look.prose, program))
    markdown = markdown_of(prose)
    measured = measures_of(program)
    commented = sum(part.comment_chars for part in program)
    return {
        "characters": float(len(text)),
        "code_tokens": float(sum(tokens(part.text) for part in code)),
        "prose_tokens": float(tokens(prose)),
        "comment_share": commented / max(1, sum(len(part.text) for part in program)),
        "files": float(len(files)),
        "imports": float(measured.imports),
        "css_lines": float(measured.css_lines),
        "html_lines": float(measured.html_lines),
        "headers": float(markdown.headers),
        "bold": float(markdown.bold),
        "list_items": float(markdown.list_items),
        "code_fences": float(len(look.blocks)),
        "has_tests": measured.has_tests,
        "type_hints": measured.type_hints,
        "complexity": float(measured.complexity),
        "emoji": float(len(_EMOJI.findall(text))),
    }


def tokens(text: str) -> int:
    """Words, numbers, single signs and single ideographs; the same count for every model."""
    return len(_TOKEN.findall(text))


def _program(files: Sequence[SourceFile]) -> tuple[Code, ...]:
    left, parts = MAX_CHARS, []
    for file in files:
        parts.append(code_of(file.text[:left], path=file.path))
        left -= len(parts[-1].text)
    return tuple(parts)


def _without(prose: str, program: Sequence[Code]) -> str:
    lines = {line.strip() for part in program for line in part.text.split("\n")}
    return "\n".join(line for line in prose.split("\n") if line.strip() not in lines)
