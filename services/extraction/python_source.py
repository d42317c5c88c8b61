"""What can be said about Python source without running it."""

import ast


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
    """Top-level names of all absolute imports, wherever they stand, but for those whose absence the program handles."""
    found: set[str] = set()
    optional = {id(part) for node in ast.walk(tree) if _is_attempt(node) for part in _attempted(node)}
    for node in ast.walk(tree):
        if id(node) in optional:
            continue
        if isinstance(node, ast.Import):
            found.update(alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level and node.module:
            found.add(node.module.partition(".")[0])
    return frozenset(found)


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
