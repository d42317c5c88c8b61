"""The environments there are, read from `images/*/environment.yaml`."""

import fnmatch
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from sandboxes.errors import InvalidRun
from sandboxes.limits import Limits
from sandboxes.result import Outcome, Phase


class EnvironmentLimits(BaseModel):
    """Limits as a file gives them; what is left out comes from the level above, last from the library's default."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    cpu_seconds: float | None = None
    wall_seconds: float | None = None
    memory_bytes: int | None = None
    pids: int | None = None
    output_bytes: int | None = None
    file_bytes: int | None = None
    disk_bytes: int | None = None
    inodes: int | None = None

    def over(self, below: Limits) -> Limits:
        """These limits, the gaps filled from `below`."""
        return replace(below, **self.model_dump(exclude_none=True))


class StageSpec(BaseModel):
    """One stage: its argument list and where it differs from the environment.

    A word of `argv` may hold `{entry}`, `{stem}` (the entry without its extension), `{memory_mib}` (the stage's limit);
    the words `{args}`, `{sources}` (files with the environment's extensions that are not tests) and `{tests}` become
    as many words as there are.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    argv: tuple[str, ...] = Field(min_length=1)
    env: dict[str, str] = Field(default_factory=dict)
    limits: EnvironmentLimits = EnvironmentLimits()


class InstallSpec(StageSpec):
    """The install stage: the only one that reaches a network, and of that only the package index.

    The word `{packages}` of `argv` becomes the requirements; it leaves one archive, `.build/packages.tar`, which later
    stages find unpacked and read-only at /opt/dependencies, and `.build/installed.json`, a list of name, version and
    digest. `provides` are the variables that lead later stages there. `links` are made in the tree where it holds
    nothing, one for each `{package}` of the image: path in the tree, place in the image. `index` prints the URL of the
    installer's own index, for one that the host cannot ask.
    """

    ecosystem: Literal["python", "javascript"]
    provides: dict[str, str] = Field(default_factory=dict)
    links: dict[str, str] = Field(default_factory=dict)
    index: tuple[str, ...] = ()

    def links_to(self, packages: Iterable[str]) -> dict[str, str]:
        """The links to these packages of the image, given as `name` or `name==version`."""
        names = [package.partition("==")[0] for package in packages]
        return {
            path.replace("{package}", name): place.replace("{package}", name)
            for path, place in self.links.items()
            for name in names
        }


class TestsSpec(StageSpec):
    """The tests stage; it runs when a file of the answer matches one of the patterns (path or its last part)."""

    patterns: tuple[str, ...] = Field(min_length=1)

    def found(self, files: Iterable[str]) -> tuple[str, ...]:
        """The test files among these."""
        return tuple(path for path in sorted(files) if self.is_test(path))

    def is_test(self, path: str) -> bool:
        """Whether this is a test file."""
        name = path.rsplit("/", 1)[-1]
        return any(fnmatch.fnmatchcase(path, wanted) or fnmatch.fnmatchcase(name, wanted) for wanted in self.patterns)


class MemorySignature(BaseModel):
    """How the language's runtime ends when its own heap gives up before the kernel does.

    Believed only when the kernel's peak was at least `peak_share` of the limit.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    exit_codes: tuple[int, ...] = ()
    signals: tuple[int, ...] = ()
    peak_share: float = Field(default=0.8, gt=0, le=1)


class WarmPool(BaseModel):
    """How many ready sandboxes to keep: `min` always, at most `max` after use."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    min: int = Field(default=0, ge=0, le=64)
    max: int = Field(default=2, ge=0, le=64)


class Smoke(BaseModel):
    """A program that must work in a fresh image: the folder smoke/<name>, its output in smoke/<name>.txt if fixed."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(pattern=r"^[a-z][a-z0-9-]*$")
    entry: str = ""
    stdin: str = ""
    args: tuple[str, ...] = ()
    env: dict[str, str] = Field(default_factory=dict)
    outcome: Outcome = Outcome.SUCCEEDED
    phase: Phase = Phase.RUN


class DetectSpec(BaseModel):
    """How to tell that code is for this environment, beyond the labels and extensions that it lists.

    A program of one of the environments `base` that imports one of `imports` is for this one. Blocks of `base` and of
    `parts` beside code of this environment are parts of the same program. `beside`: beside a program this only shows or
    explains it, as a diagram does. `fallback` names the environment that runs it where this one is not built.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    base: tuple[str, ...] = ()
    imports: tuple[str, ...] = ()
    parts: tuple[str, ...] = ()
    beside: bool = False
    fallback: str = ""


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
    detect: DetectSpec = DetectSpec()
    files: tuple[str, ...] = ()
    packages: tuple[str, ...] = ()
    install: InstallSpec | None = None
    compile: StageSpec | None = None
    run: StageSpec
    tests: TestsSpec | None = None
    preload: str = ""
    env: dict[str, str] = Field(default_factory=dict)
    limits: EnvironmentLimits = EnvironmentLimits()
    memory_signature: MemorySignature = MemorySignature()
    isolation: Literal["namespace", "container"] = "namespace"
    warm_pool: WarmPool = WarmPool()
    smoke: tuple[Smoke, ...] = Field(min_length=1)
    folder: Path = Field(exclude=True)

    def spec(self, phase: Phase) -> StageSpec | None:
        """What this environment says about a stage, if it has it."""
        specs = {Phase.INSTALL: self.install, Phase.COMPILE: self.compile, Phase.RUN: self.run, Phase.TESTS: self.tests}
        return specs.get(phase)

    def default_limits(self, phase: Phase = Phase.RUN) -> Limits:
        """The limits of a stage for which none are asked."""
        below = self.limits.over(Limits())
        spec = self.spec(phase)
        return spec.limits.over(below) if spec else below

    def command(
        self,
        phase: Phase,
        *,
        entry: str = "",
        files: Iterable[str] = (),
        args: tuple[str, ...] = (),
        memory_bytes: int = 0,
        packages: tuple[str, ...] = (),
    ) -> tuple[str, ...]:
        """The argument list of a stage for this program.

        Raises:
            InvalidRun: the environment has no such stage.
        """
        spec = self.spec(phase)
        if spec is None:
            raise InvalidRun(f"environment {self.name} has no {phase} stage")
        lists = {
            "{packages}": packages,
            "{args}": args,
            "{sources}": self.sources(files),
            "{tests}": self.test_files(files),
        }
        single = {
            "{entry}": entry,
            "{stem}": entry.rpartition(".")[0] or entry,
            "{memory_mib}": str(memory_bytes >> 20),
        }
        words: list[str] = []
        for word in spec.argv:
            words += lists[word] if word in lists else [_filled(word, single)]
        return tuple(words)

    def test_files(self, files: Iterable[str]) -> tuple[str, ...]:
        """The files that are tests."""
        return self.tests.found(files) if self.tests else ()

    def sources(self, files: Iterable[str]) -> tuple[str, ...]:
        """The files in this environment's language that are no tests."""
        found = (path for path in sorted(files) if path.lower().endswith(self.extensions))
        return tuple(path for path in found if not (self.tests and self.tests.is_test(path)))

    def smoke_files(self, smoke: Smoke) -> dict[str, bytes]:
        """The smoke program's files."""
        top = self.folder / "smoke" / smoke.name
        return {
            path.relative_to(top).as_posix(): path.read_bytes() for path in sorted(top.rglob("*")) if path.is_file()
        }

    def smoke_expected(self, smoke: Smoke) -> bytes | None:
        """What the smoke program prints; None where that is not fixed."""
        path = self.folder / "smoke" / f"{smoke.name}.txt"
        return path.read_bytes() if path.exists() else None


def _filled(word: str, values: Mapping[str, str]) -> str:
    for mark, value in values.items():
        if mark in word:
            return word.replace(mark, value)
    return word


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
