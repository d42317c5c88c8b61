"""What every request passes: an id, a same-origin check, an anonymous session, a body limit, safe headers.

Whatever comes after finds in `request.state`: `request_id`, `voter` (session of the caller), `caller` (the same, but
empty for who has none) and `nonce` (for the scripts and styles of a page); also `session`, the cookie, and
`new_session`, the cookie that the answer sets ("": none). Even a bug is answered here, with all of these headers.
"""

import re
import secrets
from http.cookies import CookieError, SimpleCookie
from urllib.parse import urlsplit

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from services.api.problems import problem, respond, respond_to_bug
from services.clock import Ids

MAX_BODY_BYTES = 256 * 1024
# programs and their input travel in these, as base64
PROGRAM_PATHS = frozenset({"/api/v1/executions", "/api/v1/executions/batch"})
MAX_PROGRAM_BYTES = 24 * 1024 * 1024
# only the arena's own host can set a cookie of the second name, and no running app that shares its site
COOKIE, SECURE_COOKIE = "arena_session", "__Host-arena_session"
COOKIE_SECONDS = 365 * 24 * 3600
ANONYMOUS_LENGTH = 32
_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
_SESSION = re.compile(r"(?:[0-9a-f]{32}){1,2}")
_VOTER = re.compile(r"[A-Za-z0-9_-]{1,64}")
_REQUEST_ID = re.compile(r"[A-Za-z0-9_.-]{1,64}")


def body_limit(path: str) -> int:
    """How many bytes a request for `path` may carry."""
    return MAX_PROGRAM_BYTES if path in PROGRAM_PATHS else MAX_BODY_BYTES


def _too_large(limit: int) -> str:
    return f"A request body may have at most {limit // 1024} KiB here."


def from_elsewhere(headers: Headers, scope: Scope) -> bool:
    """Whether a state-changing request may come from another site's page, on the caller's behalf.

    Browsers say `Sec-Fetch-Site` where the connection is trustworthy and `Origin` elsewhere; a caller that says
    neither is no browser and is believed unless it carries our cookie.
    """
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site != "same-origin"
    origin = headers.get("origin")
    if origin is not None:
        return urlsplit(origin).netloc != headers.get("host", "")
    return bool(_session(headers, scope))


def _cookie_name(scope: Scope) -> str:
    return SECURE_COOKIE if scope.get("scheme") == "https" else COOKIE


def _session(headers: Headers, scope: Scope) -> str:
    try:
        morsel = SimpleCookie(headers.get("cookie", "")).get(_cookie_name(scope))
    except CookieError:
        return ""
    return morsel.value if morsel and _SESSION.fullmatch(morsel.value) else ""


def _policy(nonce: str, frames: str) -> str:
    framed = frames or "'none'"
    return (
        f"default-src 'none'; script-src 'nonce-{nonce}'; style-src 'nonce-{nonce}'; img-src 'self' data:; "
        f"connect-src 'self'; frame-src {framed}; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )


def _caching(path: str) -> str:
    if path.startswith("/static/built/assets/"):
        return "public, max-age=31536000, immutable"  # their names change with their contents
    return "no-cache" if path.startswith("/static/") else "no-store"


class Guard:
    """The ASGI middleware that does all of it; `frames` is where running apps come from, the only thing pages frame."""

    def __init__(self, app: ASGIApp, ids: Ids, frames: str = "") -> None:
        self._app = app
        self._ids = ids
        self._frames = frames

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        asked_id = headers.get("x-request-id", "")
        state = scope.setdefault("state", {})
        session = state["session"] = _session(headers, scope)
        anonymous = session if len(session) == ANONYMOUS_LENGTH else ""
        state["request_id"] = asked_id if _REQUEST_ID.fullmatch(asked_id) else self._ids.new()
        state["nonce"] = secrets.token_urlsafe(16)
        named = headers.get("x-voter", "")
        state["voter"] = f"token:{named}" if _VOTER.fullmatch(named) else anonymous or self._ids.new()
        state["caller"] = state["voter"] if _VOTER.fullmatch(named) or anonymous else ""
        changes = scope["method"] not in _SAFE_METHODS
        browser = "sec-fetch-site" in headers or "origin" in headers
        state["new_session"] = str(state["voter"]) if changes and browser and not (session or named) else ""
        outgoing = _with_headers(send, scope, self._frames)
        with structlog.contextvars.bound_contextvars(request_id=state["request_id"]):
            if changes and await self._refused(scope, headers, receive, outgoing):
                return
            await self._passed_on(scope, _limited(receive, body_limit(scope["path"])), outgoing)

    async def _passed_on(self, scope: Scope, receive: Receive, send: Send) -> None:
        begun = False

        async def noticed(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await self._app(scope, receive, noticed)
        except Exception as error:
            if begun:
                raise
            response = await respond_to_bug(Request(scope), error)
            await response(scope, receive, send)

    async def _refused(self, scope: Scope, headers: Headers, receive: Receive, send: Send) -> bool:
        request = Request(scope)
        length = headers.get("content-length", "")
        if from_elsewhere(headers, scope):
            found = problem(
                request,
                403,
                "This request seems to come from another site.",
                code="cross_site",
                hint="A program should send X-Voter instead of the session cookie.",
            )
        elif length.isascii() and length.isdigit() and int(length) > body_limit(scope["path"]):
            found = problem(request, 413, _too_large(body_limit(scope["path"])), code="body_too_large")
        else:
            return False
        await respond(request, found)(scope, receive, send)
        return True


def _limited(receive: Receive, limit: int) -> Receive:
    seen = 0

    async def bounded() -> Message:
        nonlocal seen
        message = await receive()
        seen += len(message.get("body", b""))
        if seen > limit:
            raise HTTPException(413, _too_large(limit))
        return message

    return bounded


def _with_headers(send: Send, scope: Scope, frames: str) -> Send:
    state = scope["state"]

    async def decorated(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            page = headers.get("content-type", "").startswith("text/html")
            headers["X-Request-ID"] = state["request_id"]
            headers["X-Content-Type-Options"] = "nosniff"
            headers["Referrer-Policy"] = "same-origin"
            headers["Cross-Origin-Resource-Policy"] = "same-origin"
            headers["Cross-Origin-Opener-Policy"] = "same-origin"
            headers["Permissions-Policy"] = "camera=(), microphone=(), geolocation=(), clipboard-read=()"
            nothing = "default-src 'none'; frame-ancestors 'none'"
            headers["Content-Security-Policy"] = _policy(state["nonce"], frames) if page else nothing
            headers.setdefault("Cache-Control", _caching(scope["path"]))
            if state["new_session"]:
                secure = "; Secure" if scope.get("scheme") == "https" else ""
                rules = f"Path=/; Max-Age={COOKIE_SECONDS}; HttpOnly; SameSite=Strict{secure}"
                headers.append("Set-Cookie", f"{_cookie_name(scope)}={state['new_session']}; {rules}")
        await send(message)

    return decorated
