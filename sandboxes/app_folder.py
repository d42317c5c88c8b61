"""The folder of one served app: its socket, what others may know of it, and when it was last asked something.

Its name is the app's token. The agent makes the socket, the worker writes the facts, the preview service touches
`used`; whoever may enter the folder above it may look at every app.
"""

import base64
import contextlib
import json
import os
import secrets
import shutil
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from sandboxes.ledger import Lifelines
from sandboxes.policy import SOCKET_NAME

FACTS, USED, OWNER, RECORDS = "app.json", "used", "owner", "interactions.jsonl"
TOKEN_BYTES = 16
# the agent is the container's root, who has no right to pass by modes: it enters as the owner's group
MODE, TOOL_MODE = 0o770, 0o771


@dataclass(frozen=True, kw_only=True)
class Announcement:
    """What the preview service goes by; `until` is Unix time in seconds.

    `session` is whose use of the app is recorded, for somebody agreed to that; "" for nobody's.
    """

    token: str
    environment: str
    kind: str
    until: float
    idle_seconds: float
    session: str = ""

    def to_json(self) -> str:
        """As the file that is read by others."""
        found = asdict(self)
        session = found.pop("session")
        return json.dumps(found | {"record": {"session": session} if session else None})


class AppFolders:
    """All app folders of one state folder; `owner` is the name on the lifeline of the process that made one.

    Records of how an app was used outlive it, in `records`: one file for each app, named by its token.
    """

    def __init__(self, folder: Path, lifelines: Lifelines, records: Path) -> None:
        self._folder, self._lifelines, self._records = folder, lifelines, records
        for path in (folder, records):
            path.mkdir(parents=True, exist_ok=True, mode=0o700)

    def make(self, owner: str, *, tool: bool = False) -> Path:
        """A new folder with a name that cannot be guessed; a tool's program may pass through it."""
        token = base64.b32encode(secrets.token_bytes(TOKEN_BYTES)).decode().rstrip("=").lower()
        path = self._folder.resolve() / token
        path.mkdir(mode=0o700)
        (path / OWNER).write_text(owner)
        path.chmod(TOOL_MODE if tool else MODE)
        return path

    def remove(self, path: Path) -> None:
        """Take a folder away, but for the records; no program could ever write to it."""
        with contextlib.suppress(OSError):
            (path / RECORDS).rename(self._records / f"{path.name}.jsonl")
        shutil.rmtree(path, ignore_errors=True)

    def purge(self) -> int:
        """Remove what dead owners left; how many."""
        dead = [path for path in self._folder.iterdir() if not self._lifelines.is_alive(_owner(path))]
        for path in dead:
            self.remove(path)
        return len(dead)


def announce(path: Path, facts: Announcement) -> None:
    """Tell those who look into the folder that the app can be asked."""
    (path / USED).touch()
    new = path / f".{FACTS}"
    new.write_text(facts.to_json())
    new.replace(path / FACTS)


def idle_seconds(path: Path) -> float:
    """How long nobody has used the app; 0 if that cannot be told."""
    try:
        return max(0.0, time.time() - (path / USED).stat().st_mtime)
    except OSError:
        return 0.0


@contextlib.contextmanager
def reachable(path: Path, name: str = SOCKET_NAME) -> Iterator[str]:
    """A path to the socket that is short enough for the kernel, however deep the folder lies."""
    fd = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        yield f"/proc/self/fd/{fd}/{name}"
    finally:
        os.close(fd)


def _owner(path: Path) -> str:
    try:
        return (path / OWNER).read_text()
    except OSError:
        return "nobody"
