"""Answers for the addresses of content networks, from the local copies of common packages."""

import os
import stat
from collections.abc import Iterable
from pathlib import Path
from urllib.parse import unquote

from sandboxes.preview.cdn_fonts import font_sheet
from sandboxes.preview.cdn_hosts import HOSTS, NPM_HOSTS
from sandboxes.preview.cdn_index import CdnIndex, Held
from sandboxes.preview.cdn_missing import Wanted, explain, refusal, wanted_as
from sandboxes.preview.cdn_modules import CdnModules, Choices, ModuleFile, is_module, passing_on, wrapped
from sandboxes.preview.cdn_request import Request, package, read_request
from sandboxes.preview.cdn_version import is_same_release
from sandboxes.preview.rewrite import rewrite
from sandboxes.preview.settings import CdnAnswer, TextKind

MAX_FILE = 16 << 20
MAX_COMBINED = 40
# where packages have modules that their manifest gives shorter names
_MODULE_FOLDERS = ("", "esm/", "es/", "dist/", "lib/")
_TAILWIND_PLUGINS = ("forms", "typography", "aspect-ratio", "container-queries", "line-clamp")
_TYPES = {
    "js": "text/javascript; charset=utf-8",
    "mjs": "text/javascript; charset=utf-8",
    "css": "text/css; charset=utf-8",
    "json": "application/json; charset=utf-8",
    "woff2": "font/woff2",
    "woff": "font/woff",
    "svg": "image/svg+xml",
    "png": "image/png",
    "gif": "image/gif",
    "jpg": "image/jpeg",
    "wasm": "application/wasm",
}


