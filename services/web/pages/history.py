"""What this session did, and how to have it deleted."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from services.arena.history import HistoryPage
from services.container import Services
from services.domain.account import Identity
from services.domain.deletion_mode import DeletionMode
from services.domain.judgement import Winner
from services.errors import Forbidden, InvalidRequest
from services.web.asking import IdentityDep
from services.web.forms import Form
from services.web.rendering import Pages

CHOICE_WORDS = {Winner.A: "A is better", Winner.B: "B is better", Winner.TIE: "tie", Winner.BOTH_BAD: "both are bad"}
Cursor = Annotated[str, Query(max_length=64)]


def history(services: Services, pages: Pages) -> APIRouter:
    """The routes of the history."""
    router = APIRouter(include_in_schema=False)

    @router.get("/history")
    def show(request: Request, who: IdentityDep, before: Cursor = "") -> Response:
        _check(request, who)
        page = services.access.history.page(who.voter, cursor=before) if who.known else HistoryPage(rows=(), older="")
        agreed = services.access.consents.of(who.voter) if who.known else None
        return pages.render(
            request, "history.html", page=page, first=not before, agreed=agreed, choice_words=CHOICE_WORDS
        )

    @router.get("/history/delete")
    def ask(request: Request, who: IdentityDep) -> Response:
        _check(request, who)
        return pages.render(request, "delete_data.html", deleted=None)

    @router.post("/history/delete")
    def delete(request: Request, who: IdentityDep, form: Form) -> Response:
        _check(request, who)
        mode = form.get("mode", "")
        if mode not in set(DeletionMode) or form.get("sure") != "yes":
            raise InvalidRequest(
                "Nothing was deleted.", hint="Go back, choose what becomes of your votes, and tick that you are sure."
            )
        deleted = services.deletion.delete(who.voter, DeletionMode(mode))
        if not who.account:
            # nothing ties what comes now to what was before
            request.state.new_session = services.ids.new()
        return pages.render(request, "delete_data.html", deleted=deleted)

    return router


def _check(request: Request, who: Identity) -> None:
    if "x-voter" in request.headers and not who.account:
        raise Forbidden("A name in X-Voter proves nothing, so nothing is shown or deleted for it.")
