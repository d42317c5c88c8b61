"""What can be counted in source texts: imports, branches, tests, type hints, lines of markup and style.

All but Python's is counted by patterns over text whose comments and strings are taken out, which needs no parser and
takes the same time for any text.
"""

import ast
import re
from collections.abc import Sequence
from dataclasses import dataclass

from services.extraction import python_source
from services.extraction.code_text import Code

MAX_PARSED_CHARS = 100_000
"""Of Python this much is parsed per answer, in whole files; what is beyond is counted by patterns."""

_SCRIPTS = frozenset({"javascript", "typescript", "jsx", "tsx", "vue", "svelte", "html"})
_TYPED_SCRIPTS = frozenset({"typescript", "tsx"})
_MARKUP = frozenset({"html", "vue", "svelte"})
_BRANCHING = frozenset({"", "text", "markdown", "json", "yaml", "toml", "css", "svg", "xml", "mermaid"})
_BRANCH = re.compile(
    r"\b(?:if|elif|elsif|elseif|unless|for|foreach|while|until|case|when|catch|except|rescue)\b|&&|\|\||\?(?![.?:>])"
)
_SCRIPT_IMPORT = re.compile(r"""\b(?:from|import|require)[ \t]{0,9}\(?[ \t]{0,9}["']([^"'\n]{1,200})["']""")
_LINKED = re.compile(r"""<(?:script|link)\b[^<>]{0,300}?\b(?:src|href)=["']([^"'<>]{1,300})["']""", re.IGNORECASE)
_OTHER_IMPORT = re.compile(
    r"^[ \t]*(?:\#[ \t]*include|import(?:[ \t]+static)?|use|using|require|require_relative|library|extern[ \t]+crate)"
    r"""(?:[ \t]*\([ \t]*|[ \t]+|(?=[<"]))["'<]?([^\s"'<>;(){}]{1,200})""",
    re.MULTILINE,
)
_GO_IMPORT = re.compile(r'^[ \t]*(?:import[ \t]+)?(?:[\w.]{1,60}[ \t]+)?"([\w./~-]{1,200})"[ \t]*$', re.MULTILINE)
_PYTHON_IMPORT = re.compile(r"^[ \t]*(?:import|from)[ \t]+([A-Za-z_]\w*)", re.MULTILINE)
_TEST_PATH = re.compile(r"(?:^|/)(?:tests?|__tests__|spec)/|(?:^|/)test_[^/]*$|[._-](?:test|spec)\.\w+$|Tests?\.java$")
_TEST = re.compile(
    r"^[ \t]*(?:async[ \t]+)?def[ \t]+test_|\bunittest\.TestCase\b|^[ \t]*@(?:Test|pytest\.)"
    r"|^[ \t]*#\[(?:tokio::)?test\]|^[ \t]*func[ \t]+Test\w*\(|^[ \t]*(?:describe|it|test)\([\"'`]"
    r"|\btest_that\(|\bTEST(?:_F|_CASE)?\(",
    re.MULTILINE,
)
_SECTION = re.compile(r"<(/?)(style|script)\b", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True)
class Measures:
    """Counts over all parts of a program; `type_hints` and `has_tests` lie between 0 and 1."""

    imports: int
    complexity: int
    type_hints: float
    has_tests: float
    css_lines: int
    html_lines: int


@dataclass(frozen=True, kw_only=True)
class _Python:
    modules: frozenset[str]
    branches: int
    places: int
    hinted: int


def measures_of(parts: Sequence[Code]) -> Measures:
    """The counts of `parts`."""
    modules: set[str] = set()
    branches = places = hinted = css = markup = units = 0
    left = MAX_PARSED_CHARS
    for part in parts:
        tree = python_source.parse(part.text) if part.language == "python" and len(part.text) <= left else None
        if tree is not None:
            left -= len(part.text)
            found = _python(tree)
            modules |= found.modules
            branches, places, hinted = branches + found.branches, places + found.places, hinted + found.hinted
        else:
            modules |= _modules(part)
            branches += 0 if part.language in _BRANCHING else len(_BRANCH.findall(part.bare))
        units += part.language not in _BRANCHING
        style_lines, markup_lines = _page_lines(part)
        css, markup = css + style_lines, markup + markup_lines
    typed = any(part.language in _TYPED_SCRIPTS for part in parts)
    return Measures(
        imports=len(modules),
        complexity=units + branches,
        type_hints=hinted / places if places else float(typed),
        has_tests=float(any(_TEST_PATH.search(part.path[-300:]) or _TEST.search(part.code) for part in parts)),
        css_lines=css,
        html_lines=markup,
    )


def _python(tree: ast.Module) -> _Python:
    modules: set[str] = set()
    branches = places = hinted = 0
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            modules |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            modules |= {node.module.partition(".")[0]} if node.module and not node.level else set()
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            holders = [hint for hint, counted in _hint_places(node) if counted]
            places, hinted = places + len(holders), hinted + sum(hint is not None for hint in holders)
        else:
            branches += _branches(node)
    return _Python(modules=frozenset(modules), branches=branches, places=places, hinted=hinted)


def _hint_places(node: ast.FunctionDef | ast.AsyncFunctionDef) -> list[tuple[ast.expr | None, bool]]:
    """Where a hint may stand, and what stands there; `self` and `cls` ask for none."""
    every = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs, node.args.vararg, node.args.kwarg]
    return [(node.returns, True), *((a.annotation, a.arg not in {"self", "cls"}) for a in every if a is not None)]


def _branches(node: ast.AST) -> int:
    """The decisions a node adds (McCabe, 1976, with boolean operators)."""
    if isinstance(node, ast.BoolOp):
        return len(node.values) - 1
    if isinstance(node, ast.comprehension):
        return 1 + len(node.ifs)
    kinds = ast.If | ast.IfExp | ast.For | ast.AsyncFor | ast.While | ast.ExceptHandler | ast.match_case | ast.Assert
    return int(isinstance(node, kinds))


def _modules(part: Code) -> set[str]:
    """What a part that is no parsed Python imports, without its own files."""
    if part.language == "python":
        return set(_PYTHON_IMPORT.findall(part.bare))
    if part.language in _SCRIPTS:
        found = {name for name in _SCRIPT_IMPORT.findall(part.code) if not name.startswith((".", "/"))}
        return found | set(_LINKED.findall(part.code) if part.language in _MARKUP else ())
    if part.language == "go":
        return set(_GO_IMPORT.findall(part.code))
    return set() if part.language in _BRANCHING else set(_OTHER_IMPORT.findall(part.code))


def _page_lines(part: Code) -> tuple[int, int]:
    """Non-blank lines of style sheets and of markup."""
    if part.language == "css":
        return _lines(part.text), 0
    if part.language not in _MARKUP:
        return 0, 0
    amounts = {"style": 0, "script": 0, "": 0}
    at, kind = 0, ""
    for tag in _SECTION.finditer(part.text):
        name = tag[2].lower()
        if (tag[1] and name == kind) or (not tag[1] and not kind):
            amounts[kind] += _lines(part.text[at : tag.start()])
            at, kind = tag.start(), "" if tag[1] else name
    amounts[kind] += _lines(part.text[at:])
    return amounts["style"], amounts[""]


def _lines(text: str) -> int:
    return sum(1 for line in text.split("\n") if line.strip())
