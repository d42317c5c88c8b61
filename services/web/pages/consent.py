"""The privacy notice, and what this session has agreed to."""

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from services.container import Services
from services.errors import InvalidRequest
from services.web.asking import IdentityDep
from services.web.consent_gate import AGREE, keep_consent
from services.web.forms import Form
from services.web.rendering import Pages


def consent(services: Services, pages: Pages) -> APIRouter:
    """The routes of the notice."""
    router = APIRouter(include_in_schema=False)

    @router.get("/privacy")
    def notice(request: Request, who: IdentityDep) -> Response:
        agreed = services.access.consents.of(who.voter) if who.known else None
        return pages.render(request, "privacy.html", agreed=agreed)

    @router.post("/consent")
    def agree(who: IdentityDep, form: Form) -> Response:
        if not form.get(AGREE):
            raise InvalidRequest(
                "Nothing was agreed to.", hint="Tick the first box; to take consent back, delete your data at /history."
            )
        keep_consent(services, who.voter, form)
        return RedirectResponse("/privacy", 303)

    return router
