"""What routers are given."""

from typing import Annotated, Any, cast

from fastapi import Depends, Header, Query, Request

from services.api.schemas.problem import Problem
from services.api.streaming import StreamLimits
from services.container import Services


def _services(request: Request) -> Services:
    return cast("Services", request.app.state.services)


def _stream_limits(request: Request) -> StreamLimits:
    return cast("StreamLimits", request.app.state.stream_limits)


def _voter(request: Request) -> str:
    return cast("str", request.state.voter)


def _caller(request: Request) -> str:
    return cast("str", request.state.caller)


ServicesDep = Annotated[Services, Depends(_services)]
StreamLimitsDep = Annotated[StreamLimits, Depends(_stream_limits)]
VoterDep = Annotated[str, Depends(_voter)]
CallerDep = Annotated[str, Depends(_caller)]
Cursor = Annotated[str, Query(max_length=64, description="Event id to resume after, for clients without headers.")]
CursorHeader = Annotated[str, Header(alias="Last-Event-ID", max_length=64, description="Event id to resume after.")]

_TEXTS = {
    400: "The request cannot be read.",
    403: "It seems to come from another site.",
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
