"""The method page: how boards come about, with the numbers that this arena runs with."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from services.arena.board_facts import SamplingShares
from services.container import Services
from services.domain.judgement import Source
from services.errors import PrerequisiteError
from services.web.leaderboard_words import FLAGS
from services.web.rendering import Pages


def method(services: Services, pages: Pages) -> APIRouter:
    """The route of the page."""
    router = APIRouter(include_in_schema=False)

    @router.get("/method")
    def explain(request: Request) -> Response:
        rating = services.boards.rating
        published = [one for one in services.facts.snapshots() if one.board.source is Source.HUMAN]
        return pages.render(
            request,
            "method.html",
            rules=rating.rules,
            seed=rating.seed,
            anchor=rating.anchor,
            quiet_minutes=services.facts.quiet.total_seconds() / 60,
            audit_rules=services.facts.auditor.rules,
            sampling=_sampling(services),
            flags=FLAGS,
            newest=published[-1].number if published else 0,
        )

    return router


def _sampling(services: Services) -> SamplingShares | None:
    try:
        return services.facts.sampling()
    except PrerequisiteError:
        return None
