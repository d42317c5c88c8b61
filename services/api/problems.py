"""Every trouble as `application/problem+json` (RFC 9457), with a stable code and the request's id."""

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import structlog
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from services.api.schemas.problem import FieldError, Problem
from services.container import Services
from services.errors import (
    ArenaError,
    Conflict,
    Forbidden,
    InvalidRequest,
    NotFound,
    PrerequisiteError,
    RateLimited,
    Unavailable,
)
from services.events.troubles import Trouble

log = structlog.get_logger()
MEDIA_TYPE = "application/problem+json"
ErrorPage = Callable[[Request, Problem], Response]
_STATUSES: Sequence[tuple[type[ArenaError], int]] = (
    (NotFound, 404),
    (Conflict, 409),
    (InvalidRequest, 422),
    (Forbidden, 403),
    (RateLimited, 429),
    (Unavailable, 503),
    (PrerequisiteError, 503),
)
_TITLES = {
    400: "Bad request",
    403: "Forbidden",
    404: "Not found",
    405: "Method not allowed",
    409: "Conflict",
    413: "Too large",
    422: "Invalid request",
    429: "Too many requests",
    500: "Internal error",
    503: "Unavailable",
}
_CODES = {400: "bad_request", 403: "forbidden", 404: "not_found", 405: "method_not_allowed", 413: "body_too_large"}


class VoteRefused(Exception):
    """A Conflict about a vote, with the choice that was recorded first when there is one."""

    def __init__(self, conflict: Conflict, *, earlier_choice: str | None) -> None:
        super().__init__(conflict.message)
        self.conflict = conflict
        self.earlier_choice = earlier_choice


def status_of(error: ArenaError) -> int:
    """The HTTP status of `error`; 500 for what no caller can cause."""
    return next((status for kind, status in _STATUSES if isinstance(error, kind)), 500)


def problem(request: Request, status: int, detail: str, *, code: str, hint: str = "", **members: Any) -> Problem:
    """A problem about `request`."""
    return Problem(
        title=_TITLES.get(status, "Error"),
        status=status,
        detail=detail,
        code=code,
        hint=hint or None,
        request_id=getattr(request.state, "request_id", ""),
        **members,
    )


def problem_of(request: Request, error: ArenaError, **members: Any) -> Problem:
    """`error` as a problem; what no caller can cause is not told in detail."""
    status = status_of(error)
    if status == 500:
        return problem(request, 500, "Something went wrong on our side.", code="internal_error")
    if isinstance(error, InvalidRequest) and error.where:
        where = error.where if error.where.startswith("body") else f"body.{error.where}"
        members["errors"] = [FieldError(where=where, message=error.message)]
    return problem(request, status, error.message, code=error.code, hint=error.hint, **members)


def respond(request: Request, found: Problem, headers: Mapping[str, str] | None = None) -> Response:
    """The problem as a response: a page where a browser asked for one and pages exist, JSON otherwise."""
    page: ErrorPage | None = getattr(request.app.state, "error_page", None)
    wants_page = "text/html" in request.headers.get("accept", "") and not request.url.path.startswith("/api/")
    if page is not None and wants_page:
        response = page(request, found)
        response.headers.update(headers or {})
        return response
    body = found.model_dump(exclude_none=True)
    return JSONResponse(body, found.status, headers=dict(headers or {}), media_type=MEDIA_TYPE)


async def respond_to(request: Request, error: ArenaError) -> Response:
    """`error` as a response; what is our fault is logged and kept for who runs the arena."""
    headers: dict[str, str] = {}
    members: dict[str, Any] = {}
    if isinstance(error, RateLimited):
        wait = members["retry_after_seconds"] = max(1, math.ceil(error.retry_after_seconds))
        headers["Retry-After"] = str(wait)
    found = problem_of(request, error, **members)
    if found.status >= 500:
        log.error("request_failed", request_id=found.request_id, code=error.code, error=error.message)
        await _keep(request, found, error.message)
    return respond(request, found, headers)


async def respond_to_bug(request: Request, error: Exception) -> Response:
    """A response to what nobody expected; what it says is in the log alone, for it may quote what was sent."""
    request_id = getattr(request.state, "request_id", "")
    log.error("request_crashed", request_id=request_id, path=request.url.path, exc_info=error)
    found = problem(request, 500, "Something went wrong on our side.", code="internal_error")
    await _keep(request, found, type(error).__name__)
    return respond(request, found)


async def _keep(request: Request, found: Problem, message: str) -> None:
    services: Services | None = getattr(request.app.state, "services", None)
    if services is not None:
        trouble = Trouble(
            at=services.clock.now().isoformat(timespec="seconds"),
            request_id=found.request_id,
            method=request.method,
            path=request.url.path[:200],
            code=found.code,
            message=message[:500],
        )
        await run_in_threadpool(services.access.troubles.tell, trouble)


async def _arena_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, ArenaError)  # noqa: S101 - registered for this class only
    return await respond_to(request, error)


async def _vote_refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, VoteRefused)  # noqa: S101 - registered for this class only
    return respond(request, problem_of(request, error.conflict, earlier_choice=error.earlier_choice))


async def _http_exception(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 - registered for this class only
    status = error.status_code
    detail = {
        400: "The request cannot be read.",
        404: "There is nothing here.",
        405: "This resource does not take that method.",
    }.get(status, str(error.detail))
    found = problem(request, status, detail, code=_CODES.get(status, "http_error"))
    return respond(request, found, error.headers)


async def _invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101 - registered for this class only
    errors = error.errors()
    if errors and all(item["loc"][0] == "path" for item in errors):
        return respond(request, problem(request, 404, "Nothing has that id.", code="not_found"))
    fields = [FieldError(where=".".join(str(part) for part in item["loc"]), message=item["msg"]) for item in errors]
    detail = "; ".join(f"{field.where}: {field.message}" for field in fields[:3])
    return respond(request, problem(request, 422, f"{detail}.", code="invalid_request", errors=fields))


def add_problems(app: FastAPI) -> None:
    """Answer every error of `app` with a problem."""
    app.add_exception_handler(ArenaError, _arena_error)
    app.add_exception_handler(VoteRefused, _vote_refused)
    app.add_exception_handler(HTTPException, _http_exception)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(Exception, respond_to_bug)
