"""Health on the wire."""

from typing import Literal

from services.api.schemas.base import WireModel


class Alive(WireModel):
    """The process answers."""

    status: Literal["ok"] = "ok"


class Readiness(WireModel):
    """Whether every part that is needed answers, part by part."""

    ready: bool
    parts: dict[str, bool]
