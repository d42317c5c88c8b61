"""Syntax trees of the languages that answers are mostly written in; they bear with text that is cut or wrong.

There is none for shells: the scanner of that grammar (tree-sitter-bash 0.25) reads beyond its tables on rare
characters, which ends the process.
"""

import re
from collections.abc import Iterator
from functools import cache
from types import MappingProxyType

import tree_sitter_c
import tree_sitter_cpp
import tree_sitter_go
import tree_sitter_html
import tree_sitter_java
import tree_sitter_javascript
import tree_sitter_php
import tree_sitter_python
import tree_sitter_ruby
import tree_sitter_rust
import tree_sitter_typescript
from tree_sitter import Language, Node, Parser

MAX_CHARS = 100_000
_FOREIGN = re.compile(r"[^\x00-\x7f]")
_GRAMMARS = MappingProxyType(
    {
        "c": tree_sitter_c.language,
        "cpp": tree_sitter_cpp.language,
        "go": tree_sitter_go.language,
        "html": tree_sitter_html.language,
        "java": tree_sitter_java.language,
        "javascript": tree_sitter_javascript.language,
        "php": tree_sitter_php.language_php_only,
        "python": tree_sitter_python.language,
        "ruby": tree_sitter_ruby.language,
        "rust": tree_sitter_rust.language,
        "tsx": tree_sitter_typescript.language_tsx,
        "typescript": tree_sitter_typescript.language_typescript,
    }
)
LANGUAGES = frozenset(_GRAMMARS)
_DECLARATIONS = """
    class class_declaration class_definition class_specifier enum_declaration export_statement for_statement
    function_declaration function_definition function_item if_statement import_declaration import_from_statement
    import_statement interface_declaration lexical_declaration method method_declaration module namespace_definition
    package_clause package_declaration preproc_include struct_item trait_item type_alias_declaration use_declaration
    variable_declaration while_statement do_block impl_item case_statement for_in_statement
"""
_STRUCTURE = frozenset(_DECLARATIONS.split())


def known(language: str) -> bool:
    """Whether there is a grammar for this language."""
    return language in LANGUAGES


def root(language: str, text: str) -> Node:
    """The tree of the first 100,000 characters (of HTML half of that, since its grammar is slow in deep nests)."""
    limit = MAX_CHARS // 2 if language == "html" else MAX_CHARS
    # a parser serves one thread only, and costs next to nothing
    return Parser(_language(language)).parse(_ascii(text[:limit])).root_node


def _ascii(text: str) -> bytes:
    """The text with a letter for any foreign letter and a control character for any other foreign character.

    Scanners written in C look characters up in tables, and not all of them ask first whether the table is that long.
    """
    return _FOREIGN.sub(lambda found: "x" if found[0].isalnum() else "\x01", text).encode()


def walk(node: Node) -> Iterator[Node]:
    """The node and all below it, in the order of the text."""
    cursor = node.walk()
    while True:
        if cursor.node is not None:
            yield cursor.node
        if cursor.goto_first_child() or cursor.goto_next_sibling():
            continue
        while cursor.goto_parent():
            if cursor.goto_next_sibling():
                break
        else:
            return


def errors(language: str, text: str) -> float:
    """Which share of the text the grammar could make nothing of: 0 for a text that is right, at most 1."""
    return _wrong(root(language, text)) / max(1, len(text[:MAX_CHARS]))


def is_clean(language: str, text: str) -> bool:
    """Whether the grammar accepts the whole text, and finds more in it than words and signs."""
    tree = root(language, text)
    return not tree.has_error and has_structure(tree)


def has_structure(tree: Node) -> bool:
    """Whether anything is declared, imported or controlled."""
    return any(node.is_named and node.type in _STRUCTURE for node in walk(tree) if node != tree)


def _wrong(tree: Node) -> int:
    count, waiting = 0, [tree]
    while waiting:
        node = waiting.pop()
        if node.is_error or node.is_missing:
            count += max(1, node.end_byte - node.start_byte)
        elif node.has_error:
            waiting += node.children
    return count


@cache
def _language(language: str) -> Language:
    return Language(_GRAMMARS[language]())


def text_of(node: Node | None) -> str:
    """The source of a node."""
    return (node.text or b"").decode("utf-8", "replace") if node else ""
