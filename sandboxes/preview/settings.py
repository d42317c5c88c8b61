"""How a preview is set up."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from sandboxes.errors import InvalidRun
from sandboxes.preview.limits import PreviewLimits

TextKind = Literal["html", "css", "js"]
_DOMAIN = re.compile(r"(?=.{1,190}\Z)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*")
_ORIGIN = re.compile(r"https?://[a-z0-9.-]{1,253}(:\d{1,5})?|https?://\[[0-9a-f:]+\](:\d{1,5})?")


@dataclass(frozen=True, kw_only=True)
class CdnAnswer:
    """A local copy of a file that a page asks a public host for, or what is said in its place.

    `message` says what is missing, "" where nothing is.
    """

    body: bytes
    media_type: str
    status: int = 200
    message: str = ""


def unchanged(text: str, kind: TextKind) -> str:  # noqa: ARG001
    """The text as it is."""
    return text


def nothing_held(host: str, path: str, query: str) -> CdnAnswer | None:  # noqa: ARG001
    """No local copy of anything."""
    return None


@dataclass(frozen=True, kw_only=True)
class PreviewSettings:
    """Where apps are found, who may frame them, what they may reach and use.

    An app's host is `{token}.{domain}`, at any port. `scheme` is what browsers use, whatever lies before the preview.
    `arena_origins` may frame apps. `egress` lets pages use https and wss everywhere; it is off. `rewrite` changes the
    text of pages, style sheets and scripts; `cdn` answers `/.arena/cdn/<host>/<path>?<query>`.

    Raises:
        InvalidRun: the domain or an origin is none, in lower case.
    """

    domain: str = "preview.localhost"
    scheme: Literal["http", "https"] = "http"
    arena_origins: tuple[str, ...] = ()
    egress: bool = False
    rewrite: Callable[[str, TextKind], str] = unchanged
    cdn: Callable[[str, str, str], CdnAnswer | None] = nothing_held
    limits: PreviewLimits = field(default_factory=PreviewLimits)

    def __post_init__(self) -> None:
        if not _DOMAIN.fullmatch(self.domain):
            raise InvalidRun(f"{self.domain[:100]!r} is not a domain name", hint="Give it without scheme and port.")
        for origin in self.arena_origins:
            if not _ORIGIN.fullmatch(origin):
                raise InvalidRun(f"{origin[:100]!r} is not an origin", hint="Write it like https://arena.example.com")
