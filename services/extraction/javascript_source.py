"""What JavaScript and TypeScript source asks for, found without running it."""

import json
import re
from collections.abc import Iterable, Mapping

MAX_RANGE = 150
_SPECIFIER = re.compile(
    r"""(?:\bfrom\s*|\bimport\s*\(?\s*|\brequire\s*\(\s*|\bexport\s+[^'"\n;]*\bfrom\s*)(["'])([^"'\n]{1,200})\1"""
)
# text that looks like an import and is none: comments, types that are taken away, attempts that may fail
_COMMENT = re.compile(r"^[ \t]*(?://[^\n]*|/\*.*?\*/)", re.MULTILINE | re.DOTALL)
_TYPES = re.compile(r"""\b(?:import|export)\s+type\b[^'";]{0,2000}?from\s*(["'])[^"'\n]{1,200}\1""")
_ATTEMPT = re.compile(r"\btry\s*\{[^{}]{0,1000}\}\s*catch\b")
_INSTALL = re.compile(r"\b(?:npm\s+(?:install|i|add)|(?:yarn|pnpm|bun)\s+(?:add|install))\s+([^\n;&|`]{1,500})")
_IMPORT_MAP = re.compile(
    r"""<script[^>]{0,200}type\s*=\s*["']importmap["'][^>]{0,200}>(.*?)</script>""", re.DOTALL | re.IGNORECASE
)
_NAME = re.compile(r"(?:@[A-Za-z0-9][A-Za-z0-9._-]*/)?[A-Za-z0-9][A-Za-z0-9._-]*")
_BUILT_IN_WORDS = """
    assert async_hooks buffer child_process cluster console constants crypto dgram diagnostics_channel dns domain events
    fs http http2 https inspector module net os path perf_hooks process punycode querystring readline repl stream
    string_decoder sys test timers tls trace_events tty url util v8 vm wasi worker_threads zlib
"""
BUILT_IN = frozenset(_BUILT_IN_WORDS.split())


def packages(
    sources: Iterable[str], manifests: Iterable[str], *, shell: Iterable[str] = (), pages: Iterable[str] = ()
) -> tuple[str, ...]:
    """Packages from imports and package.json texts as `name` or `name@range`, sorted; no built-in and no relative ones.

    An install command (in `shell` or a comment) gives versions to what is imported: what is not imported is not needed.
    What an import map of one of the `pages` leads elsewhere is nobody's package.
    """
    texts = list(sources)
    groups = [_groups(text) for text in manifests]
    found = {package_of(match[1]) for text in texts for match in _SPECIFIER.findall(_code(text))}
    found |= {name for group in groups for name in (*group["dependencies"], *group["peerDependencies"])}
    versions = {name: version for text in (*texts, *shell) for name, version in _installs(text)}
    versions |= {name: text for group in groups for part in group.values() for name, text in part.items()}
    elsewhere = BUILT_IN | {name for page in pages for name in _mapped(page)}
    wanted = (name for name in found if name and name not in elsewhere and not name.startswith("@types/"))
    return tuple(sorted(f"{name}@{versions[name]}" if versions.get(name) else name for name in wanted))


def _code(text: str) -> str:
    return _ATTEMPT.sub(" ", _TYPES.sub(" ", _COMMENT.sub(" ", text)))


def package_of(specifier: str) -> str:
    """The package that an import leads to; empty for a file, an address or a built-in module by its full name."""
    if specifier.startswith((".", "/", "node:", "file:", "http:", "https:", "#")):
        return ""
    parts = specifier.split("/")
    name = "/".join(parts[:2]) if specifier.startswith("@") else parts[0]
    return name if _NAME.fullmatch(name) else ""


def _groups(text: str) -> dict[str, dict[str, str]]:
    """The manifest's groups of dependencies, each name to its range; empty where it is no manifest."""
    kinds = ("devDependencies", "optionalDependencies", "peerDependencies", "dependencies")
    manifest = _object(text)
    found: dict[str, dict[str, str]] = {}
    for kind in kinds:
        group = manifest.get(kind)
        named = group.items() if isinstance(group, dict) else ()
        found[kind] = {name: _range(version) for name, version in named if _NAME.fullmatch(name)}
    return found


def _range(version: object) -> str:
    # what is no range goes on as it is: the sandbox refuses it and says why
    text = version.strip()[:MAX_RANGE] if isinstance(version, str) else ""
    return "" if text in {"*", "latest", "x"} else text


def _installs(text: str) -> list[tuple[str, str]]:
    """Names with versions in the install commands of a text."""
    words = (word for line in _INSTALL.findall(text) for word in line.split())
    pairs = (word.strip("\"'`.,").rpartition("@") for word in words)
    return [(name, _range(version)) for name, _, version in pairs if _NAME.fullmatch(name)]


def _mapped(page: str) -> list[str]:
    names = (_object(text).get("imports") for text in _IMPORT_MAP.findall(page))
    return [name.rstrip("/") for group in names if isinstance(group, dict) for name in group]


def _object(text: str) -> Mapping[str, object]:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}