class CdnFiles:
    """The local copies in one folder, as the image `cdn` has them at /opt/cdn.

    Only files that the folder's index names are ever read, and no link is followed.

    Raises:
        Unavailable: the folder holds no index that this release reads.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._index = CdnIndex(folder)
        self._modules = CdnModules(self._index)
        self._fonts = {face["file"] for family in self._index.fonts.values() for face in family["faces"]}

    @classmethod
    def newest_in(cls, folder: Path) -> "CdnFiles | None":
        """Those in the folder's subfolder that was made last; None where there is none."""
        found = [path.parent for path in folder.glob("[!.]*/index.json")]
        return cls(max(found, key=lambda path: path.stat().st_mtime)) if found else None

    def resolve(self, host: str, path: str, query: str = "") -> CdnAnswer:
        """The answer to a request for `https://host/path?query`; where it is not held, one that says what is."""
        path = unquote(path)
        if host not in HOSTS:
            return self._missing(Request(how="unknown"), host, path)
        if host in NPM_HOSTS and path.lstrip("/").startswith("combine/"):
            return self._combined(host, path.lstrip("/").removeprefix("combine/"))
        asked = read_request(host, path)
        answer = self._answer(asked, host, path.lstrip("/"), query)
        return answer or self._missing(asked, host, path, query)

    def missing(self, address: str) -> str:
        """What the console shall say of `host/path?query`: "" for what is held, or a script, which says it itself."""
        host, _, rest = address.partition("/")
        path, _, query = rest.partition("#")[0].partition("?")
        if not path or wanted_as(host, path) in {Wanted.SCRIPT, Wanted.MODULE}:
            return ""
        return self.resolve(host, path, query.replace("&amp;", "&")).message

    def rewrite(self, text: str, kind: TextKind) -> str:
        """The text with the addresses of content networks made those of local copies."""
        return rewrite(text, kind, missing=self.missing)

    def _answer(self, asked: Request, host: str, path: str, query: str) -> CdnAnswer | None:
        if asked.how == "nothing":
            return _script("/* browsers of today need no polyfills */\n")
        if asked.how in {"font", "style-of-fonts"}:
            return self._font(asked.path) if asked.how == "font" else self._font_sheet(query)
        if asked.how == "module" and (own := self._modules.read(path)):
            return self._own_module(own)
        if asked.how == "module" or (asked.how == "file" and "module" in query.split("&")):
            return self._module(asked, query)
        if asked.names == ("tailwindcss-cdn",):
            return self._tailwind(asked, query)
        return self._file(asked, host)

    def _file(self, asked: Request, host: str) -> CdnAnswer | None:
        """A package's file, from the first version that fits and has it."""
        candidates = self._candidates(asked)
        for held in candidates:
            if not asked.path:
                found = held.unpkg if host == "unpkg.com" else held.jsdelivr
            else:
                found = held.find(asked.path) if asked.how == "file" else held.find_by_name(asked.path)
            if found:
                return self._read("files", held, found)
            if whole := self._modules.stands_in(held, asked.path):
                return _script(passing_on(self._modules.address(held, whole, Choices()), whole))
        return self._moved(candidates, asked)

    def _moved(self, candidates: Iterable[Held], asked: Request) -> CdnAnswer | None:
        """A file that other releases than the one asked for have in another place."""
        for held in candidates:
            moved = asked.path and not is_same_release(held.version, asked.version)
            if moved and (found := held.find_by_name(asked.path)):
                return self._read("files", held, found)
        return None

    def _candidates(self, asked: Request) -> list[Held]:
        names = list(asked.names)
        if asked.repository:
            names = self._index.of_repository(asked.repository)
        else:
            names = [found for name in names for found in self._index.named(name)]
        return self._index.candidates(names, asked.version)

    def _module(self, asked: Request, query: str) -> CdnAnswer | None:
        """A module that passes on the one at our own address, or another file as it is."""
        choices = self._modules.read_choices("&".join(part for part in (asked.options, query) if part))
        for held in self._candidates(asked):
            entry = self._modules.entry(held, asked.path)
            if entry is not None:
                found = held.entries[entry]
                return _script(passing_on(self._modules.address(held, found, choices), found))
            places = (held.find(folder + (asked.path or held.jsdelivr)) for folder in _MODULE_FOLDERS)
            if answer := self._raw_module(held, next(filter(None, places), ""), choices):
                return answer
        return None

    def _raw_module(self, held: Held, path: str, choices: Choices) -> CdnAnswer | None:
        answer = self._read("files", held, path) if path else None
        if answer is None or not path.endswith(("js", "mjs")):
            return answer
        text = answer.body.decode(errors="replace")
        if is_module(text):
            return _script(passing_on(self._modules.raw_address(held, path, choices), text))
        return _script(wrapped(text))

    def _own_module(self, own: ModuleFile) -> CdnAnswer | None:
        if own.bundled:
            answer = self._read("esm", own.held, own.path, listed=False)
            text = answer.body.decode(errors="replace") if answer else ""
            return _script(self._modules.linked(text, own.choices)) if answer else None
        path = own.held.find(own.path)
        answer = self._read("files", own.held, path) if path else None
        if answer is None or not path.endswith(("js", "mjs")):
            return answer
        text = answer.body.decode(errors="replace")
        return _script(self._modules.with_links(text, own.held, own.choices) if is_module(text) else wrapped(text))

    def _tailwind(self, asked: Request, query: str) -> CdnAnswer | None:
        """The Play CDN's script with the plugins that were asked for, or with all where it is more than one."""
        plugins = [name for name in _TAILWIND_PLUGINS if name in query]
        variant = {0: "", 1: f"-with-{plugins[0]}" if plugins else ""}.get(len(plugins), "-with-all-plugins")
        for held in self._candidates(asked):
            for name in (f"tailwindcss{variant}.js", "tailwindcss-with-all-plugins.js"):
                if found := held.find_by_name(name):
                    return self._read("files", held, found)
        return None

    def _font_sheet(self, query: str) -> CdnAnswer:
        sheet = font_sheet(query, self._index.fonts)
        message = explain_fonts(sheet.unknown, self._index.fonts) if sheet.unknown else ""
        return CdnAnswer(status=200, body=sheet.css.encode(), media_type=_TYPES["css"], message=message)

    def _font(self, path: str) -> CdnAnswer | None:
        name = path.removeprefix("s/")
        return self._bytes("fonts", name) if name in self._fonts else None

    def _combined(self, host: str, path: str) -> CdnAnswer:
        """jsDelivr's `/combine/npm/a,npm/b`: each file in turn."""
        parts = path.split(",")[:MAX_COMBINED]
        answers = [self.resolve(host, part) for part in parts]
        body = b"\n".join(answer.body for answer in answers)
        message = " ".join(answer.message for answer in answers if answer.message)
        if len(body) > MAX_FILE:
            return self._missing(package(path, "unknown"), host, path)
        return CdnAnswer(status=200, body=body, media_type=answers[0].media_type, message=message)

    def _read(self, area: str, held: Held, path: str, *, listed: bool = True) -> CdnAnswer | None:
        if listed and path not in held.files:
            return None
        if not listed and "/" in path:
            return None
        return self._bytes(area, held.label, path)

    def _bytes(self, *parts: str) -> CdnAnswer | None:
        data = _read_below(self._folder, [word for part in parts for word in part.split("/")])
        if data is None:
            return None
        ending = parts[-1].rpartition(".")[2].lower()
        return CdnAnswer(status=200, body=data, media_type=_TYPES.get(ending, "text/plain; charset=utf-8"))

    def _missing(self, asked: Request, host: str, path: str, query: str = "") -> CdnAnswer:
        message = explain(self._index, asked, self._candidates(asked), host, path)
        wanted = wanted_as(host, path, as_module="module" in query.split("&"))
        status, body, ending = refusal(wanted, message)
        return CdnAnswer(
            status=status, body=body.encode(), media_type=_TYPES.get(ending, "text/plain"), message=message
        )


def explain_fonts(unknown: Iterable[str], held: Iterable[str]) -> str:
    """Which families are missing, and which there are."""
    return (
        f"There is no local copy of the font {', '.join(name for name in unknown)} (fonts.googleapis.com). "
        f"Held: {', '.join(sorted(held))}."
    )


def _script(text: str) -> CdnAnswer:
    return CdnAnswer(status=200, body=text.encode(), media_type=_TYPES["js"])


def _read_below(folder: Path, parts: Iterable[str]) -> bytes | None:
    """A regular file below the folder, reached without following a link; None where there is none, or it is too big."""
    words = list(parts)
    if any(word in {"", ".", ".."} or "\0" in word for word in words):
        return None
    here = -1
    try:
        here = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        for place, word in enumerate(words):
            kind = os.O_DIRECTORY if place < len(words) - 1 else os.O_NONBLOCK
            below = os.open(word, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | kind, dir_fd=here)
            os.close(here)
            here = below
        facts = os.fstat(here)
        if not stat.S_ISREG(facts.st_mode) or facts.st_size > MAX_FILE:
            return None
        with os.fdopen(os.dup(here), "rb") as file:
            return file.read(MAX_FILE)
    except OSError:
        return None
    finally:
        if here >= 0:
            os.close(here)
