"""Which language a text without a label is written in, told by parsers, and by first lines where there is no parser."""

import re

from services.extraction import grammars, markup, python_source, script_source, shell_source

_MERMAID_HEAD = (
    r"(?:graph|flowchart(?:-elk)?)(?:[ \t]+(?:TB|TD|BT|RL|LR))?[ \t]*(?:;|$)|sequenceDiagram\b|classDiagram(?:-v2)?\b|"
    r"stateDiagram(?:-v2)?\b|erDiagram\b|gantt[ \t]*$|pie(?:[ \t]+(?:title|showData)\b.*)?[ \t]*$|journey[ \t]*$|"
    r"gitGraph\b|mindmap[ \t]*$|timeline[ \t]*$|quadrantChart\b|requirementDiagram\b|C4(?:Context|Container|Component|"
    r"Dynamic|Deployment)\b|sankey(?:-beta)?[ \t]*$|xychart(?:-beta)?\b|block(?:-beta)?[ \t]*$|kanban[ \t]*$|"
    r"packet(?:-beta)?[ \t]*$|architecture(?:-beta)?[ \t]*$|zenuml[ \t]*$"
)
_MERMAID = re.compile(
    r"\s*(?:---[ \t]*\n(?:.*\n){0,60}?---[ \t]*\n\s*)?(?:%%.*\n\s*){0,60}(?:" + _MERMAID_HEAD + ")", re.MULTILINE
)
_R = re.compile(
    r"^[ \t]*(?:library|require)\([\w.\"']+\)[ \t]*$|^[ \t]*[\w.$]+ <- (?:function\(|c\(|data\.frame\(|\S)",
    re.MULTILINE,
)
_SQL = re.compile(
    r"(?:\s|--[^\n]*\n|/\*(?:[^*]|\*(?!/))*\*/)*(?:select\b.+?\bfrom\b|create\s+(?:temp(?:orary)?\s+)?(?:table|view|index)\b|insert\s+into\b|"
    r"with\s+(?:recursive\s+)?\w+\s*(?:\([\w, ]+\)\s*)?as\s*\(|update\s+\w+\s+set\b|drop\s+table\b|pragma\s+\w)",
    re.IGNORECASE | re.DOTALL,
)
_MAGIC = re.compile(r"^[ \t]*[%!].*$", re.MULTILINE)
_SHEBANG = re.compile(r"#!\s*\S*?(?:/|\s)(bash|sh|zsh|python|node|ruby|php|Rscript)[\d.]*(?:\s|$)")
_SHEBANGS = {"sh": "bash", "zsh": "bash", "node": "javascript", "Rscript": "r"}
_STRICT = ("rust", "go", "java", "c", "cpp", "javascript", "typescript", "tsx")
_LAX = ("ruby",)
_MAX_CUT = 0.02


def is_mermaid(text: str) -> bool:
    """Whether the text begins as a Mermaid diagram does, after front matter and comments."""
    return bool(_MERMAID.match(text))


def sniff(text: str, *, strict: bool) -> str:
    """The language, or empty; `strict`: the text may well be the output of a program."""
    shebang = _SHEBANG.match(text)
    if shebang:
        return _SHEBANGS.get(shebang[1], shebang[1])
    return _by_first_lines(text) or _python_or_r(text, strict=strict) or clean_in(text) or _nearly_in(text)


def _by_first_lines(text: str) -> str:
    if is_mermaid(text):
        return "mermaid"
    if ";" in text and _SQL.match(text):
        return "sql"
    found = markup.language_of(text)
    # a component may begin with its markup
    is_script = found == "html" and "=>" in text and script_source.read(text).language == "jsx"
    return "" if is_script else found


def _python_or_r(text: str, *, strict: bool) -> str:
    tree = python_source.parse(_MAGIC.sub("pass", text))
    enough = python_source.is_plainly_a_program if strict else python_source.does_something_by_calls
    if _R.search(text) and (tree is None or enough(tree)):
        return "r"
    return "python" if tree and enough(tree) else ""


def share(language: str, text: str) -> float:
    """Which share of the text is wrong in this language; 1 where there is no grammar."""
    if language == "python":
        text = _MAGIC.sub("pass", text)
        return 0.0 if python_source.parse(text) else max(grammars.errors("python", text), 0.0001)
    if language in script_source.FAMILY:
        return script_source.read(text).errors
    if language == "php" and ("<?php" in text or "<?=" in text):
        return 0.0
    return grammars.errors(language, text) if grammars.known(language) else 1.0


def clean_in(text: str, lax: tuple[str, ...] = _LAX) -> str:
    """The first language, the strictest first, in which the text is right and declares something."""
    tree = python_source.parse(text)
    if tree and python_source.is_plainly_a_program(tree):
        return "python"
    for language in (*_STRICT, *lax):
        if grammars.is_clean(language, text):
            return script_source.read(text).language if language in script_source.FAMILY else language
    if lax and shell_source.is_plainly_a_script(text):
        return "bash"
    return "php" if "<?php" in text or ("$" in text and grammars.is_clean("php", text)) else ""


def _nearly_in(text: str) -> str:
    """The language of a text that was cut off, or in which a line is wrong."""
    if len(text) < 80:
        return ""
    shares = {language: share(language, text) for language in ("python", *_STRICT)}
    best = min(shares, key=lambda language: shares[language])
    if shares[best] > _MAX_CUT or not grammars.has_structure(grammars.root(best, text)):
        return ""
    return script_source.read(text).language if best in script_source.FAMILY else best
