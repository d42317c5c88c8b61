"""Sorts what a program asks for into what its image holds, what could be installed, and what is refused."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

MAX_WORDS, MAX_WORD = 50, 200
PYTHON = "python"
# where several distributions offer an import, the one that works without a screen or is the usual one
PREFERRED: Mapping[str, str] = {
    "MySQLdb": "mysqlclient",
    "attr": "attrs",
    "cv2": "opencv-python-headless",
    "docx": "python-docx",
    "faiss": "faiss-cpu",
    "fitz": "pymupdf",
    "jose": "python-jose",
    "mpl_toolkits": "matplotlib",
    "nacl": "pynacl",
    "opencv-python": "opencv-python-headless",
    "pkg_resources": "setuptools",
    "pptx": "python-pptx",
    "psycopg2": "psycopg2-binary",
    "pylab": "matplotlib",
    "skimage": "scikit-image",
    "sklearn": "scikit-learn",
    "socks": "pysocks",
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
    """Sort these words, import names or requirements; `packages` are the image's, as `name` or `name==version`."""
    held, install, refused = [], [], []
    inside = _versions(packages)
    for word in list(dict.fromkeys(words))[:MAX_WORDS]:
        requirement, why = _requirement(word, ecosystem)
        if requirement is None:
            refused.append((word[:MAX_WORD], why))
        elif _satisfied(requirement, inside):
            held.append(requirement.name)
        else:
            install.append(str(requirement))
    return Wanted(held=tuple(held), install=tuple(sorted(install)), refused=tuple(refused))


def distribution(name: str) -> str:
    """The Python distribution that offers this import; the name itself where nobody knows better."""
    known = PREFERRED.get(name) or _mapping().get(name, name)
    return str(PREFERRED.get(canonicalize_name(known)) or canonicalize_name(known))


def _requirement(word: str, ecosystem: str) -> tuple[Requirement | None, str]:
    text = re.sub(r"^@(?=[\w.-]+/)|(?<=\w)/(?=[\w.-]+$)", "", word) if ecosystem != PYTHON else word
    if len(word) > MAX_WORD:
        return None, "too long"
    try:
        found = Requirement(text)
    except InvalidRequirement:
        return None, "not the name of a package"
    if found.url or found.marker:
        return None, "only a name and versions, neither an address nor a condition"
    if ecosystem == PYTHON:
        found.name = distribution(found.name)
    else:
        found.name = word
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


def _versions(packages: Iterable[str]) -> dict[str, str]:
    pairs = (package.partition("==") for package in packages)
    return {str(canonicalize_name(name)): version for name, _, version in pairs}


@lru_cache(maxsize=1)
def _mapping() -> dict[str, str]:
    """Import name to distribution, from the table that the mapping package maintains."""
    try:
        text = (resources.files("pipreqs") / "mapping").read_text()
    except (ModuleNotFoundError, OSError):
        return {}
    return dict(line.strip().split(":", 1) for line in text.splitlines() if ":" in line)
