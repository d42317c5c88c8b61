"""What a JavaScript program asks npm for: a name and a range of versions, nothing else."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from sandboxes.semver import parse_range

MAX_NAME = 214
_NAME = re.compile(r"(?:@[A-Za-z0-9][A-Za-z0-9._~-]*/)?[A-Za-z0-9][A-Za-z0-9._~-]*")
_FORBIDDEN = frozenset({"node_modules", "favicon.ico"})
# `latest` is what npm takes where nothing is said
_ANY = frozenset({"", "*", "latest"})
_ADDRESSES = ("git+", "git:", "git@", "github:", "gitlab:", "bitbucket:", "gist:", "http:", "https:", "ssh:", "file:",
              "link:", "npm:", "workspace:", "portal:", "patch:", "./", "../", "/", "~/")  # fmt: skip
_BUILT_IN_WORDS = """
    assert async_hooks buffer child_process cluster console constants crypto dgram diagnostics_channel dns domain events
    fs http http2 https inspector module net os path perf_hooks process punycode querystring readline repl stream
    string_decoder sys test timers tls trace_events tty url util v8 vm wasi worker_threads zlib
"""
BUILT_IN = frozenset(_BUILT_IN_WORDS.split())


@dataclass(frozen=True, kw_only=True)
class NpmRequest:
    """A package and the range of its versions; "" is any."""

    name: str
    versions: str = ""

    def __str__(self) -> str:
        """As npm takes it."""
        return f"{self.name}@{self.versions}" if self.versions else self.name

    @property
    def built_in(self) -> bool:
        """Whether the runtime itself answers to this name; a package of that name is never asked for."""
        return self.name in BUILT_IN

    def satisfied_by(self, inside: Mapping[str, str]) -> bool:
        """Whether one of these packages (name to version, "" unknown) is what is asked for."""
        if self.name not in inside:
            return False
        wanted, version = parse_range(self.versions), inside[self.name]
        return not version or wanted is None or not self.versions or wanted.contains(version)


def npm_request(word: str) -> NpmRequest | str:
    """The request in `name`, `@scope/name`, `name@range` or `node:name`; else why it is none."""
    text = word.removeprefix("node:")
    name, _, versions = text[1:].partition("@") if text.startswith("@") else text.partition("@")
    name, versions = (f"@{name}" if text.startswith("@") else name), versions.strip()
    if text.startswith(_ADDRESSES) or versions.startswith(_ADDRESSES):
        return "only a name and versions, no address and no other name"
    if not _NAME.fullmatch(name) or len(name) > MAX_NAME or name.lower() in _FORBIDDEN:
        return "not the name of a package"
    if versions in _ANY:
        return NpmRequest(name=name)
    if parse_range(versions) is None:
        return "not a range of versions"
    return NpmRequest(name=name, versions=versions)
