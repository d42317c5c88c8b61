"""The page of a battle, and the vote on it."""

from typing import Any, cast

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from services.container import Services
from services.domain.judgement import Winner
from services.domain.visibility import BattleView, Viewer
from services.domain.vote_details import Aspect
from services.errors import InvalidRequest
from services.web.forms import ID, Form, KnownId
from services.web.rendering import Pages

CHOICES = (
    (Winner.A, "A is better"),
    (Winner.TIE, "Tie"),
    (Winner.BOTH_BAD, "Both are bad"),
    (Winner.B, "B is better"),
)
ASPECTS = (
    (Aspect.CORRECTNESS, "Correctness"),
    (Aspect.EFFICIENCY, "Efficiency"),
    (Aspect.EXPLAINABILITY, "Explanation"),
    (Aspect.MAINTAINABILITY, "Clean code"),
    (Aspect.UI_UX, "Interface"),
)


def battle(services: Services, pages: Pages) -> APIRouter:
    """The routes of one battle."""
    router = APIRouter(include_in_schema=False)

    @router.get("/battles/{battle_id}")
    def watch(request: Request, battle_id: KnownId) -> Response:
        view = services.battles.view(battle_id, Viewer.VOTER)
        return pages.render(
            request,
            "battle.html",
            battle=view,
            choices=CHOICES,
            **facts_of(view),
            vote_key=services.ids.new(),
            now=services.clock.now().timestamp(),
            environments=services.environments,
            voter=cast("str", request.state.voter),
            aspects=ASPECTS,
        )

    @router.post("/battles/{battle_id}/vote")
    def vote(request: Request, battle_id: KnownId, form: Form) -> Response:
        choice, key = form.get("choice", ""), form.get("key", "")
        if choice not in set(Winner) or not ID.fullmatch(key):
            raise InvalidRequest("The vote cannot be read.", hint="Go back to the battle and vote there.")
        voter = cast("str", request.state.voter)
        services.voting.cast(battle_id, Winner(choice), voter=voter, idempotency_key=key)
        return RedirectResponse(f"/battles/{battle_id}", 303)

    return router


def facts_of(view: BattleView) -> dict[str, Any]:
    """What the templates ask for beside the view: which sides there are, and what can be done now."""
    mode = view.mode.value
    return {
        "mode": mode,
        "letters": ("a",) if mode == "direct" else ("a", "b"),
        "working": not view.state.terminal,
        "turns": view.turns,
        "can": view.can,
        "runs": view.runs,
    }
