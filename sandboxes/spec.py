"""What is asked of a sandbox."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from sandboxes.limits import Limits


@dataclass(frozen=True, kw_only=True)
class RunRequest:
    """One program to run.

    `files` maps relative POSIX paths to bytes; `entry` is one of them. `env` may only hold names that match
    `[A-Z][A-Z0-9_]*` and are not the sandbox's own. `limits` None takes the environment's. `key` identifies the run: a
    sandbox left over from an earlier attempt with the same key is destroyed before a new one starts.
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
    artefacts: tuple[str, ...] = ("**",)
