"""ES modules of the held packages: one address for each, whatever the page wrote, so that a page has one of each.

A package's bundled entry points are at `esm.sh/<name>@<version>/+<choices>/<file>`, its other modules at
`.../~<choices>/<path>`. Any other address answers with a module that passes on all of one of these. The choices are
what a page asked with `?deps=` and `?external=`, as far as they change what this package is linked to.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qsl

from sandboxes.preview.cdn_hosts import PREFIX
from sandboxes.preview.cdn_index import CdnIndex, Entry, Held
from sandboxes.preview.cdn_missing import is_marked

MODULES = f"{PREFIX}esm.sh/"
MAX_CHOICES = 1000
# stands for the slash of a scope, since choices are one part of a path
_SCOPE_MARK = "!"
_CANONICAL = re.compile(r"((?:@[\w.~-]+/)?[\w.~-]+)@([\w.+-]+)/([+~])([^/]*)/(.+)", re.DOTALL)
_LINK = re.compile(re.escape(MODULES) + r"((?:@[\w.-]+/)?[\w.-]+)@([\w.-]+)/\+/([\w.~@-]+)\.js")
_BARE = re.compile(r"(\b(?:from|import)\s{0,8}\(?\s{0,8})([\"'])([@\w][^\"'\s]{0,200})\2")
_SYNTAX = re.compile(r"(?:^|[;}\n])\s{0,40}(?:export\s{0,4}[{*\w]|import\s{0,4}[{*\w\"'])")
_DEFAULT = re.compile(r"\bexport\s{1,4}default\b|\bas\s{1,4}default\b")
_BUILD = re.compile(
    r"(?:X-[\w-]+/)?(?:es20\d\d|esnext|deno|denonext|node)/(.+?)(?:\.bundle|\.nobundle|\.development)?\.m?js"
)


@dataclass(frozen=True, kw_only=True)
class Choices:
    """Which versions the modules shall be linked to, and which packages the page itself provides."""

    versions: Mapping[str, str] = field(default_factory=dict)
    external: frozenset[str] = frozenset()

    def leaves(self, name: str) -> bool:
        """Whether the page's own import map says where this package is."""
        return name in self.external or "*" in self.external


@dataclass(frozen=True, kw_only=True)
class ModuleFile:
    """Where a module of our own address lies, and how its links are to be changed."""

    held: Held
    path: str
    bundled: bool
    choices: Choices


