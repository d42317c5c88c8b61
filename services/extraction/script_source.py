"""What the syntax tree of JavaScript and TypeScript says: what is imported, whether there is JSX, where it can run."""

from collections.abc import Iterator
from dataclasses import dataclass

from tree_sitter import Node

from services.extraction import grammars
from services.extraction.javascript_source import BUILT_IN

FAMILY = frozenset({"javascript", "typescript", "jsx", "tsx"})
SCRIPT_LABELS = FAMILY | {"js", "mjs", "cjs", "node", "nodejs", "ts"}
_JSX = frozenset({"jsx_element", "jsx_self_closing_element", "jsx_fragment"})
_SERVERS = frozenset({"express", "fastify", "koa", "hono", "ws", "socket.io", "@hapi/hapi", "commander", "yargs"})
_NODE_GLOBALS = frozenset({"process", "__dirname", "__filename"})


@dataclass(frozen=True, kw_only=True)
class Script:
    """`language` is javascript, typescript, jsx or tsx; `imports` are specifiers; `errors` a share of the text."""

    language: str
    imports: tuple[str, ...]
    on_node: bool
    errors: float


def read(text: str, label: str = "") -> Script:
    """What the text is, if it is of this family at all; `label` decides only where the text leaves it open."""
    shares = {name: grammars.errors(name, text) for name in ("javascript", "typescript", "tsx")}
    # all three accept plain JavaScript, so the stricter one has the word
    best = min(("javascript", "typescript", "tsx"), key=lambda name: shares[name])
    tree = grammars.root(best, text)
    nodes = list(grammars.walk(tree))
    if any(node.type in _JSX for node in nodes):
        language = "tsx" if best == "tsx" or label in {"typescript", "tsx"} else "jsx"
    elif best == "javascript" and label not in {"typescript", "tsx"}:
        language = "javascript"
    else:
        language = "typescript"
    imports = tuple(_imports(nodes))
    return Script(language=language, imports=imports, on_node=_on_node(nodes, imports), errors=shares[best])


def _imports(nodes: list[Node]) -> Iterator[str]:
    for node in nodes:
        source = None
        if node.type in {"import_statement", "export_statement"} and node.is_named:
            if not any(child.type == "type" for child in node.children):
                source = node.child_by_field_name("source")
        elif node.type == "call_expression":
            called = node.child_by_field_name("function")
            arguments = node.child_by_field_name("arguments")
            if arguments and grammars.text_of(called) in {"require", "import"}:
                source = next((child for child in arguments.children if child.type == "string"), None)
        if source is not None and source.type == "string":
            yield grammars.text_of(source)[1:-1]


def _on_node(nodes: list[Node], imports: tuple[str, ...]) -> bool:
    if any(name.startswith("node:") or name.split("/")[0] in BUILT_IN or name in _SERVERS for name in imports):
        return True
    return any(node.type == "identifier" and grammars.text_of(node) in _NODE_GLOBALS for node in nodes)
