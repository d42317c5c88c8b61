"""What is asked of a sandbox."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from sandboxes.limits import Limits
from sandboxes.result import Phase


@dataclass(frozen=True, kw_only=True)
class RunRequest:
    """One program to run.

    `files` maps relative POSIX paths to bytes; `entry` is one of them. `env` may only hold names that match
    `[A-Z][A-Z0-9_]*` and are not the sandbox's own. `limits` are those of the run stage, `stage_limits` those of
    others; what is absent is the environment's. `tests` False leaves the tests stage out. `interactive` keeps the
    program's input open after `stdin`, for `RunControl.send_stdin`. `isolation` "" takes the environment's and the
    engine's choice. `key` identifies the run: a sandbox left over from an earlier attempt with the same key is
    destroyed before a new one starts. `record` names whose use of an app is recorded, with consent; "" nobody's.
    """

    key: str
    environment: str
    files: Mapping[str, bytes]
    entry: str
    stdin: bytes = b""
    args: tuple[str, ...] = ()
    env: Mapping[str, str] = field(default_factory=dict)
    dependencies: tuple[str, ...] = ()
    limits: Limits | None = None
    stage_limits: Mapping[Phase, Limits] = field(default_factory=dict)
    tests: bool = True
    interactive: bool = False
    isolation: str = ""
    artefacts: tuple[str, ...] = ("**",)
    record: str = ""
