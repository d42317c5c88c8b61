"""The status strip by itself, for pages that follow it."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from services.web.rendering import Pages


def status(pages: Pages) -> APIRouter:
    """The route of the fragment."""
    router = APIRouter(include_in_schema=False)

    @router.get("/status")
    def strip(request: Request) -> Response:
        return pages.render(request, "status.html")

    return router
