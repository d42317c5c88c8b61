"""The environments there are, read from `images/*/environment.yaml`."""

from pathlib import Path
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from sandboxes.errors import InvalidRun
from sandboxes.limits import Limits


class EnvironmentLimits(BaseModel):
    """The limits of an environment; what is left out is the library's default."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    cpu_seconds: float = Limits.cpu_seconds
    wall_seconds: float = Limits.wall_seconds
    memory_bytes: int = Limits.memory_bytes
    pids: int = Limits.pids
    output_bytes: int = Limits.output_bytes
    file_bytes: int = Limits.file_bytes
    disk_bytes: int = Limits.disk_bytes
    inodes: int = Limits.inodes


class Smoke(BaseModel):
    """A program that must work in a fresh image: its file and the file with its expected output."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    file: str
    expect: str


class Environment(BaseModel):
    """One kind of program that can run: a folder with a Dockerfile and this."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    version: str
    name: str = Field(pattern=r"^[a-z][a-z0-9-]{0,30}$")
    title: str
    kind: Literal["program"]
    languages: tuple[str, ...]
    extensions: tuple[str, ...]
    entry: str
    files: tuple[str, ...] = ()
    packages: tuple[str, ...] = ()
    run: tuple[str, ...] = Field(min_length=1)
    env: dict[str, str] = Field(default_factory=dict)
    limits: EnvironmentLimits = EnvironmentLimits()
    smoke: Smoke
    folder: Path = Field(exclude=True)

    def default_limits(self) -> Limits:
        """The limits of a run that asks for none."""
        return Limits(**self.limits.model_dump())

    def command(self, entry: str, args: tuple[str, ...] = ()) -> tuple[str, ...]:
        """The argument list that runs this entry file."""
        words: list[str] = []
        for word in self.run:
            words += args if word == "{args}" else [word.replace("{entry}", entry)]
        return tuple(words)

    def smoke_program(self) -> bytes:
        """The smoke program's text."""
        return (self.folder / self.smoke.file).read_bytes()

    def smoke_expected(self) -> bytes:
        """What the smoke program prints."""
        return (self.folder / self.smoke.expect).read_bytes()


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
        """Every environment, by name."""
        return tuple(self._environments[name] for name in sorted(self._environments))

    def get(self, name: str) -> Environment:
        """The environment of this name.

        Raises:
            InvalidRun: there is none; lists those there are.
        """
        if name not in self._environments:
            raise InvalidRun(f"unknown environment {name!r}; there are: {', '.join(sorted(self._environments))}")
        return self._environments[name]

    def by_language(self, label: str) -> str | None:
        """The environment for a code block's language label, upper or lower case."""
        wanted = label.strip().lower()
        return next((env.name for env in self.all() if wanted in env.languages), None)

    def by_extension(self, file_name: str) -> str | None:
        """The environment for a file, by the end of its name."""
        return next((env.name for env in self.all() if file_name.lower().endswith(env.extensions)), None)


def _read(path: Path) -> Environment:
    try:
        found = yaml.safe_load(path.read_text())
        if not isinstance(found, dict):
            raise InvalidRun(f"{path}: not a mapping")
        environment = Environment(**found, folder=path.parent)
    except (ValidationError, yaml.YAMLError) as error:
        raise InvalidRun(f"{path}: {error}") from error
    if environment.name != path.parent.name:
        raise InvalidRun(f"{path}: name {environment.name!r} differs from its folder")
    return environment
