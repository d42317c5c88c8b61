"""What can be said about Python source without running it."""

import ast

NAMESPACES = frozenset(
    {"azure", "azure.storage", "backports", "google", "google.cloud", "ruamel", "sphinxcontrib", "zope"}
)
"""Packages that many distributions share; the next name tells which is meant."""


def parse(text: str) -> ast.Module | None:
    """The syntax tree, or None when `text` is not Python (or too deep to tell)."""
    try:
        return ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def does_something(tree: ast.Module) -> bool:
    """Whether a parsed text is a program rather than a word that happens to be an expression."""
    return any(not isinstance(node, ast.Expr) or isinstance(node.value, ast.Call | ast.Await) for node in tree.body)


def definitions(tree: ast.Module) -> frozenset[str]:
    """Names of the functions and classes at top level."""
    kinds = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
    return frozenset(node.name for node in tree.body if isinstance(node, kinds))


def has_main_guard(text: str) -> bool:
    """Whether the module asks whether it is the program (`if __name__ == "__main__"`)."""
    tree = parse(text)
    if tree is None:
        return "__name__ ==" in text
    guards = (node.test for node in tree.body if isinstance(node, ast.If))
    return any(isinstance(name, ast.Name) and name.id == "__name__" for test in guards for name in ast.walk(test))


def imports(tree: ast.Module) -> frozenset[str]:
    """Names of all absolute imports, wherever they stand, but for those whose absence the program handles.

    Top-level names; of a namespace that many distributions share, what tells them apart (`google.protobuf`).
    """
    found: set[str] = set()
    optional = {id(part) for node in ast.walk(tree) if _is_attempt(node) for part in _attempted(node)}
    for node in ast.walk(tree):
        if id(node) in optional:
            continue
        if isinstance(node, ast.Import):
            found.update(_distinct(alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level and node.module:
            found.update(_distinct(f"{node.module}.{alias.name}") for alias in node.names)
    return frozenset(found)


def _distinct(path: str) -> str:
    """The part of a dotted path that names a distribution."""
    parts = path.split(".")
    depth = next((depth for depth in (2, 1) if ".".join(parts[:depth]) in NAMESPACES), 0)
    return ".".join(parts[: depth + 1])


def _is_attempt(node: ast.AST) -> bool:
    """Whether this is a `try` that catches a failed import."""
    if not isinstance(node, ast.Try):
        return False
    names = {name.id for handler in node.handlers if handler.type for name in ast.walk(handler.type)
             if isinstance(name, ast.Name)}  # fmt: skip
    bare = any(handler.type is None for handler in node.handlers)
    return bare or bool(names & {"ImportError", "ModuleNotFoundError", "Exception", "BaseException"})


def _attempted(node: ast.AST) -> list[ast.AST]:
    body = node.body if isinstance(node, ast.Try) else []
    return [part for statement in body for part in ast.walk(statement)]


def is_plainly_a_program(tree: ast.Module) -> bool:
    """Whether there is an import, a definition, a loop or a call of print: more than output happens to look like."""
    kinds = ast.Import | ast.ImportFrom | ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.For | ast.While
    if any(isinstance(node, kinds | ast.With | ast.Try) for node in tree.body):
        return True
    calls = (node.func for node in ast.walk(tree) if isinstance(node, ast.Call))
    return any(isinstance(called, ast.Name) and called.id == "print" for called in calls)


def does_something_by_calls(tree: ast.Module) -> bool:
    """Whether the text is a program rather than a formula, which may look like an assignment."""
    calls = any(isinstance(node, ast.Call) for node in ast.walk(tree))
    return does_something(tree) and (calls or is_plainly_a_program(tree))
