"""Forms of a battle's page beside the vote: stop, run again, say more about one's vote."""

import shlex
from typing import cast

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from services.arena.programs import Program
from services.container import Services
from services.domain.judgement import Winner
from services.domain.side import Side
from services.domain.vote_details import Aspect
from services.errors import InvalidRequest
from services.web.forms import Fields, Form, KnownId
from services.web.rendering import Pages


def battle_acts(services: Services, _pages: Pages) -> APIRouter:
    """The routes that change a battle; each leads back to its page."""
    router = APIRouter(prefix="/battles/{battle_id}", include_in_schema=False)

    @router.post("/turns")
    def follow_up(battle_id: KnownId, form: Form) -> Response:
        to = form.get("to", "both")
        services.turns.follow_up(battle_id, form.get("prompt", ""), to=None if to == "both" else _side(to))
        return _back(battle_id)

    @router.post("/retry")
    def retry(battle_id: KnownId) -> Response:
        services.turns.retry(battle_id)
        return _back(battle_id)

    @router.post("/rematch")
    def rematch(request: Request, battle_id: KnownId) -> Response:
        owner = cast("str", request.state.voter)
        made = services.battles.rematch(battle_id, judges=tuple(services.judges), owner=owner)
        return _back(made.id)

    @router.post("/stop")
    def stop(battle_id: KnownId, form: Form) -> Response:
        side = form.get("side", "")
        services.stopping.stop(battle_id, _side(side) if side else None)
        return _back(battle_id)

    @router.post("/sides/{side}/runs")
    def run(request: Request, battle_id: KnownId, side: str, fields: Fields) -> Response:
        place = _side(side)
        services.side_runs.run(battle_id, place, program_of(fields), caller=cast("str", request.state.voter))
        return _back(battle_id, f"program-{place}")

    @router.post("/vote/details")
    def describe(request: Request, battle_id: KnownId, form: Form) -> Response:
        aspects = {aspect: _winner(form[aspect]) for aspect in Aspect if form.get(aspect)}
        voter = cast("str", request.state.voter)
        services.voting.describe(battle_id, voter=voter, aspects=aspects, comment=form.get("comment", ""))
        return _back(battle_id, "reveal")

    return router


def program_of(fields: dict[str, list[str]]) -> Program:
    """The program in the form of the Code tab; arguments are split as a shell would.

    Raises:
        InvalidRequest: files and names do not match, or a quotation mark is left open.
    """
    paths, texts = fields.get("path", []), fields.get("text", [])
    if not paths or len(paths) != len(texts) or len(set(paths)) != len(paths):
        raise InvalidRequest("The program in the form cannot be read.", hint="Go back to the battle and try again.")
    try:
        arguments = tuple(shlex.split(_first(fields, "arguments")))
    except ValueError:
        raise InvalidRequest("A quotation mark is left open in the arguments.", where="arguments") from None
    return Program(
        environment=_first(fields, "environment"),
        # forms send line breaks of their own; programs get those that were typed
        files={path: _typed(text) for path, text in zip(paths, texts, strict=True)},
        entry=_first(fields, "entry"),
        stdin=_typed(_first(fields, "stdin")),
        args=arguments,
        dependencies=tuple(_first(fields, "dependencies").replace(",", " ").split()),
    )


def _first(fields: dict[str, list[str]], name: str) -> str:
    return next(iter(fields.get(name, [])), "")


def _typed(text: str) -> bytes:
    return text.replace("\r\n", "\n").encode("utf-8", "replace")


def _side(word: str) -> Side:
    if word not in set(Side):
        raise InvalidRequest("There are the sides a and b.", where="side")
    return Side(word)


def _winner(word: str) -> Winner:
    if word not in set(Winner):
        raise InvalidRequest("An aspect goes to a, to b, or is a tie.", where="aspects")
    return Winner(word)


def _back(battle_id: str, part: str = "") -> Response:
    return RedirectResponse(f"/battles/{battle_id}{f'#{part}' if part else ''}", 303)
