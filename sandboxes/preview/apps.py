"""The running apps, as the preview finds them."""

import contextlib
import json
import os
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from pydantic import BaseModel, Field, ValidationError

from sandboxes.preview.tokens import is_token

_MAX_FACTS = 16 * 1024


@dataclass(frozen=True, kw_only=True)
class AppFacts:
    """One running app. `until` is when it ends at the latest, in seconds of the Unix clock.

    `session` is whose interactions are recorded, with consent; empty if nobody's. They are kept in `folder`.
    """

    token: str
    socket: Path
    until: float
    folder: Path | None = None
    session: str = ""


class Apps(Protocol):
    """Finds apps by their token."""

    def find(self, token: str) -> AppFacts | None:
        """The app, if it runs."""
        ...

    def touch(self, token: str) -> None:
        """Somebody uses the app now."""
        ...


class _Record(BaseModel):
    session: str = Field(min_length=1, max_length=128)


class _AppFile(BaseModel):
    token: str
    until: float
    record: _Record | None = None


class FolderApps:
    """One folder for each app: `app.sock`, `app.json`, and `used`, whose time says when somebody last used it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def find(self, token: str) -> AppFacts | None:
        """The app, unless its folder is gone or incomplete."""
        if not is_token(token):
            return None
        folder = self._folder / token
        try:
            facts = _AppFile.model_validate(json.loads(read_regular(folder / "app.json", _MAX_FACTS)))
        except (OSError, ValueError, ValidationError):
            return None
        if facts.token != token:
            return None
        return AppFacts(
            token=token,
            socket=folder / "app.sock",
            until=facts.until,
            folder=folder,
            session=facts.record.session if facts.record else "",
        )

    def touch(self, token: str) -> None:
        """Set the time of `used`; does nothing when the folder is gone."""
        with contextlib.suppress(OSError):
            flags = os.O_WRONLY | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
            found = os.open(self._folder / token / "used", flags, 0o600)
            try:
                os.utime(found)
            finally:
                os.close(found)


class OneApp:
    """A single app, for who looks at just that one."""

    def __init__(self, facts: AppFacts) -> None:
        self._facts = facts

    def find(self, token: str) -> AppFacts | None:
        """The app, if the token is its own."""
        return self._facts if token == self._facts.token else None

    def touch(self, token: str) -> None:
        """Nobody asks."""


def read_regular(path: Path, limit: int) -> bytes:
    """The bytes of a regular file.

    Raises:
        OSError: it is none, or longer than `limit`.
    """
    found = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    with os.fdopen(found, "rb") as file:
        if not stat.S_ISREG(os.fstat(found).st_mode):
            raise OSError("not a regular file")
        data = file.read(limit + 1)
    if len(data) > limit:
        raise OSError("too long")
    return data
