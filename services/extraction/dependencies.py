"""Distributions a Python program asks for. Import names stay import names: mapping them is the sandbox's business."""

import re
import sys
import tomllib
from collections.abc import Iterable, Sequence

from services.domain.snippet import SourceFile
from services.extraction.python_source import imports, parse

MAX_DEPENDENCIES = 50
_PIP = re.compile(
    r"^[\s$>%!#]*(?:sudo\s+)?(?:(?:python3?|py|\{sys\.executable\})\s+-m\s+|uv\s+)?pip3?\s+install\s+(.+)$"
)
_REQUIREMENT = re.compile(r"([A-Za-z0-9][A-Za-z0-9._-]*)(\[[\w,.-]+\])?([<>=!~]=?=?[\w.*+!,<>=~-]+)?")
_HINT = re.compile(
    r"^#[ \t]*(?:requirements?|requires|dependencies)[ \t]*:[ \t]*(\S.{0,500})$", re.MULTILINE | re.IGNORECASE
)
_NO_PACKAGE = frozenset({"python", "python3", "pip", "pip3", "none", "nothing", "standard-library", "stdlib"})
_IMPORT_LINE = re.compile(r"^[ \t]*(?:import|from)[ \t]+([A-Za-z_]\w*)", re.MULTILINE)
_SCRIPT_BLOCK = re.compile(r"^# /// script$\n((?:^#(?: .*)?$\n)+?)^# ///$", re.MULTILINE)
_OPTIONS_WITH_VALUE = frozenset({"-r", "-c", "-i", "-t", "-e", "-f", "--requirement", "--constraint", "--index-url",
                                 "--extra-index-url", "--target", "--editable", "--find-links",
                                 "--trusted-host"})  # fmt: skip

_PROSE = frozenset(
    [
        "a",
        "an",
        "and",
        "as",
        "before",
        "first",
        "for",
        "from",
        "if",
        "in",
        "it",
        "of",
        "on",
        "or",
        "so",
        "that",
        "the",
        "then",
        "this",
        "to",
        "using",
        "via",
        "with",
    ]
)


def dependencies(files: Sequence[SourceFile], shell: Iterable[str], requirements: Iterable[str]) -> tuple[str, ...]:
    """Sorted requirements: `pip install` lines (shell or comments), requirements.txt, inline hints, bare imports.

    Imports of the standard library and of the program's own modules are left out. At most 50.
    """
    sources = [file for file in files if file.path.endswith(".py")]
    asked = [spec for text in (*shell, *(file.text for file in sources)) for spec in pip_installs(text)]
    asked += [spec for text in requirements for spec in _requirement_lines(text)]
    asked += [spec for file in sources for spec in (*_script_metadata(file.text), *_hints(file.text))]
    local = {part.removesuffix(".py") for file in files for part in file.path.split("/")}
    own = local | sys.stdlib_module_names
    imported = set().union(*(_imports(file.text) for file in sources))
    found = {name for name in imported if name.partition(".")[0] not in own}
    chosen: dict[str, str] = {}
    for spec in (*asked, *sorted(found)):
        chosen.setdefault(_normal(spec), spec)
    return tuple(sorted(chosen.values(), key=str.lower)[:MAX_DEPENDENCIES])


def _script_metadata(text: str) -> list[str]:
    """The dependencies in a `# /// script` block (inline script metadata, PEP 723)."""
    match = _SCRIPT_BLOCK.search(text)
    if match is None:
        return []
    try:
        found = tomllib.loads("\n".join(line[2:] for line in match.group(1).splitlines()))
    except tomllib.TOMLDecodeError:
        return []
    listed = found.get("dependencies", [])
    return _requirement_lines("\n".join(map(str, listed))) if isinstance(listed, list) else []


def _hints(text: str) -> list[str]:
    """What comments like `# requirements: numpy, rich>=13` list; a line with anything else is prose."""
    found: list[str] = []
    for line in _HINT.findall(text):
        words = [word.strip().strip("\"'`") for word in line.rstrip(".").split(",")]
        if all(_REQUIREMENT.fullmatch(word) for word in words):
            found += [word for word in words if _normal(word) not in _NO_PACKAGE]
    return found


def pip_installs(text: str) -> list[str]:
    """What the `pip install` lines of a shell script, notebook cell or comment ask for; nothing is run."""
    found: list[str] = []
    for command in re.split(r"\n|&&|;", text):
        match = _PIP.match(command) if len(command) < 1000 else None
        if match:
            found += _arguments(match.group(1))
    return found


def _arguments(line: str) -> list[str]:
    words, found = iter(line.partition(" #")[0].split()), []
    for word in words:
        if word.lower() in _PROSE:
            # a comment that goes on in words: "pip install numpy to run this"
            break
        if word in _OPTIONS_WITH_VALUE:
            next(words, None)
        elif _REQUIREMENT.fullmatch(word.strip("\"'`")):
            found.append(word.strip("\"'`"))
    return found


def _requirement_lines(text: str) -> list[str]:
    lines = (line.partition("#")[0].partition(";")[0].replace(" ", "").strip() for line in text.split("\n"))
    return [line for line in lines if _REQUIREMENT.fullmatch(line)]


def _imports(text: str) -> frozenset[str]:
    tree = parse(text)
    return imports(tree) if tree else frozenset(_IMPORT_LINE.findall(text))


def _normal(spec: str) -> str:
    match = _REQUIREMENT.fullmatch(spec)
    return re.sub(r"[-_.]+", "-", match.group(1) if match else spec).lower()
