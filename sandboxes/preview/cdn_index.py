"""What local copies there are: packages with their versions and files, as the image's index.json lists them."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sandboxes.errors import Unavailable
from sandboxes.preview.cdn_version import best_first, newest_first

MAX_INDEX = 32 << 20
_ENDINGS = (".js", ".mjs", "/index.js", ".css")


@dataclass(frozen=True, kw_only=True)
class Entry:
    """An entry point that was bundled as an ES module: the file in `esm/<package>@<version>/`."""

    file: str
    has_default: bool


@dataclass(frozen=True, kw_only=True)
class Held:
    """One version of a package. `links` are the held packages that its modules use, `ranges` what it asks for."""

    name: str
    version: str
    files: frozenset[str]
    unpkg: str
    jsdelivr: str
    entries: Mapping[str, Entry]
    links: Mapping[str, tuple[str, ...]]
    ranges: Mapping[str, str]
    by_name: dict[str, list[str]] = field(default_factory=dict, repr=False, compare=False)

    @property
    def label(self) -> str:
        return f"{self.name}@{self.version}"

    def find(self, path: str) -> str:
        """The file at this path, with the endings and the variants that content networks add; "" for none."""
        return next((name for name in _spellings(path) if name in self.files), "")

    def find_by_name(self, path: str) -> str:
        """The file whose path agrees with the end of this one, as much of it as does; "" for none."""
        if path in self.files:
            return path
        parts = path.split("/")
        tails = ["/".join(parts[start:]) for start in range(len(parts))]
        endings = [*tails, *(spelling for tail in tails for spelling in _spellings(tail))]
        return next((found for ending in endings if (found := self._ending(ending))), "")

    def _ending(self, ending: str) -> str:
        if not self.by_name:
            for name in self.files:
                self.by_name.setdefault(name.rsplit("/", 1)[-1].lower(), []).append(name)
        wanted = ending.lower()
        named = self.by_name.get(wanted.rsplit("/", 1)[-1], [])
        found = [name for name in named if f"/{name}".lower().endswith(f"/{wanted}")]
        return min(found, key=lambda name: (name.count("/"), "noconflict" not in name, len(name), name), default="")


class CdnIndex:
    """All packages that are held.

    Raises:
        Unavailable: there is no index in this folder, or one that this release does not read.
    """

    def __init__(self, folder: Path) -> None:
        found = _read(folder / "index.json")
        self.packages: dict[str, dict[str, Held]] = {
            name: {version: _held(name, version, facts) for version, facts in versions.items()}
            for name, versions in found["packages"].items()
        }
        self.fonts: dict[str, Any] = found["fonts"]
        self._names: dict[str, list[str]] = {name.lower(): list(names) for name, names in found["names"].items()}
        self._repositories: dict[str, str] = found["repositories"]
        self._plain = {name.lower(): name for name in self.packages}

    def named(self, name: str) -> list[str]:
        """The packages that a name may mean: its own, then those known under it elsewhere."""
        lower = name.lower()
        stem = lower.removesuffix(".js")
        own = [self._plain[word] for word in (lower, stem, f"{stem}.js") if word in self._plain]
        return list(dict.fromkeys([*own[:1], *self._names.get(lower, []), *own]))

    def of_repository(self, repository: str) -> list[str]:
        """The packages made in a repository `owner/name`."""
        name = self._repositories.get(repository.lower())
        return [name] if name in self.packages else self.named(repository.partition("/")[2])

    def candidates(self, names: Iterable[str], wanted: str) -> list[Held]:
        """The held packages that fit a version, the best first."""
        known = [name for name in names if name in self.packages]
        return [self.packages[name][version] for name in known for version in best_first(self.packages[name], wanted)]

    def versions(self, name: str) -> tuple[str, ...]:
        """The versions held of a package, the newest first."""
        return newest_first(self.packages.get(name, {}))

    def exact(self, name: str, version: str) -> Held | None:
        """Just this version."""
        return self.packages.get(name, {}).get(version)


def _spellings(path: str) -> list[str]:
    stem, dot, ending = path.rpartition(".")
    minified = f"{stem}.min.{ending}"
    found = [path]
    if dot and stem.endswith(".min"):
        found.append(f"{stem.removesuffix('.min')}.{ending}")
    elif dot:
        found += [minified, f"{stem.replace('.development', '.production')}.min.{ending}"]
    return [*found, *(path + more for more in _ENDINGS)]


def _held(name: str, version: str, facts: Mapping[str, Any]) -> Held:
    return Held(
        name=name,
        version=version,
        files=frozenset(facts["files"]),
        unpkg=facts["unpkg"],
        jsdelivr=facts["jsdelivr"],
        entries={
            entry: Entry(file=found["file"], has_default=found["default"]) for entry, found in facts["entries"].items()
        },
        links={other: tuple(versions) for other, versions in facts["links"].items()},
        ranges=facts["ranges"],
    )


def _read(path: Path) -> dict[str, Any]:
    try:
        with path.open("rb") as file:
            data = file.read(MAX_INDEX + 1)
        found = json.loads(data) if len(data) <= MAX_INDEX else None
    except (OSError, ValueError) as error:
        raise Unavailable(f"no local copies in {path.parent}: {error}", hint="arena images build cdn") from error
    if not isinstance(found, dict) or found.get("version") != 1:
        raise Unavailable(f"{path} is no index of this release", hint="arena images build cdn")
    return found
