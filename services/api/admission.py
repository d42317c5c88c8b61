"""Who sends a request, whether they may send such a one, and whether they send too many.

Whatever comes after finds in `request.state`: `identity`, `voter` and `caller` (see `services.api.security`), and in
`refusal` why a token that came along opened nothing: routes that need no token answer all the same.
"""

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from services.api.problems import respond_to
from services.api.rates import asked_by
from services.arena.access import Access
from services.domain.account import Identity, Role
from services.errors import ArenaError, Forbidden

SIGNED_IN_LENGTH = 64
"""Of the cookie of a browser that has signed in; an anonymous one is half as long and means nothing to the store."""
_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
# what even those may do who may only look: it is about themselves
OPEN_PATHS = frozenset({"/sign-in", "/sign-out", "/consent", "/history/delete", "/api/v1/me"})


class Admission:
    """The ASGI middleware that does it; it relies on what the guard found."""

    def __init__(self, app: ASGIApp, access: Access) -> None:
        self._app = app
        self._access = access

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and not scope["path"].startswith("/static/"):
            changes = scope["method"] not in _SAFE_METHODS
            try:
                if _token(scope) or len(scope["state"]["session"]) == SIGNED_IN_LENGTH:
                    await run_in_threadpool(self._identify, scope)
                else:
                    # nothing to look up, so no thread either
                    self._identify(scope)
            except ArenaError as error:
                scope["state"]["refusal"] = error
            try:
                if changes:
                    await run_in_threadpool(self._admit, scope)
            except ArenaError as error:
                response = await respond_to(Request(scope), error)
                await response(scope, receive, send)
                return
        await self._app(scope, receive, send)

    def _identify(self, scope: Scope) -> None:
        state, door = scope["state"], self._access.door
        session, token = state["session"], _token(scope)
        state["refusal"] = None
        state["identity"] = door.nobody(state["voter"], known=bool(state["caller"]))
        found: Identity | None = None
        if token:
            found = door.bearer(token, address=_address(scope))
        elif len(session) == SIGNED_IN_LENGTH:
            found = door.session(session)
            if found is None:
                # an old cookie: the browser goes on as a new anonymous session
                state["new_session"] = state["new_session"] or state["voter"]
        if found is not None:
            state["identity"] = found
            state["voter"] = state["caller"] = found.voter

    def _admit(self, scope: Scope) -> None:
        state = scope["state"]
        if state["refusal"] is not None:
            raise state["refusal"]
        who: Identity = state["identity"]
        if scope["path"] not in OPEN_PATHS and not who.role.covers(Role.VOTER):
            raise Forbidden("You may look, but not start or change anything here.", hint="Sign in at /sign-in.")
        asked = asked_by(scope["method"], scope["path"])
        if asked is not None and who.role is not Role.ADMIN:
            self._access.limits.take(asked, session=who.voter, address=_address(scope))


def _token(scope: Scope) -> str:
    scheme, _, token = Headers(scope=scope).get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def _address(scope: Scope) -> str:
    client = scope.get("client")
    return str(client[0]) if client else ""


def address_of(request: Request) -> str:
    """Where a request comes from, as far as proxies are trusted (see `services.api.forwarded`)."""
    return _address(request.scope)
