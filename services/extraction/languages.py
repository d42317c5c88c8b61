"""What fence labels and contents mean, as data; which of them can run is the caller's knowledge."""

import re
from types import MappingProxyType

SHELL = frozenset(
    {"bash", "sh", "shell", "zsh", "console", "powershell", "ps1", "cmd", "bat", "terminal", "shellsession"}
)
OUTPUT = frozenset({"text", "txt", "plaintext", "plain", "output", "log", "diff", "markdown", "md"})
REQUIREMENTS = frozenset({"requirements", "requirements.txt", "pip-requirements"})

ALIASES = MappingProxyType(
    {
        "py": "python", "py3": "python", "python3": "python", "pycon": "python session", "rs": "rust", "kt": "kotlin",
        "js": "javascript", "mjs": "javascript", "node": "javascript", "ts": "typescript", "rb": "ruby",
        "golang": "go", "c++": "cpp", "cc": "cpp", "cs": "csharp", "c#": "csharp", "yml": "yaml", "htm": "html",
    }
)  # fmt: skip
"""Other spellings of a language, for sentences people read."""

_SNIFFERS = (
    ("html", re.compile(r"\A\s*<(!doctype html|html\b)", re.IGNORECASE)),
    ("rust", re.compile(r"^(pub )?fn \w+\(.*\{", re.MULTILINE)),
    ("go", re.compile(r"^package \w+$", re.MULTILINE)),
    ("java", re.compile(r"^(public )?(final )?class \w+.*\{", re.MULTILINE)),
    ("c", re.compile(r"^#include [<\"]", re.MULTILINE)),
    ("javascript", re.compile(r"^(const|let|var|function) .*[{;]", re.MULTILINE)),
    ("python", re.compile(r"^(def \w+\(.*|class \w+.*:|import \w+.*|from [\w.]+ import .*|print\(.*)$", re.MULTILINE)),
)


def sniff(text: str) -> str:
    """The language that unlabelled `text` looks like, or empty; Python that parses is asked for elsewhere."""
    head = text[:20_000]
    return next((language for language, pattern in _SNIFFERS if pattern.search(head)), "")
