"""What JavaScript and TypeScript source asks for, found without running it."""

import json
import re
from collections.abc import Iterable

_SPECIFIER = re.compile(
    r"""(?:\bfrom\s*|\bimport\s*\(?\s*|\brequire\s*\(\s*|\bexport\s+[^'"\n;]*\bfrom\s*)(["'])([^"'\n]{1,200})\1"""
)
_NAME = re.compile(r"(?:@[a-z0-9-][a-z0-9._-]*/)?[a-z0-9-][a-z0-9._-]*")
_BUILT_IN_WORDS = """
    assert async_hooks buffer child_process cluster console constants crypto dgram diagnostics_channel dns domain events
    fs http http2 https inspector module net os path perf_hooks process punycode querystring readline repl stream
    string_decoder sys test timers tls trace_events tty url util v8 vm wasi worker_threads zlib
"""
BUILT_IN = frozenset(_BUILT_IN_WORDS.split())


def packages(sources: Iterable[str], manifests: Iterable[str]) -> tuple[str, ...]:
    """Package names from imports and package.json texts, sorted; no built-in and no relative ones.

    An install command says nothing more: what is not imported is not needed.
    """
    found = {_package(match[1]) for text in sources for match in _SPECIFIER.findall(text)}
    found |= {name for text in manifests for name in _declared(text)}
    return tuple(sorted(name for name in found if name and name not in BUILT_IN))


def _package(specifier: str) -> str:
    if specifier.startswith((".", "/", "node:", "file:", "http:", "https:", "#")):
        return ""
    parts = specifier.split("/")
    name = "/".join(parts[:2]) if specifier.startswith("@") else parts[0]
    return name if _NAME.fullmatch(name) else ""


def _declared(text: str) -> list[str]:
    try:
        manifest = json.loads(text)
    except (ValueError, RecursionError):
        return []
    if not isinstance(manifest, dict):
        return []
    wanted = [manifest.get(key) for key in ("dependencies", "peerDependencies")]
    return [name for group in wanted if isinstance(group, dict) for name in group if _NAME.fullmatch(name)]
