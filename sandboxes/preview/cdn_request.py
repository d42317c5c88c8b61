"""What an address of a content network asks for."""

import re
from dataclasses import dataclass
from typing import Literal

from sandboxes.preview import cdn_hosts as hosts

MAX_PATH = 2000
# `@scope/name@version/path`, where esm.sh allows options behind the version
_PACKAGE = re.compile(
    r"((?:@[\w.~-]{1,100}/)?[\w.~-]{1,100})(?:@([^/&]{0,100}))?(?:&([^/]{0,300}))?(?:/(.*))?", re.DOTALL
)
_D3 = re.compile(r"([\w-]{1,60})\.v(\d{1,3})((?:\.min)?\.js)")
_JQUERY = re.compile(r"jquery-(\d[\w.-]{0,30}?)((?:\.slim)?(?:\.min)?)\.js")
_PLOTLY = re.compile(r"plotly(?:-[a-z]+)*-(latest|\d[\w.-]{0,30}?)(?:\.min)?\.js")
_VERSION_FIRST = re.compile(r"(?:releases/)?(v?\d[\w.-]{0,30}|latest)/(.*)", re.DOTALL)
_BUILD_OF_ESM = re.compile(r"(?:v\d{1,4}|stable|pin)/")

How = Literal["file", "by-name", "module", "font", "style-of-fonts", "nothing", "unknown"]


@dataclass(frozen=True, kw_only=True)
class Request:
    """`names` are what the package may be called; how: a file at its path, one found by its name, an ES module, ..."""

    how: How
    names: tuple[str, ...] = ()
    version: str = ""
    path: str = ""
    options: str = ""
    repository: str = ""


def read_request(host: str, path: str) -> Request:
    """What this asks for; `unknown` where the host knows no such path."""
    path = path.lstrip("/")
    if len(path) > MAX_PATH or "\0" in path:
        return Request(how="unknown")
    if host in hosts.NPM_HOSTS:
        return _npm(host, path)
    if host in hosts.MODULE_HOSTS | hosts.LIBRARY_HOSTS:
        return _module(path) if host in hosts.MODULE_HOSTS else _library(path)
    if host in hosts.FONT_HOSTS:
        return Request(how="font" if host == "fonts.gstatic.com" else "style-of-fonts", path=path)
    if host in hosts.POLYFILL_HOSTS:
        return Request(how="nothing")
    return _of_project(host, path)


def package(text: str, how: How) -> Request:
    """`name@version/path` as npm and its networks write it."""
    match = _PACKAGE.fullmatch(text)
    if match is None:
        return Request(how="unknown")
    name, version, options, path = match.groups(default="")
    return Request(how=how, names=(name,), version=version, path=path.strip("/"), options=options)


def _npm(host: str, path: str) -> Request:
    if host == "unpkg.com":
        return package(path, "file")
    kind, _, rest = path.partition("/")
    if kind == "gh":
        owner, _, rest = rest.partition("/")
        if (owner, rest.partition("@")[0]) == ("lit", "dist"):
            return package(rest.replace("dist", "lit", 1).partition("/")[0], "module")
        found = package(rest, "by-name")
        return Request(**{**vars(found), "repository": f"{owner}/{found.names[0]}"}) if found.names else found
    if kind != "npm":
        # as jsDelivr's addresses were at first
        return _library(path)
    if rest.endswith("/+esm"):
        return package(rest.removesuffix("/+esm"), "module")
    return package(rest, "file")


def _module(path: str) -> Request:
    path = path.removeprefix("npm:").removeprefix("npm/").removeprefix("-/").removeprefix("*")
    if build := _BUILD_OF_ESM.match(path):
        path = path[build.end() :]
    return package(path.removesuffix("/+esm"), "module")


def _library(path: str) -> Request:
    parts = path.removeprefix("ajax/libs/").split("/", 2)
    if len(parts) < 3:
        return Request(how="unknown", names=(parts[0],))
    name, version, rest = parts
    return Request(how="by-name", names=(name,), version=version, path=rest)


def _of_project(host: str, path: str) -> Request:
    if host in hosts.BOOTSTRAP_HOSTS:
        return _library(path)
    if host in hosts.ICON_HOSTS:
        found = _VERSION_FIRST.fullmatch(path)
        version, rest = (found[1], found[2]) if found else ("6", "js/all.min.js")
        return Request(how="by-name", names=("font-awesome",), version=version.lstrip("v"), path=rest)
    if host == "d3js.org" and (match := _D3.fullmatch(path)):
        return Request(how="by-name", names=(match[1],), version=match[2], path=match[1] + match[3])
    if host == "cdn.plot.ly" and (match := _PLOTLY.fullmatch(path)):
        # the address without a version has led to 1.x for good
        version = "1" if match[1] == "latest" else match[1]
        return Request(how="by-name", names=("plotly.js",), version=version, path="plotly.min.js")
    if host == "cdn.tailwindcss.com":
        return Request(how="by-name", names=("tailwindcss-cdn",), version=path.strip("/") or "3", path="tailwindcss.js")
    return _of_site(host, path)


def _of_site(host: str, path: str) -> Request:
    if host == "code.jquery.com":
        if path.startswith("ui/"):
            parts = path.split("/", 2)
            return Request(how="by-name", names=("jqueryui",), version=parts[1], path=parts[-1])
        match = _JQUERY.fullmatch(path)
        version, variant = (match[1], match[2]) if match else ("1" if "latest" in path else "", ".min")
        return Request(how="by-name", names=("jquery",), version=version, path=f"jquery{variant}.js")
    site = {"threejs.org": "three", "cdn.quilljs.com": "quill", "cdn.socket.io": "socket.io-client"}
    name = site.get(host, "datatables.net" if host == "cdn.datatables.net" else "")
    found = _VERSION_FIRST.fullmatch(path)
    version, rest = (found[1], found[2]) if found else ("", path)
    return Request(how="by-name" if name else "unknown", names=(name,) if name else (), version=version, path=rest)
