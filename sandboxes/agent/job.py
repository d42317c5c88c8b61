"""What the host asks of the agent, as it travels: one JSON object, then the files and the input."""

import json
from dataclasses import asdict, dataclass


@dataclass(frozen=True, kw_only=True)
class Stage:
    """One program of the job; times are seconds.

    `takes_input` gives it the job's input, `keep_build` sends what it built. `preloaded` runs it in a fork of the
    agent, by the environment's own module, instead of executing `argv[0]`; `argv` then begins with the word after that
    module's path. One with a `port` is asked things there while it runs; it may write more than its output limit, of
    which nothing is kept.
    """

    phase: str
    argv: tuple[str, ...]
    env: dict[str, str]
    cpu_seconds: float
    wall_seconds: float
    output_bytes: int
    file_bytes: int
    disk_bytes: int
    inodes: int
    takes_input: bool = False
    keep_build: bool = False
    preloaded: bool = False
    port: int = 0


@dataclass(frozen=True, kw_only=True)
class Job:
    """A program's stages, each run if the one before it succeeded.

    `peak_known` says that the kernel's own peak of memory is this run's.
    """

    stages: tuple[Stage, ...]
    uid: int
    artefacts: tuple[str, ...]
    artefact_count: int
    artefact_bytes: int
    interactive: bool = False
    peak_known: bool = True
    build_bytes: int = 16 * 1024 * 1024
    work: str = "/sandbox"
    build: str = ".build"

    def to_json(self) -> bytes:
        """This job as UTF-8 JSON."""
        return json.dumps(asdict(self)).encode()

    @classmethod
    def from_json(cls, data: bytes) -> "Job":
        """The job in these bytes.

        Raises:
            TypeError, ValueError, KeyError: it is not one.
        """
        fields = json.loads(data)
        fields["stages"] = tuple(Stage(**{**stage, "argv": tuple(stage["argv"])}) for stage in fields["stages"])
        fields["artefacts"] = tuple(fields["artefacts"])
        return cls(**fields)
