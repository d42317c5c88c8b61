"""Sorts what a program asks for into what its image holds, what could be installed, and what is refused."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

from sandboxes.npm_request import NpmRequest, npm_request

MAX_WORDS, MAX_WORD = 50, 200
PYTHON, JAVASCRIPT = "python", "javascript"
_PLAIN = re.compile(r"[A-Za-z0-9@_][A-Za-z0-9@_./:+~-]{0,199}")
# where several distributions offer an import, the one that works without a screen or is the usual one
PREFERRED: Mapping[str, str] = {
    "MySQLdb": "mysqlclient",
    "attr": "attrs",
    "cv2": "opencv-python-headless",
    "docx": "python-docx",
    "faiss": "faiss-cpu",
    "fitz": "pymupdf",
    "google": "protobuf",
    "google.oauth2": "google-auth",
    "google.protobuf": "protobuf",
    "jose": "python-jose",
    "mpl_toolkits": "matplotlib",
    "nacl": "pynacl",
    "opencv-python": "opencv-python-headless",
    "pkg_resources": "setuptools",
    "pptx": "python-pptx",
    "psycopg2": "psycopg2-binary",
    "pylab": "matplotlib",
    "kafka": "kafka-python",
    "ruamel": "ruamel.yaml",
    "skimage": "scikit-image",
    "sklearn": "scikit-learn",
    "slugify": "python-slugify",
    "socks": "pysocks",
    "speech_recognition": "speechrecognition",
    "umap": "umap-learn",
    "wx": "wxpython",
}


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """`install` are requirements for the ecosystem's installer; `refused` are (word, why)."""

    held: tuple[str, ...] = ()
    install: tuple[str, ...] = ()
    refused: tuple[tuple[str, str], ...] = ()


def sort_out(words: Iterable[str], packages: Iterable[str], *, ecosystem: str) -> Wanted:
    """Sort these words, import names or requirements; `packages` are the image's, as `name` or `name==version`.

    Without an `ecosystem` a word is a plain name, and what the image lacks cannot be had.
    """
    sort = {PYTHON: _sort_python, JAVASCRIPT: _sort_javascript}.get(ecosystem, _sort_names)
    return sort(list(dict.fromkeys(words))[:MAX_WORDS], tuple(packages))


def _sort_python(words: Sequence[str], packages: Sequence[str]) -> Wanted:
    held, install, refused = [], [], []
    inside = _versions(packages, canonicalize_name)
    for word in words:
        requirement, why = _requirement(word)
        if requirement is None:
            refused.append((word[:MAX_WORD], why))
        elif _satisfied(requirement, inside):
            held.append(requirement.name)
        else:
            install.append(str(requirement))
    return Wanted(held=tuple(held), install=tuple(sorted(set(install))), refused=tuple(refused))


def _sort_javascript(words: Sequence[str], packages: Sequence[str]) -> Wanted:
    held, refused, install = [], [], dict[str, NpmRequest]()
    inside = _versions(packages, str)
    for word in words:
        request = npm_request(word)
        if isinstance(request, str):
            refused.append((word[:MAX_WORD], request))
        elif request.built_in or request.satisfied_by(inside):
            held.append(request.name)
        elif request.name not in install or request.versions:
            # an import says no versions, the manifest does
            install[request.name] = request
    # what was imported without a version is the version that must be installed, not the one that is there
    kept = tuple(name for name in held if name not in install)
    return Wanted(held=kept, install=tuple(sorted(map(str, install.values()))), refused=tuple(refused))


def _sort_names(words: Sequence[str], packages: Sequence[str]) -> Wanted:
    """Plain names; what lies below one that the image holds (`org.junit` has `org.junit.jupiter`) is held, too."""
    inside = {name.lower() for name in _versions(packages, str)}
    refused = tuple((word[:MAX_WORD], "not the name of a package") for word in words if not _PLAIN.fullmatch(word))
    named = [word for word in words if _PLAIN.fullmatch(word)]
    held = tuple(
        word for word in named if any((word.lower() + ".").startswith((f"{name}.", f"{name}/")) for name in inside)
    )
    return Wanted(held=held, install=tuple(sorted(set(named) - set(held))), refused=refused)


def distribution(name: str) -> str:
    """The Python distribution that offers this import; the name itself where nobody knows better."""
    known = PREFERRED.get(name) or _mapping().get(name, name)
    return str(PREFERRED.get(canonicalize_name(known)) or canonicalize_name(known))


def _requirement(word: str) -> tuple[Requirement | None, str]:
    if len(word) > MAX_WORD:
        return None, "too long"
    try:
        found = Requirement(word)
    except InvalidRequirement:
        return None, "not the name of a package"
    if found.url or found.marker:
        return None, "only a name and versions, neither an address nor a condition"
    found.name = distribution(found.name)
    return found, ""


def _satisfied(requirement: Requirement, inside: Mapping[str, str]) -> bool:
    name = canonicalize_name(requirement.name)
    if name not in inside:
        return False
    version = inside[name]
    if not requirement.specifier or not version:
        return True
    try:
        return requirement.specifier.contains(Version(version), prereleases=True)
    except InvalidVersion:
        return False


def _versions(packages: Iterable[str], normal: Callable[[str], str]) -> dict[str, str]:
    pairs = (package.partition("==") for package in packages)
    return {normal(name): version for name, _, version in pairs}


@lru_cache(maxsize=1)
def _mapping() -> dict[str, str]:
    """Import name to distribution, from the table that the mapping package maintains."""
    try:
        text = (resources.files("pipreqs") / "mapping").read_text()
    except (ModuleNotFoundError, OSError):
        return {}
    return dict(line.strip().split(":", 1) for line in text.splitlines() if ":" in line)
