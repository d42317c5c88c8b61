"""One environment: what a program is run in, and how."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from sandboxes.errors import InvalidRun
from sandboxes.limits import Limits
from sandboxes.result import Phase
from sandboxes.screenshots import Kind
from sandboxes.stage_spec import (
    DetectSpec,
    EnvironmentLimits,
    InstallSpec,
    MemorySignature,
    ServeSpec,
    Smoke,
    StageSpec,
    TestsSpec,
    WarmPool,
)

FACES: dict[str, Kind] = {"web": "web", "document": "document", "desktop": "desktop"}


class Environment(BaseModel):
    """One kind of program that can run: a folder with a Dockerfile and this.

    A `program` runs to its end; a `web` or `desktop` application and a `document` are served and looked at; a `tool` is
    served too, is one of the arena's own, and nobody may ask for it. `parent` names another folder of images whose
    image, without the agent, this one is built on; "" the base. `inner_sandbox`: its program cages its own processes,
    and gets the system calls for that (`seccomp.browser_profile`); only a tool may.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    version: str
    name: str = Field(pattern=r"^[a-z][a-z0-9-]{0,30}$")
    title: str
    kind: Literal["program", "web", "desktop", "document", "tool"]
    parent: str = ""
    languages: tuple[str, ...]
    extensions: tuple[str, ...]
    entry: str
    detect: DetectSpec = DetectSpec()
    files: tuple[str, ...] = ()
    packages: tuple[str, ...] = ()
    install: InstallSpec | None = None
    compile: StageSpec | None = None
    run: StageSpec | None = None
    serve: ServeSpec | None = None
    tests: TestsSpec | None = None
    preload: str = ""
    env: dict[str, str] = Field(default_factory=dict)
    limits: EnvironmentLimits = EnvironmentLimits()
    memory_signature: MemorySignature = MemorySignature()
    isolation: Literal["namespace", "container"] = "namespace"
    inner_sandbox: bool = False
    warm_pool: WarmPool = WarmPool()
    smoke: tuple[Smoke, ...] = Field(min_length=1)
    folder: Path = Field(exclude=True)
    # the folders below this one's image, the nearest first, without the base
    lineage: tuple[Path, ...] = Field(default=(), exclude=True)

    @model_validator(mode="after")
    def _has_one_way_to_start(self) -> "Environment":
        wanted = "run" if self.kind == "program" else "serve"
        if (self.run is not None, self.serve is not None) != (wanted == "run", wanted == "serve"):
            raise ValueError(f"kind {self.kind} has a stage {wanted} and no other to start with")
        if self.serve is not None and self.isolation != "container":
            raise ValueError("what is served has isolation: container")
        if self.inner_sandbox and self.kind != "tool":
            raise ValueError("only a tool has inner_sandbox")
        return self

    @property
    def face(self) -> Kind | None:
        """What a camera looks at here; None where there is nothing to see."""
        return FACES.get(self.kind)

    @property
    def main_phase(self) -> Phase:
        """The stage that an environment is there for."""
        return Phase.RUN if self.run is not None else Phase.SERVE

    def spec(self, phase: Phase) -> StageSpec | None:
        """What this environment says about a stage, if it has it."""
        specs: dict[Phase, StageSpec | None] = {
            Phase.INSTALL: self.install,
            Phase.COMPILE: self.compile,
            Phase.RUN: self.run,
            Phase.SERVE: self.serve,
            Phase.TESTS: self.tests,
        }
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
