"""What every page may show, found out only where a template asks for it."""

from collections.abc import Callable, Mapping
from typing import Any

from starlette.requests import Request

from services.container import Services
from services.domain.account import Identity
from services.domain.consent import NOTICE_VERSION


def everywhere(services: Services) -> Callable[[Request], Mapping[str, Any]]:
    """Values for the templates: `who` asks, and `status()` and `asks_consent()` as they are now."""

    def values(request: Request) -> Mapping[str, Any]:
        who: Identity | None = getattr(request.state, "identity", None)
        return {
            "who": who,
            "status": services.access.status.now,
            "notice_version": NOTICE_VERSION,
            "asks_consent": lambda: who is not None and services.access.consents.asks(who.voter, known=who.known),
        }

    return values
