"""Which blocks are the program: named files, else one block that stands alone. Blocks are never concatenated."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from services.domain.snippet import SourceFile
from services.extraction import python_source
from services.extraction.content import Evidence
from services.extraction.languages import SHELL

MAX_FILES = 50
_TEST = re.compile(r"(?:^|/)test_[^/]*$|[._-](?:test|spec)\.\w+$")
_ENTRY_STEMS = ("main", "app", "__main__", "run", "index", "game", "cli", "server")


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """A block with its environment (empty: none runs it), language as labelled and safe path (empty: unnamed)."""

    environment: str
    language: str
    path: str
    text: str
    label: str = ""
    evidence: Evidence = Evidence.LABEL


def choose_files(
    candidates: Sequence[Candidate], *, family: Collection[str], default_path: str
) -> tuple[SourceFile, ...]:
    """The files of the program, at most 50, in order of first mention; `family` are its code's environments.

    Named blocks are files (a later block of the same name replaces an earlier one unless it no longer parses), data
    files of other languages among them. Of the unnamed blocks one joins, as `default_path`: when no file of the
    family is named, or when it imports a named module and no file has that name or a main guard.
    """
    named: dict[str, str] = {}
    for candidate in candidates:
        path = candidate.path
        if not path or (candidate.language in SHELL and candidate.environment not in family) or len(named) >= MAX_FILES:
            continue
        if _fits(path, named) and _better(candidate, named.get(path)):
            named[path] = candidate.text
    own = [c for c in candidates if c.path and c.environment in family]
    unnamed = [c.text for c in candidates if not c.path and c.environment in family and c.text.strip()]
    main = stand_alone(unnamed) if unnamed else ""
    if main and (not own or _drives(main, named, default_path)):
        named[default_path] = main
    return tuple(SourceFile(path=path, text=text) for path, text in list(named.items())[-MAX_FILES:])


def stand_alone(texts: Sequence[str]) -> str:
    """The longest text that parses, or a later one that defines all its functions and classes again (a revision).

    When none parses (another language, or cut short): the longest, the later of equals.
    """
    trees = [(text, tree) for text in texts if (tree := python_source.parse(text)) is not None]
    working = [(text, python_source.definitions(tree)) for text, tree in trees if python_source.does_something(tree)]
    if not working:
        return max(reversed(texts), key=len)
    best = max(range(len(working)), key=lambda i: (len(working[i][0]), i))
    for i in range(best + 1, len(working)):
        if working[best][1] and working[best][1] <= working[i][1]:
            best = i
    return working[best][0]


def choose_entry(files: Sequence[SourceFile], *, preferred: str) -> str:
    """The file to start: by name (`preferred`, main, app, ...), else the one with a main guard, else the longest."""
    names = [preferred, *_ENTRY_STEMS]
    by_name = {file.path.rpartition("/")[2]: file.path for file in reversed(files)}
    by_stem = {name.rpartition(".")[0]: path for name, path in by_name.items()}
    for name in names:
        if name in by_name or name in by_stem:
            return by_name.get(name) or by_stem[name]
    files = [file for file in files if not _TEST.search(file.path)] or files
    guarded = [file for file in files if python_source.has_main_guard(file.text)]
    usable = guarded or [file for file in files if not file.path.endswith("__init__.py")] or list(files)
    return max(usable, key=lambda file: len(file.text)).path if usable else ""


def _fits(path: str, named: dict[str, str]) -> bool:
    """Whether no file would have to be a folder as well."""
    return not any(path.startswith(f"{other}/") or other.startswith(f"{path}/") for other in named)


def _better(candidate: Candidate, known: str | None) -> bool:
    if known is None or not candidate.path.endswith(".py"):
        return True
    return python_source.parse(candidate.text) is not None or python_source.parse(known) is None


def _drives(main: str, named: dict[str, str], default_path: str) -> bool:
    tree = python_source.parse(main)
    modules = {path.partition("/")[0].removesuffix(".py") for path in named}
    if tree is None or default_path in named or python_source.imports(tree).isdisjoint(modules):
        return False
    return not any(python_source.has_main_guard(text) for text in named.values())
