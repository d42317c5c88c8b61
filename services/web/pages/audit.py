"""The audit page: all that the audit saw, what each part means, and whether it found anything."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from services.container import Services
from services.errors import Conflict, PrerequisiteError
from services.ratings.audit.finding import Code
from services.ratings.audit.whole import AuditReport
from services.web.leaderboard_words import SEVERITIES
from services.web.rendering import Pages

SECTIONS: dict[str, tuple[Code, ...]] = {
    "shares": (Code.STARVED, Code.FAVOURED),
    "policy": (Code.PROBABILITY_OFF_POLICY, Code.UNDECLARED_POLICY, Code.NOT_REGISTERED),
    "private": (Code.TOO_MANY_PRIVATE, Code.SELECTIVE_PUBLICATION, Code.RETRACTED_AFTER_PUBLICATION),
    "removals": (Code.SILENT_REMOVAL, Code.REMOVED_WITHOUT_NOTICE, Code.UNEQUAL_REMOVAL),
    "access": (Code.UNEQUAL_DATA,),
    "connectivity": (Code.DISCONNECTED, Code.PROMPT_MIX_CHANGED),
    "fragility": (),
    "history": (Code.BROKEN_HISTORY,),
}
"""Which findings belong to which part of the page; each code stands in one."""


def audit(services: Services, pages: Pages) -> APIRouter:
    """The route of the page."""
    router = APIRouter(include_in_schema=False)

    @router.get("/audit")
    def show(request: Request) -> Response:
        report: AuditReport | None = None
        trouble, sampling = "", None
        try:
            report = services.facts.audit()
        except Conflict as error:
            trouble = error.message
        try:
            sampling = services.facts.sampling()
        except (Conflict, PrerequisiteError):
            sampling = None
        found = {
            name: [row for row in report.findings if row.code in codes] if report else []
            for name, codes in SECTIONS.items()
        }
        return pages.render(
            request,
            "audit.html",
            audit=report,
            trouble=trouble,
            sampling=sampling,
            found=found,
            severity_words=SEVERITIES,
        )

    return router
