"""What routers are given."""

from typing import Annotated, Any, cast

from fastapi import Depends, Header, Query, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from services.api.schemas.problem import Problem
from services.api.streaming import StreamLimits
from services.container import Services
from services.domain.account import Identity


def _services(request: Request) -> Services:
    return cast("Services", request.app.state.services)


def _stream_limits(request: Request) -> StreamLimits:
    return cast("StreamLimits", request.app.state.stream_limits)


def _voter(request: Request) -> str:
    return cast("str", request.state.voter)


def _caller(request: Request) -> str:
    return cast("str", request.state.caller)


def _identity(request: Request) -> Identity:
    return cast("Identity", request.state.identity)


_bearer = HTTPBearer(auto_error=False, description="A token that an admin made, or ARENA_ADMIN_TOKEN.")


# the admission middleware reads the token; this has OpenAPI say so
CredentialsDep = Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]


def check_admin(request: Request) -> Identity:
    """Let only who runs the arena pass.

    Raises:
        Forbidden: they have no token of an admin, or one that is no longer good.
        RateLimited, Unavailable: their token could not be looked at.
    """
    who = cast("Identity", request.state.identity)
    _services(request).access.door.check_admin(who, request.state.refusal)
    return who


def _admin(request: Request, _given: CredentialsDep) -> Identity:
    return check_admin(request)


ServicesDep = Annotated[Services, Depends(_services)]
StreamLimitsDep = Annotated[StreamLimits, Depends(_stream_limits)]
VoterDep = Annotated[str, Depends(_voter)]
CallerDep = Annotated[str, Depends(_caller)]
IdentityDep = Annotated[Identity, Depends(_identity)]
ADMIN = Depends(_admin)
"""What a route that only who runs the arena may call depends on."""
Cursor = Annotated[str, Query(max_length=64, description="Event id to resume after, for clients without headers.")]
CursorHeader = Annotated[str, Header(alias="Last-Event-ID", max_length=64, description="Event id to resume after.")]

_TEXTS = {
    400: "The request cannot be read.",
    403: "It seems to come from another site, or the caller may not do that.",
    404: "Nothing has that id.",
    409: "The present state does not allow this.",
    413: "The body is too large.",
    422: "The request is invalid.",
    429: "Too much at once; `Retry-After` says when.",
    500: "Something went wrong on our side.",
    503: "Something needed is out of reach.",
}


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Documentation of these statuses as problems; 500 is always one of them."""
    return {status: {"model": Problem, "description": _TEXTS[status]} for status in sorted({*statuses, 500})}
