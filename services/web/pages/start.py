"""Where battles begin: a drawn pair, two chosen contenders, or a talk with one."""

from collections.abc import Mapping
from typing import cast

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from services.container import Services
from services.domain.battle_mode import BattleMode, Parameters
from services.errors import InvalidRequest
from services.web.consent_gate import ask_first
from services.web.examples import CATEGORIES, EXAMPLES, LANGUAGES, chosen
from services.web.forms import Form
from services.web.rendering import Pages


def start(services: Services, pages: Pages) -> APIRouter:
    """The routes that begin something."""
    router = APIRouter(include_in_schema=False)

    def shown(request: Request, name: str) -> Response:
        query = request.query_params
        category, language = query.get("category", ""), query.get("language", "")
        return pages.render(
            request,
            name,
            examples=chosen(category, language),
            categories=CATEGORIES,
            languages=LANGUAGES,
            category=category,
            language=language,
            prompt=query.get("prompt", ""),
            contenders=tuple(one.name for one in services.access.control.contenders() if one.enabled and one.public),
        )

    @router.get("/")
    def battle(request: Request) -> Response:
        return shown(request, "start.html")

    @router.get("/side-by-side")
    def side_by_side(request: Request) -> Response:
        return shown(request, "side_by_side.html")

    @router.get("/chat")
    def chat(request: Request) -> Response:
        return shown(request, "chat.html")

    @router.post("/battles")
    def begin(request: Request, form: Form) -> Response:
        asked = ask_first(services, pages, request, form)
        if asked is not None:
            return asked
        prompt, owner = form.get("prompt", ""), cast("str", request.state.voter)
        if form.get("surprise"):
            prompt = EXAMPLES[int(services.ids.new(), 16) % len(EXAMPLES)].prompt
        named = tuple(name for name in (form.get("contender_a", ""), form.get("contender_b", "")) if name)
        made = services.battles.create(
            prompt,
            contenders=named or None,
            mode=_mode(form),
            parameters=_parameters(form),
            judges=tuple(services.judges),
            owner=owner,
        )
        return RedirectResponse(f"/battles/{made.id}", 303)

    @router.post("/battles/repeat")
    def again(request: Request) -> Response:
        made = services.repeats.next(cast("str", request.state.voter))
        return RedirectResponse(f"/battles/{made.id}", 303)

    return router


def _mode(form: Mapping[str, str]) -> BattleMode:
    word = form.get("mode", BattleMode.BATTLE)
    if word not in set(BattleMode):
        raise InvalidRequest("There is no such kind of battle.", hint="Go back and choose one.", where="mode")
    return BattleMode(word)


def _parameters(form: Mapping[str, str]) -> Parameters | None:
    """What the form asks for; None when it leaves everything as it is."""
    temperature, tokens = form.get("temperature", "").strip(), form.get("max_tokens", "").strip()
    system = form.get("system_prompt", "").strip()
    if not (temperature or tokens or system):
        return None
    try:
        return Parameters(
            temperature=float(temperature) if temperature else None,
            max_tokens=int(tokens) if tokens else None,
            system_prompt=system,
        )
    except ValueError:
        raise InvalidRequest("Temperature and tokens are numbers.", where="parameters") from None
