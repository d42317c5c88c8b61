"""The page of the boards and of all that is known about them. It works without scripts; with them it follows."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from services.container import Services
from services.domain.judgement import Source
from services.web.leaderboard_view import CHOICES, Filters, view_of
from services.web.leaderboard_words import AGREEMENT, FLAGS, SEVERITIES
from services.web.rendering import Pages

SOURCES = {
    Source.HUMAN: "People's votes",
    Source.LLM: "LLM judge",
    Source.EXECUTION: "What ran",
}


def leaderboard(services: Services, pages: Pages) -> APIRouter:
    """The route of the page."""
    router = APIRouter(include_in_schema=False)

    @router.get("/leaderboard")
    def boards(request: Request) -> Response:
        view = view_of(services, Filters.of(request.query_params))
        return pages.render(
            request,
            "leaderboard.html",
            status=422 if view.refused else 200,
            view=view,
            filters=view.filters,
            sources=SOURCES,
            choices=CHOICES,
            flag_words=FLAGS,
            agreement_words=AGREEMENT,
            severity_words=SEVERITIES,
        )

    return router
