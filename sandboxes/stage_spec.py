"""What a file `environment.yaml` says, part by part."""

import fnmatch
from collections.abc import Iterable
from dataclasses import replace
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

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


class ServeSpec(StageSpec):
    """The serve stage: a program that is reached over a port of its own loopback while it runs.

    It is ready when a request for `ready_path` is answered, at most `ready_seconds` after its start, and is ended when
    nobody has asked it anything for `idle_seconds`, or at its wall limit. A program that listens on another port than
    `port` is found there.
    """

    port: int = Field(ge=1, le=65_535)
    ready_path: str = Field(default="/", pattern=r"^/[!-~]*$")
    ready_seconds: float = Field(default=20.0, gt=0, le=120)
    idle_seconds: float = Field(default=180.0, gt=0, le=900)


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
    """A program that must work in a fresh image: the folder smoke/<name>, its output in smoke/<name>.txt if fixed.

    `phase` None is the environment's last stage. `text` is what its page shows, where it has one.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(pattern=r"^[a-z][a-z0-9-]*$")
    entry: str = ""
    stdin: str = ""
    args: tuple[str, ...] = ()
    env: dict[str, str] = Field(default_factory=dict)
    outcome: Outcome = Outcome.SUCCEEDED
    phase: Phase | None = None
    text: str = ""


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
