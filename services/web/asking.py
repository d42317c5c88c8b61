"""Who asks, as the guard of `services.api.application` has found out."""

from typing import Annotated, cast

from fastapi import Depends, Request

from services.container import Services
from services.domain.account import Identity


def identity_of(request: Request) -> Identity:
    """Who sends the request: an anonymous session, somebody signed in, or the bearer of a token."""
    return cast("Identity", request.state.identity)


def address_of(request: Request) -> str:
    """Where it comes from, as far as proxies are trusted; "" where nobody knows."""
    return request.client.host if request.client else ""


def _admin(request: Request) -> None:
    services = cast("Services", request.app.state.services)
    services.access.door.check_admin(identity_of(request), request.state.refusal)


ADMIN = Depends(_admin)
"""What a page that only admins may see depends on."""
IdentityDep = Annotated[Identity, Depends(identity_of)]