class CdnModules:
    """Finds modules and writes the ones that lead to them."""

    def __init__(self, index: CdnIndex) -> None:
        self._index = index
        self._reached: dict[str, Mapping[str, frozenset[str]]] = {}

    def read_choices(self, text: str) -> Choices:
        """The choices in a query such as `deps=react@18&external=react-dom`."""
        try:
            fields = parse_qsl(text[:MAX_CHOICES], max_num_fields=30)
        except ValueError:
            return Choices()
        wanted = {key: value.split(",") for key, value in fields if key in {"deps", "external"}}
        pairs = (word.rpartition("@")[::2] for word in wanted.get("deps", []) if "@" in word[1:])
        found = {name: self._index.candidates([name], version)[:1] for name, version in pairs}
        versions = {name: held[0].version for name, held in found.items() if held}
        return Choices(versions=versions, external=frozenset(word for word in wanted.get("external", []) if word))

    def read(self, path: str) -> ModuleFile | None:
        """The module at an address of our own; None where there is none such."""
        match = _CANONICAL.fullmatch(path)
        held = self._index.exact(match[1], match[2]) if match else None
        if match is None or held is None:
            return None
        choices = self.read_choices(match[4].replace(";", "&").replace(_SCOPE_MARK, "/"))
        return ModuleFile(held=held, path=match[5], bundled=match[3] == "+", choices=choices)

    def entry(self, held: Held, path: str) -> str | None:
        """The entry point that a path below a package means, `.` for none; None where it is no entry point."""
        if build := _BUILD.fullmatch(path):
            stem = build[1]
            path = "" if stem == held.name.rpartition("/")[2] else stem
        path = path.removeprefix("dev.")
        words = [path, re.sub(r"\.(?:m|c)?js$", "", path), f"{path}/index", f"{path}.js"] if path else [""]
        found = next((f"./{word}" if word else "." for word in words if self._has(held, word)), None)
        if found is None and "." in held.entries and self._is_whole(held, path):
            return "."
        return found

    def address(self, held: Held, entry: Entry, choices: Choices) -> str:
        """Our own address of an entry point."""
        return f"{MODULES}{held.label}/+{self._written(held, choices)}/{entry.file}"

    def raw_address(self, held: Held, path: str, choices: Choices) -> str:
        """Our own address of a module that is no entry point."""
        return f"{MODULES}{held.label}/~{self._written(held, choices)}/{path}"

    def linked(self, text: str, choices: Choices) -> str:
        """A bundled module's text, its links as the choices want them."""
        if not choices.versions and not choices.external:
            return text
        return _LINK.sub(lambda match: self._link(match, choices), text)

    def with_links(self, text: str, owner: Held, choices: Choices) -> str:
        """A module's text with the packages it names made addresses."""
        return _BARE.sub(lambda match: self._bare(match, owner, choices), text)

    def _is_whole(self, held: Held, path: str) -> bool:
        """Whether a path that is no entry point is just another name for the whole package."""
        return held.find(path) in {held.unpkg, held.jsdelivr} - {""} or (
            "/" not in path and _is_named_whole(held, path)
        )

    def stands_in(self, held: Held, path: str) -> Entry | None:
        """The entry point that does for a file with the whole package as an ES module, which is not held as such."""
        return held.entries.get(".") if is_marked(path) and _is_named_whole(held, path) else None

    def _has(self, held: Held, word: str) -> bool:
        return (f"./{word}" if word else ".") in held.entries

    def _link(self, match: re.Match[str], choices: Choices) -> str:
        name, version, file = match.groups()
        if choices.leaves(name):
            return name if file == "index" else f"{name}/{file.replace('~', '/')}"
        held = self._index.exact(name, choices.versions.get(name, version))
        if held is None:
            return match[0]
        return f"{MODULES}{held.label}/+{self._written(held, choices)}/{file}.js"

    def _bare(self, match: re.Match[str], owner: Held, choices: Choices) -> str:
        before, quote, specifier = match.groups()
        parts = specifier.split("/")
        taken = 2 if specifier.startswith("@") else 1
        name, path = "/".join(parts[:taken]), "/".join(parts[taken:])
        if choices.leaves(name):
            return match[0]
        wanted = choices.versions.get(name) or (owner.version if name == owner.name else owner.ranges.get(name, ""))
        for held in self._index.candidates([name], wanted):
            entry = self.entry(held, path)
            if entry is not None:
                return f"{before}{quote}{self.address(held, held.entries[entry], choices)}{quote}"
            if found := held.find(path):
                return f"{before}{quote}{self.raw_address(held, found, choices)}{quote}"
        return f"{before}{quote}{MODULES}{specifier}{quote}"

    def _written(self, held: Held, choices: Choices) -> str:
        """The choices that matter to this package, in one order."""
        if not choices.versions and not choices.external:
            return ""
        reached = self._reach(held)
        external = sorted(name for name in choices.external if name == "*" or name in reached)
        differ = (
            name for name in sorted(choices.versions) if reached.get(name, frozenset()) - {choices.versions[name]}
        )
        versions = [f"{name}@{choices.versions[name]}" for name in differ if name not in external]
        parts = [("deps", versions), ("external", external)]
        return ";".join(f"{key}={','.join(words)}" for key, words in parts if words).replace("/", _SCOPE_MARK)

    def _reach(self, held: Held) -> Mapping[str, frozenset[str]]:
        """The held packages that this one is linked to, directly or through others, with their versions."""
        if held.label not in self._reached:
            found: dict[str, set[str]] = {}
            todo = [held]
            while todo:
                for name, version in _links(todo.pop(), self._index):
                    below = self._index.exact(name, version)
                    if version not in found.setdefault(name, set()) and below is not None:
                        found[name].add(version)
                        todo.append(below)
            self._reached[held.label] = {name: frozenset(versions) for name, versions in found.items()}
        return self._reached[held.label]


def is_module(text: str) -> bool:
    """Whether a script is an ES module."""
    return bool(_SYNTAX.search(text))


def passing_on(address: str, text_or_entry: str | Entry) -> str:
    """A module that is the one at another address."""
    has_default = bool(_DEFAULT.search(text_or_entry)) if isinstance(text_or_entry, str) else text_or_entry.has_default
    default = f'export {{ default }} from "{address}";\n' if has_default else ""
    return f'export * from "{address}";\n{default}'


def wrapped(text: str) -> str:
    """A script of the older kinds as a module with one default export."""
    return (
        "const module = { exports: {} };\n(function (module, exports, define, global) {\n"
        f"{text}\n}}).call(globalThis, module, module.exports, undefined, globalThis);\n"
        "export default module.exports;\n"
    )


def _is_named_whole(held: Held, path: str) -> bool:
    """Whether a file is called `index` or as its package."""
    stem = path.rpartition("/")[2].partition(".")[0].lower()
    return stem in {"index", held.name.rpartition("/")[2].partition(".")[0].lower()}


def _links(held: Held, index: CdnIndex) -> Iterable[tuple[str, str]]:
    yield from ((name, version) for name, versions in held.links.items() for version in versions)
    for name, wanted in held.ranges.items():
        if name not in held.links:
            yield from ((found.name, found.version) for found in index.candidates([name], wanted)[:1])
