"""Which language a block is written in: what its label says, unless the text itself says otherwise."""

from dataclasses import dataclass
from enum import StrEnum

from services.extraction import grammars, markup, python_source, script_source, shell_source, sniffing
from services.extraction.languages import ALIASES, OUTPUT

_FENCED_BUT_PLAIN = frozenset({"", "code", "plain text", "raw", "ascii", "example", "file", *OUTPUT}) - {
    "markdown",
    "md",
}
_WRONG = 0.04
_NOT_MARKUP = frozenset({"markdown", "md", "php", "mermaid", "erb", "jinja", "jinja2", "django", "handlebars", "astro"})
_COMPONENTS = frozenset({"jsx", "tsx", "react"})
_MAY_BE_DIAGRAM = frozenset({"javascript", "html", "yaml", "markdown"})
_SHELLS = frozenset({"bash", "sh", "shell", "console", "terminal"})


class Evidence(StrEnum):
    """What a reading rests on, the best first."""

    LABEL_AND_TEXT = "label and text"
    LABEL = "label"
    TEXT = "text"
    TEXT_AGAINST_LABEL = "text against label"
    TEXT_IN_OUTPUT = "text in output"
    NOTHING = "nothing"


@dataclass(frozen=True, kw_only=True)
class Reading:
    """The language of a block (canonical name or label; empty: unknown) and what says so."""

    language: str
    evidence: Evidence


def canonical(label: str) -> str:
    """The language that a label means; itself where it is no other spelling."""
    return ALIASES.get(label, label)


def spoken(language: str) -> str:
    """The language as a sentence calls it."""
    names = {"jsx": "JSX", "tsx": "JSX with types", "html": "an HTML page", "svg": "an SVG drawing",
             "vue": "a Vue component", "svelte": "a Svelte component", "mermaid": "a Mermaid diagram"}  # fmt: skip
    return names.get(language, language)


def is_plain(label: str) -> bool:
    """Whether a label says nothing about the language."""
    return label in _FENCED_BUT_PLAIN


def read(label: str, text: str) -> Reading:
    """The language of `text` below this label; only as much is read as a grammar reads."""
    text = text[: grammars.MAX_CHARS]
    wanted = canonical(label)
    if is_plain(label):
        found = sniffing.sniff(text, strict=bool(label))
        evidence = Evidence.TEXT_IN_OUTPUT if label else Evidence.TEXT
        return Reading(language=found, evidence=evidence if found else Evidence.NOTHING)
    found = _contradicted(wanted, text)
    if found and found != wanted:
        return Reading(language=found, evidence=Evidence.TEXT_AGAINST_LABEL)
    sure = found == wanted or (grammars.known(wanted) and sniffing.share(wanted, text) == 0)
    return Reading(language=wanted, evidence=Evidence.LABEL_AND_TEXT if sure else Evidence.LABEL)


def _contradicted(wanted: str, text: str) -> str:
    """The language that the text shows beyond doubt; empty when it leaves the label its say."""
    found = markup.language_of(text)
    if found and _is_believed(found, wanted, text):
        return found
    if wanted in _MAY_BE_DIAGRAM and not found and sniffing.is_mermaid(text):
        return "mermaid"
    if wanted in _SHELLS:
        return _program_in_shell(text)
    if wanted in script_source.FAMILY:
        script = script_source.read(text, wanted)
        return script.language if script.errors <= _WRONG else sniffing.clean_in(text) or script.language
    # C++ is nearly C, so that a single error tells them apart
    allowed = 0 if wanted == "c" else _WRONG
    wrong = grammars.known(wanted) and sniffing.share(wanted, text) > allowed
    return sniffing.clean_in(text) if wrong else ""


def _is_believed(found: str, wanted: str, text: str) -> bool:
    """Whether markup of the kind `found` overrules the label."""
    if found in {wanted, "php"}:
        return True
    if wanted in {"vue", "svelte"}:
        return markup.is_page(text)
    if wanted in _COMPONENTS or wanted == "xml":
        return found == "svg" or (found != "html" and wanted in _COMPONENTS) or markup.is_page(text)
    return wanted not in _NOT_MARKUP


def _program_in_shell(text: str) -> str:
    tree = python_source.parse(text)
    if tree and python_source.is_plainly_a_program(tree):
        return "python"
    return "" if shell_source.is_plainly_a_script(text) else sniffing.clean_in(text, lax=())
