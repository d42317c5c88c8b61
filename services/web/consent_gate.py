"""Asks for consent before the first prompt, and carries along what was typed."""

from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import Response

from services.container import Services
from services.web.rendering import Pages

AGREE, TRAINING = "agree", "training"
"""Fields of the form: the version of the notice that is agreed to; "yes" for training, too."""


def keep_consent(services: Services, voter: str, form: Mapping[str, str]) -> None:
    """Keep what a form agrees to, if it does; raises as `Consents.give` does."""
    if form.get(AGREE):
        services.access.consents.give(voter, version=form[AGREE], training=form.get(TRAINING) == "yes")


def ask_first(services: Services, pages: Pages, request: Request, form: Mapping[str, str]) -> Response | None:
    """The page that asks, whose form sends everything once more; None when nothing has to be asked (any more)."""
    voter = request.state.voter
    keep_consent(services, voter, form)
    if not services.access.consents.asks(voter, known=True):
        return None
    kept = {name: value for name, value in form.items() if name not in (AGREE, TRAINING)}
    return pages.render(request, "consent.html", status=403, action=request.url.path, fields=kept)
