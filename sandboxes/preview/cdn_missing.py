"""What is answered for what is not held: what was asked, and what there is."""

import json
from collections.abc import Sequence
from enum import StrEnum

from sandboxes.preview import cdn_hosts as hosts
from sandboxes.preview.cdn_index import CdnIndex, Held
from sandboxes.preview.cdn_request import Request
from sandboxes.preview.cdn_version import major

MAX_ASKED = 200
MAX_FILES = 12
_MODULE_MARKS = (".module.", ".esm.", ".esm-browser.", ".es.", "/esm/", "/es/", "/jsm/", "/modules/")


def is_marked(path: str) -> bool:
    """Whether a file's name says that it is an ES module."""
    return path.endswith((".mjs", "/+esm")) or any(mark in f"/{path}" for mark in _MODULE_MARKS)


class Wanted(StrEnum):
    """How a browser will use the answer."""

    SCRIPT = "script"
    MODULE = "module"
    STYLE = "style"
    DATA = "data"


def wanted_as(host: str, path: str, *, as_module: bool = False) -> Wanted:
    """What an address is for, as far as it can be read off it."""
    ending = path.rpartition("/")[2].rpartition(".")[2].lower()
    if ending == "css" or host == "fonts.googleapis.com":
        return Wanted.STYLE
    if as_module or host in hosts.MODULE_HOSTS or is_marked(path):
        return Wanted.MODULE
    known = ending in {"json", "woff", "woff2", "ttf", "png", "jpg", "jpeg", "svg", "gif", "webp", "wasm", "txt", "glb"}
    return Wanted.DATA if known or host in hosts.FONT_HOSTS else Wanted.SCRIPT


def refusal(wanted: Wanted, message: str) -> tuple[int, str, str]:
    """The status, the text and the kind of an answer that says what is missing.

    A browser runs no script that comes with an error status. A module that asks for names fails before its text could
    run, so that the message is what it fails to find.
    """
    if wanted is Wanted.STYLE:
        return 404, f"/* {message.replace('*/', '* /')} */\n", "css"
    if wanted is Wanted.DATA:
        return 404, f"{message}\n", ""
    literal = json.dumps(message)
    return 200, f"import {literal};\n" if wanted is Wanted.MODULE else f"throw new Error({literal});\n", "js"


def explain(index: CdnIndex, asked: Request, fitting: Sequence[Held], host: str, path: str) -> str:
    """One text for a person: what was asked for is not held, and what is."""
    start = f"No local copy of {host}/{path.lstrip('/')[:MAX_ASKED]} is held, and pages reach no network."
    names = [found for name in asked.names for found in index.named(name)]
    if fitting:
        return f"{start} {_files(fitting[0], asked)}"
    if names:
        listed = "; ".join(f"{name} {', '.join(index.versions(name))}" for name in names)
        majors = ", ".join(dict.fromkeys(major(version) for name in names for version in index.versions(name)))
        wanted = asked.version or "this"
        return f"{start} Version {wanted} of {names[0]} is none of those held: {listed} (major versions {majors})."
    return f"{start} Held packages: {', '.join(_line(index, name) for name in sorted(index.packages))}."


def _files(held: Held, asked: Request) -> str:
    name = asked.path.rpartition("/")[2].lower()
    ending = name.rpartition(".")[2]
    alike = sorted(held.files, key=lambda file: (not file.endswith(ending), file.count("/"), len(file), file))
    return f"{held.label} is, but without this file; it has {', '.join(alike[:MAX_FILES])}{_more(len(alike))}."


def _more(count: int) -> str:
    return f" and {count - MAX_FILES} more" if count > MAX_FILES else ""


def _line(index: CdnIndex, name: str) -> str:
    return f"{name} {'/'.join(index.versions(name))}"
