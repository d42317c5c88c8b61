"""What a text in angle brackets is: a page, a drawing or a component that has to be built."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from tree_sitter import Node

from services.extraction.grammars import root, text_of

_LEAD = re.compile(r"(?:\s|<!--.*?-->|<\?xml[^>]{0,200}\?>)*", re.DOTALL)
_START = re.compile(r"<(?:!doctype\b|[a-z][\w-]*[\s/>])", re.IGNORECASE)
_ELEMENTS = frozenset({"element", "script_element", "style_element"})
_PAGE = frozenset({"html", "head", "body"})
_DIRECTIVE = re.compile(r"(?:v-[a-z]|@[a-z]|:[a-z]|#[a-z])", re.IGNORECASE)
_SVELTE_ATTRIBUTE = re.compile(r"(?:on|bind|class|use|transition|in|out|animate|style|let):[a-zA-Z]")
_SVELTE_BLOCK = re.compile(
    r"\{[#:/](?:if|else|each|await|then|catch|key|snippet)\b|\{@(?:html|render|const|debug|attach)\b"
)
_SVELTE_SCRIPT = re.compile(
    r"^[ \t]*(?:\$:|export[ \t]+let\b)|\$(?:state|derived|props|effect|bindable)\b", re.MULTILINE
)
_SVELTE_VALUE = re.compile(r"(?<![{$])\{[a-zA-Z_][\w.]*\}")
_VUE_SCRIPT = re.compile(r"\bexport\s+default\b|\bdefineComponent\s*\(|\bfrom\s*[\"']vue[\"']")


@dataclass(frozen=True, kw_only=True)
class _Element:
    depth: int
    name: str
    attributes: tuple[str, ...]
    text: str


def language_of(text: str) -> str:
    """`html`, `svg`, `vue`, `svelte` or `php`; empty when the text does not begin with markup."""
    lead = _LEAD.match(text[:20_000])
    start = lead.end() if lead else 0
    is_markup = bool(_START.match(text, start))
    if text.startswith(("<?php", "<?="), start) or (is_markup and ("<?php" in text or "<?=" in text)):
        return "php"
    return _kind(list(_elements(root("html", text))), text[start:]) if is_markup else ""


def _kind(elements: list[_Element], text: str) -> str:
    if not elements:
        return "html" if text[:9].lower() == "<!doctype" else ""
    if _says_page(elements, text):
        return "html"
    if elements[0].name == "svg" and all(one.name == "svg" for one in elements if not one.depth):
        return "svg"
    if _is_vue(elements, text):
        return "vue"
    return "svelte" if _is_svelte(elements, text) else "html"


def is_page(text: str) -> bool:
    """Whether the text says that it is a whole page (a document type, or one of html, head and body)."""
    return _says_page(_elements(root("html", text)), text)


def _says_page(elements: Iterable[_Element], text: str) -> bool:
    doctype = re.match(r"\s*<!doctype\s+html\b", text, re.IGNORECASE)
    return bool(doctype) or any(one.name in _PAGE for one in elements if not one.depth)


def _is_vue(elements: list[_Element], text: str) -> bool:
    tops = [one for one in elements if not one.depth]
    if elements[0].name not in {"script", "template", "style"}:
        return False
    scripts = [one for one in tops if one.name == "script"]
    if any("setup" in one.attributes for one in scripts):
        return True
    templates = [one for one in tops if one.name == "template" and not {"id", "shadowrootmode"} & set(one.attributes)]
    if not templates or any("src" in one.attributes for one in scripts):
        return False
    directive = any(_DIRECTIVE.match(name) for one in elements for name in one.attributes)
    return directive or "{{" in text or any(_VUE_SCRIPT.search(one.text) for one in scripts)


def _is_svelte(elements: list[_Element], text: str) -> bool:
    scripts = [one for one in elements if one.name == "script"]
    if any("src" in one.attributes for one in scripts):
        return False
    if any(_SVELTE_ATTRIBUTE.match(name) for one in elements for name in one.attributes):
        return True
    outside = text
    for one in (one for one in elements if one.name in {"script", "style"}):
        outside = outside.replace(one.text, "", 1)
    if _SVELTE_BLOCK.search(outside):
        return True
    reactive = any(_SVELTE_SCRIPT.search(one.text) for one in scripts if not one.depth)
    return reactive or (bool(scripts) and not scripts[0].depth and bool(_SVELTE_VALUE.search(outside)))


def _elements(tree: Node) -> Iterator[_Element]:
    """The elements of a document in the order of their start tags; one that is never closed counts as well."""
    # each node with the element whose tag it may be, and with the number of elements around that
    waiting: list[tuple[Node, Node | None, int]] = [(tree, None, 0)]
    while waiting:
        node, owner, depth = waiting.pop()
        if node.type in {"start_tag", "self_closing_tag"}:
            yield _element(node, owner, depth)
        elif node.type in _ELEMENTS:
            tag, *rest = node.children
            waiting += [(child, None, depth + 1) for child in reversed(rest)]
            waiting.append((tag, node, depth))
        else:
            waiting += [(child, None, depth) for child in reversed(node.children)]


def _element(tag: Node, owner: Node | None, depth: int) -> _Element:
    name = next((child for child in tag.children if child.type == "tag_name"), None)
    names = (child.children[0] for child in tag.children if child.type == "attribute" and child.children)
    # only what stands in scripts and styles is asked for
    text = text_of(owner) if owner and owner.type != "element" else ""
    attributes = tuple(text_of(attribute) for attribute in names)
    return _Element(depth=depth, name=text_of(name).lower(), attributes=attributes, text=text)
