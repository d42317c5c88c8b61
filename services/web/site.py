"""The pages: start a battle, watch it and vote, read the boards. Everything but streaming works without scripts."""

from collections.abc import Callable
from pathlib import Path

from fastapi import APIRouter, FastAPI
from starlette.staticfiles import StaticFiles

from services.container import Services
from services.web.everywhere import everywhere
from services.web.leaderboard_page import leaderboard
from services.web.pages.admin import admin, admin_accounts, admin_tokens
from services.web.pages.audit import audit
from services.web.pages.battle import battle
from services.web.pages.battle_acts import battle_acts
from services.web.pages.battle_diff import battle_diff
from services.web.pages.battle_files import battle_files
from services.web.pages.consent import consent
from services.web.pages.contenders import contenders
from services.web.pages.history import history
from services.web.pages.method import method
from services.web.pages.shared import shared
from services.web.pages.sign_in import sign_in
from services.web.pages.start import start
from services.web.pages.status import status
from services.web.pages.takings import takings
from services.web.rendering import Pages

PAGES: tuple[Callable[[Services, Pages], APIRouter], ...] = (
    start,
    consent,
    battle,
    battle_acts,
    battle_diff,
    shared,
    leaderboard,
    contenders,
    method,
    audit,
    takings,
    history,
    sign_in,
    admin,
    admin_accounts,
    admin_tokens,
)


def add_pages(app: FastAPI, services: Services) -> None:
    """Add all pages to the application that `services.api.application.create_app` made.

    They rely on its guard (`request.state.voter`, `request.state.nonce`) and render its problems for browsers.
    """
    pages = Pages(everywhere(services))
    for page in PAGES:
        app.include_router(page(services, pages))
    app.include_router(battle_files(services))
    app.include_router(status(pages))
    app.mount("/static", StaticFiles(directory=Path(__file__).parent / "static"), name="static")
    app.state.error_page = lambda request, problem: pages.render(
        request, "problem.html", status=problem.status, problem=problem
    )
