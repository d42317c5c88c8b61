"""Sign in with a token or a one-time link, and out again. The cookie changes at both."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import RedirectResponse, Response

from services.container import Services
from services.domain.account import Role
from services.errors import Forbidden, InvalidRequest
from services.web.asking import IdentityDep, address_of
from services.web.forms import Form
from services.web.rendering import Pages

Code = Annotated[str, Query(max_length=200)]


def sign_in(services: Services, pages: Pages) -> APIRouter:
    """The routes of signing in and out."""
    router = APIRouter(include_in_schema=False)

    @router.get("/sign-in")
    def ask(request: Request, who: IdentityDep, code: Code = "") -> Response:
        # opening the link changes nothing yet: programs that look at links ahead would use it up
        return pages.render(request, "sign_in.html", who=who, code=code, refused="")

    @router.post("/sign-in")
    def enter(request: Request, who: IdentityDep, form: Form) -> Response:
        secret = form.get("secret", "").strip()
        if not secret or len(secret) > 200:
            raise InvalidRequest("There is no token in the form.", hint="Go back and paste it.")
        try:
            cookie = services.access.door.sign_in(secret, address=address_of(request))
        except Forbidden as error:
            refused = f"{error.message} {error.hint}"
            return pages.render(request, "sign_in.html", status=403, who=who, code="", refused=refused)
        request.state.new_session = cookie
        entered = services.access.door.session(cookie)
        return RedirectResponse("/admin" if entered and entered.role is Role.ADMIN else "/", 303)

    @router.post("/sign-out")
    def leave(request: Request, who: IdentityDep) -> Response:
        services.access.door.sign_out(who)
        request.state.new_session = services.ids.new()
        return RedirectResponse("/", 303)

    return router
