"""What fence labels and contents mean, as data; which of them can run is the caller's knowledge."""

from types import MappingProxyType

SHELL = frozenset(
    {"bash", "sh", "shell", "zsh", "console", "powershell", "ps1", "cmd", "bat", "terminal", "shellsession"}
)
OUTPUT = frozenset({"text", "txt", "plaintext", "plain", "output", "log", "diff", "markdown", "md"})
REQUIREMENTS = frozenset({"requirements", "requirements.txt", "pip-requirements"})

ALIASES = MappingProxyType(
    {
        "py": "python", "py3": "python", "python3": "python", "pycon": "python session", "rs": "rust", "kt": "kotlin",
        "js": "javascript", "mjs": "javascript", "cjs": "javascript", "node": "javascript", "nodejs": "javascript",
        "ts": "typescript", "rb": "ruby", "ipython": "python", "sh": "bash", "shell": "bash", "zsh": "bash",
        "cxx": "cpp", "rscript": "r", "sqlite": "sql", "sqlite3": "sql", "mmd": "mermaid", "md": "markdown",
        "golang": "go", "c++": "cpp", "cc": "cpp", "cs": "csharp", "c#": "csharp", "yml": "yaml", "htm": "html",
    }
)  # fmt: skip
"""Other spellings of a language, for sentences people read."""
