"""The environments there are, read from `images/*/environment.yaml`."""

from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from sandboxes.environment import Environment
from sandboxes.errors import InvalidRun


def images_folder() -> Path:
    """Where the images are: in the installed package, else next to it in a checkout.

    Raises:
        InvalidRun: in neither place.
    """
    here = Path(__file__).resolve().parent
    for folder in (here / "images", here.parent / "images"):
        if (folder / "base").is_dir():
            return folder
    raise InvalidRun("the images folder is missing from this installation")


class Registry:
    """All environments of one images folder."""

    def __init__(self, environments: tuple[Environment, ...], folder: Path) -> None:
        self._environments = {found.name: found for found in environments}
        self.folder = folder

    @classmethod
    def load(cls, images_dir: Path | None = None) -> "Registry":
        """Read every environment of this folder (None: the one that came with the library).

        Raises:
            InvalidRun: an environment.yaml is wrong; names the file and the place.
        """
        folder = images_dir or images_folder()
        return cls(tuple(_read(path) for path in sorted(folder.glob("*/environment.yaml"))), folder)

    def all(self) -> tuple[Environment, ...]:
        """Every environment that a program may ask for, by name."""
        return tuple(found for found in self.with_tools() if found.kind != "tool")

    def with_tools(self) -> tuple[Environment, ...]:
        """Every environment, by name, those of the arena's own tools too."""
        return tuple(self._environments[name] for name in sorted(self._environments))

    def get(self, name: str) -> Environment:
        """The environment of this name.

        Raises:
            InvalidRun: there is none; lists those there are.
        """
        if name not in self._environments:
            known = ", ".join(sorted(self._environments))
            raise InvalidRun(f"unknown environment {name!r}; there are: {known}", where="environment")
        return self._environments[name]

    def by_language(self, label: str) -> str | None:
        """The environment for a code block's language label, upper or lower case."""
        wanted = label.strip().lower()
        return next((env.name for env in self.all() if wanted in env.languages), None)

    def by_extension(self, file_name: str) -> str | None:
        """The environment for a file, by the end of its name; one that is told apart by imports comes last."""
        plain_first = sorted(self.all(), key=lambda env: bool(env.detect.imports))
        return next((env.name for env in plain_first if file_name.lower().endswith(env.extensions)), None)


def _lineage(folder: Path, found: dict[str, Any]) -> tuple[Path, ...]:
    """The folders whose images are below this one's, the nearest first."""
    lineage: list[Path] = []
    parent = str(found.get("parent") or "")
    while parent:
        below = folder.parent / parent
        if below == folder or below in lineage or not (below / "Dockerfile").is_file():
            raise InvalidRun(f"{folder / 'environment.yaml'}: there is no parent {parent!r}, or it is its own")
        lineage.append(below)
        parent = _parent(below)
    return tuple(lineage)


def _parent(folder: Path) -> str:
    """The parent that a folder names: in its settings, or, where it is a Dockerfile for others only, in a file."""
    settings, name = folder / "environment.yaml", folder / "parent"
    if settings.is_file():
        found = yaml.safe_load(settings.read_text())
        return str(found.get("parent") or "") if isinstance(found, dict) else ""
    return name.read_text().strip() if name.is_file() else ""


def _read(path: Path) -> Environment:
    try:
        found = yaml.safe_load(path.read_text())
        if not isinstance(found, dict):
            raise InvalidRun(f"{path}: not a mapping")
        environment = Environment(**found, folder=path.parent, lineage=_lineage(path.parent, found))
    except (ValidationError, yaml.YAMLError) as error:
        raise InvalidRun(f"{path}: {error}") from error
    if environment.name != path.parent.name:
        raise InvalidRun(f"{path}: name {environment.name!r} differs from its folder")
    return environment
