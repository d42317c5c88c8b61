"""How much a Python program makes of what it imports, wherever the import stands."""

import ast
from collections import Counter

from services.extraction import grammars, python_source

_STAR = 5


def module_uses(text: str) -> Counter[str]:
    """Each top-level module that is imported, and how often its names are used (one more than that, so never 0).

    Imports for type checkers alone do not count, nor does what stands in comments and strings. Of a program that does
    not parse only the imports are found.
    """
    tree = python_source.parse(text)
    return _in_tree(tree) if tree else _in_broken(text)


def _in_tree(tree: ast.Module) -> Counter[str]:
    ignored = {id(part) for node in ast.walk(tree) if _is_for_types(node) for part in _body(node)}
    found: Counter[str] = Counter()
    names: dict[str, str] = {}
    for node in ast.walk(tree):
        if id(node) in ignored:
            continue
        if isinstance(node, ast.Import):
            for alias in node.names:
                top = alias.name.partition(".")[0]
                found[top] += 1
                names[alias.asname or top] = top
        elif isinstance(node, ast.ImportFrom) and not node.level and node.module:
            top = node.module.partition(".")[0]
            found[top] += _STAR if any(alias.name == "*" for alias in node.names) else 1
            names |= {alias.asname or alias.name: top for alias in node.names}
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and node.id in names:
            found[names[node.id]] += 1
    return found


def _in_broken(text: str) -> Counter[str]:
    found: Counter[str] = Counter()
    for node in grammars.walk(grammars.root("python", text)):
        if node.type == "import_from_statement":
            found[_top(grammars.text_of(node.child_by_field_name("module_name")))] += 1
        elif node.type == "import_statement":
            for name in node.children_by_field_name("name"):
                found[_top(grammars.text_of(name))] += 1
    del found[""]
    return found


def _top(path: str) -> str:
    return path.partition(" as ")[0].strip().partition(".")[0]


def _is_for_types(node: ast.AST) -> bool:
    if not isinstance(node, ast.If):
        return False
    test = node.test
    return (isinstance(test, ast.Name) and test.id == "TYPE_CHECKING") or (
        isinstance(test, ast.Attribute) and test.attr == "TYPE_CHECKING"
    )


def _body(node: ast.AST) -> list[ast.AST]:
    body = node.body if isinstance(node, ast.If) else []
    return [part for statement in body for part in ast.walk(statement)]
