"""The pages: start a battle, watch it and vote, read the boards. Everything but streaming works without scripts."""

import re
from pathlib import Path
from typing import Annotated, cast

from fastapi import APIRouter, Depends, FastAPI, Request
from starlette.responses import RedirectResponse, Response
from starlette.staticfiles import StaticFiles

from services.container import Services
from services.domain.judgement import Winner
from services.domain.visibility import Viewer
from services.errors import InvalidRequest, NotFound
from services.web.forms import Form
from services.web.leaderboard_page import leaderboard
from services.web.pages.sign_in import sign_in
from services.web.rendering import Pages

EXAMPLES = (
    "Write a Python program that prints the first 20 primes, one per line.",
    "Write a Python program that draws a small ASCII-art Christmas tree.",
    "Write a Python program that solves the eight queens puzzle and prints one board.",
)
CHOICES = (
    (Winner.A, "A is better"),
    (Winner.TIE, "Tie"),
    (Winner.BOTH_BAD, "Both are bad"),
    (Winner.B, "B is better"),
)
_ID = re.compile(r"[0-9a-f]{32}")


def battle_id_of(battle_id: str) -> str:
    """The id, if it can be one.

    Raises:
        NotFound: it can't.
    """
    if not _ID.fullmatch(battle_id):
        raise NotFound("There is no such battle.")
    return battle_id


KnownId = Annotated[str, Depends(battle_id_of)]


def site(services: Services, pages: Pages) -> APIRouter:
    """The routes of all pages."""
    router = APIRouter(include_in_schema=False)

    @router.get("/")
    def start(request: Request) -> Response:
        return pages.render(request, "start.html", examples=EXAMPLES)

    @router.post("/battles")
    def begin(request: Request, form: Form) -> Response:
        owner = cast("str", request.state.voter)
        battle = services.battles.create(form.get("prompt", ""), judges=tuple(services.judges), owner=owner)
        return RedirectResponse(f"/battles/{battle.id}", 303)

    @router.post("/battles/repeat")
    def again(request: Request) -> Response:
        battle = services.repeats.next(cast("str", request.state.voter))
        return RedirectResponse(f"/battles/{battle.id}", 303)

    @router.get("/battles/{battle_id}")
    def watch(request: Request, battle_id: KnownId) -> Response:
        view = services.battles.view(battle_id, Viewer.VOTER)
        return pages.render(request, "battle.html", battle=view, choices=CHOICES, vote_key=services.ids.new())

    @router.post("/battles/{battle_id}/vote")
    def vote(request: Request, battle_id: KnownId, form: Form) -> Response:
        choice, key = form.get("choice", ""), form.get("key", "")
        if choice not in set(Winner) or not _ID.fullmatch(key):
            raise InvalidRequest("The vote cannot be read.", hint="Go back to the battle and vote there.")
        voter = cast("str", request.state.voter)
        services.voting.cast(battle_id, Winner(choice), voter=voter, idempotency_key=key)
        return RedirectResponse(f"/battles/{battle_id}", 303)

    return router


def add_pages(app: FastAPI, services: Services) -> None:
    """Add all pages to the application that `services.api.application.create_app` made.

    They rely on its guard (`request.state.voter`, `request.state.nonce`) and render its problems for browsers.
    """
    pages = Pages()
    app.include_router(site(services, pages))
    app.include_router(leaderboard(services, pages))
    app.include_router(sign_in(services, pages))
    app.mount("/static", StaticFiles(directory=Path(__file__).parent / "static"), name="static")
    app.state.error_page = lambda request, problem: pages.render(
        request, "problem.html", status=problem.status, problem=problem
    )
