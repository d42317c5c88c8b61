"""What kind of source a text is by its name, and the text with its comments and strings told apart."""

import re
from dataclasses import dataclass
from types import MappingProxyType

from services.extraction import paths
from services.extraction.languages import ALIASES

_BY_EXTENSION = MappingProxyType(
    {
        "py": "python", "pyw": "python", "js": "javascript", "mjs": "javascript", "cjs": "javascript",
        "jsx": "jsx", "ts": "typescript", "mts": "typescript", "tsx": "tsx", "htm": "html", "html": "html",
        "xhtml": "html", "vue": "vue", "svelte": "svelte", "svg": "svg", "xml": "xml", "css": "css", "scss": "css",
        "sass": "css", "less": "css", "c": "c", "h": "c", "cc": "cpp", "cpp": "cpp", "cxx": "cpp", "hpp": "cpp",
        "java": "java", "go": "go", "rs": "rust", "rb": "ruby", "php": "php", "r": "r", "sh": "bash", "bash": "bash",
        "sql": "sql", "kt": "kotlin", "swift": "swift", "cs": "csharp", "lua": "lua", "md": "markdown",
        "mmd": "mermaid", "json": "json", "yaml": "yaml", "yml": "yaml", "toml": "toml", "txt": "text",
    }
)  # fmt: skip
_HASH = frozenset({"python", "ruby", "bash", "sh", "shell", "r", "yaml", "toml", "perl", "makefile", "dockerfile"})
_DASHES = frozenset({"sql", "lua", "haskell"})
_MARKUP = frozenset({"html", "vue", "svelte", "svg", "xml"})
_SCRIPTS = frozenset({"javascript", "typescript", "jsx", "tsx", "go"})
_PROSE = frozenset({"", "text", "txt", "plaintext", "output", "log", "diff", "markdown", "json", "mermaid", "csv"})

# every alternative matches up to the end of the line or text when its end is missing: so each character is read once
_STRING = r"""(?P<string>"(?:[^"\\\n]|\\.)*+"?|'(?:[^'\\\n]|\\.)*+'?)"""
_DOUBLE = r"""(?P<string>"(?:[^"\\\n]|\\.)*+"?)"""
_TRIPLE = r'''(?P<triple>"""(?:[^"\\]|\\.|"(?!""))*+(?:""")?|\'\'\'(?:[^'\\]|\\.|'(?!''))*+(?:\'\'\')?)'''
_BLOCK = r"/\*[^*]*+(?:\*(?!/)[^*]*+)*+(?:\*/)?"
_TEMPLATE = r"(?P<triple>`(?:[^`\\]|\\.)*+`?)"
_PATTERNS = MappingProxyType(
    {
        "hash": re.compile(rf"{_TRIPLE}|{_STRING}|(?P<comment>\#[^\n]*)", re.DOTALL),
        "dashes": re.compile(rf"{_STRING}|(?P<comment>--[^\n]*|{_BLOCK})", re.DOTALL),
        "script": re.compile(rf"{_TEMPLATE}|{_STRING}|(?P<comment>//[^\n]*|{_BLOCK})", re.DOTALL),
        "slashes": re.compile(rf"{_DOUBLE}|(?P<comment>//[^\n]*|{_BLOCK})", re.DOTALL),
        "css": re.compile(rf"{_STRING}|(?P<comment>{_BLOCK})", re.DOTALL),
        # text between tags holds apostrophes, so only what is plainly a comment counts
        "markup": re.compile(
            rf"(?P<comment><!--(?:[^-]|-(?!->))*+(?:-->)?|{_BLOCK}|^[ \t]*//[^\n]*)", re.DOTALL | re.MULTILINE
        ),
    }
)


@dataclass(frozen=True, kw_only=True)
class Code:
    """A source text; `code` is it without comments, `bare` with every string emptied too.

    `comment_chars` is how long the comments are. Documentation strings are strings, not comments.
    """

    language: str
    path: str
    text: str
    code: str
    bare: str
    comment_chars: int


def language_of(path: str) -> str:
    """The language that a file's extension names; "" when it names none."""
    return _BY_EXTENSION.get(paths.extension(path).removeprefix(".").lower(), "")


def code_of(text: str, *, language: str = "", path: str = "") -> Code:
    """The text read as `language`, or as what `path` says. Total and linear for any text."""
    known = ALIASES.get(language, language) or language_of(path)
    pattern = _PATTERNS.get(_family(known))
    if pattern is None:
        return Code(language=known, path=path, text=text, code=text, bare=text, comment_chars=0)
    comments = 0
    code, bare, at = [], [], 0
    for match in pattern.finditer(text):
        before = text[at : match.start()]
        at = match.end()
        is_comment = match["comment"] is not None
        comments += len(match[0]) if is_comment else 0
        code += [before, " " if is_comment else match[0]]
        bare += [before, " " if is_comment else '""']
    rest = text[at:]
    return Code(
        language=known,
        path=path,
        text=text,
        code="".join((*code, rest)),
        bare="".join((*bare, rest)),
        comment_chars=comments,
    )


def _family(language: str) -> str:
    if language in _PROSE:
        return ""
    if language in _MARKUP:
        return "markup"
    if language in _HASH:
        return "hash"
    if language in _DASHES:
        return "dashes"
    if language in _SCRIPTS:
        return "script"
    return "css" if language == "css" else "slashes"
