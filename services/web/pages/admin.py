"""What admins see and change. Every change is a form that is posted, and noted under the name of who posted it."""

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from services.arena.accounts import Issued
from services.container import Services
from services.domain.account import Role
from services.domain.rate import Asked
from services.errors import Conflict, InvalidRequest
from services.ratings.sampling import Rule
from services.web.admin_view import overview
from services.web.asking import ADMIN, IdentityDep
from services.web.forms import Form
from services.web.leaderboard_words import FLAGS
from services.web.rendering import Pages

RULE_WORDS = {
    Rule.LEAST_MET: "pairs that have met least",
    Rule.UNIFORM: "every pair alike",
    Rule.WEIGHTED: "by the contenders' weights",
    Rule.PAPER: "where the win rate is least sure",
    Rule.A_OPTIMAL: "where the scores gain most",
}


def admin(services: Services, pages: Pages) -> APIRouter:
    """The routes of running the arena: contenders, rule, limits, and how it is doing."""
    router = APIRouter(prefix="/admin", include_in_schema=False, dependencies=[ADMIN])
    control = services.access.control

    @router.get("")
    def show(request: Request) -> Response:
        return pages.render(
            request,
            "admin.html",
            view=overview(services),
            rule_words=RULE_WORDS,
            flag_words=FLAGS,
            asked=tuple(Asked),
        )

    @router.post("/contenders")
    def contender(form: Form, who: IdentityDep) -> Response:
        try:
            weight = float(form.get("weight", ""))
        except ValueError:
            raise InvalidRequest("The weight is not a number.", where="weight") from None
        name, enabled = form.get("name", ""), form.get("enabled") == "yes"
        control.set_contender(name, enabled=enabled, weight=weight, by=who.name)
        return RedirectResponse("/admin#contenders", 303)

    @router.post("/policy")
    def policy(form: Form, who: IdentityDep) -> Response:
        control.set_policy(form.get("rule", ""), by=who.name)
        return RedirectResponse("/admin#policy", 303)

    @router.post("/limits")
    def limit(form: Form, who: IdentityDep) -> Response:
        control.set_limit(form.get("asked", ""), form.get("rate", ""), by=who.name)
        return RedirectResponse("/admin#limits", 303)

    return router


def _accounts_page(services: Services, pages: Pages, request: Request, issued: Issued | None, account: str) -> Response:
    accounts, tokens = services.access.accounts.all()
    return pages.render(
        request,
        "admin_accounts.html",
        accounts=accounts,
        tokens=tokens,
        names={one.id: one.name for one in accounts},
        roles=tuple(Role),
        now=services.clock.now(),
        issued=issued,
        account=account,
    )


def admin_accounts(services: Services, pages: Pages) -> APIRouter:
    """The routes of accounts."""
    router = APIRouter(prefix="/admin/accounts", include_in_schema=False, dependencies=[ADMIN])
    book = services.access.accounts

    @router.get("")
    def show(request: Request) -> Response:
        return _accounts_page(services, pages, request, None, "")

    @router.post("")
    def create(form: Form, who: IdentityDep) -> Response:
        role = form.get("role", "")
        if role not in set(Role):
            raise InvalidRequest("There is no such role.", hint=f"There are: {', '.join(Role)}.", where="role")
        book.create(form.get("name", ""), Role(role), by=who.name)
        return RedirectResponse("/admin/accounts", 303)

    @router.post("/close")
    def close(form: Form, who: IdentityDep) -> Response:
        if form.get("name") == who.name:
            raise Conflict("Nobody closes their own account.", hint="Let another admin do it, or `arena admin close`.")
        book.close(form.get("name", ""), by=who.name)
        return RedirectResponse("/admin/accounts", 303)

    return router


def admin_tokens(services: Services, pages: Pages) -> APIRouter:
    """The routes of tokens and sign-in links; a new one stands in the answer to its form and nowhere else."""
    router = APIRouter(prefix="/admin/accounts", include_in_schema=False, dependencies=[ADMIN])
    book = services.access.accounts

    @router.post("/links")
    def link(request: Request, form: Form, who: IdentityDep) -> Response:
        name = form.get("name", "")
        return _accounts_page(services, pages, request, book.link(name, by=who.name), name)

    @router.post("/tokens")
    def token(request: Request, form: Form, who: IdentityDep) -> Response:
        name, days = form.get("name", ""), form.get("days", "").strip()
        if days and not (days.isascii() and days.isdigit() and len(days) < 6):
            raise InvalidRequest("The days are not a whole number.", where="days")
        issued = book.issue(name, form.get("title", ""), by=who.name, days=int(days) if days else None)
        return _accounts_page(services, pages, request, issued, name)

    @router.post("/tokens/revoke")
    def revoke(form: Form, who: IdentityDep) -> Response:
        book.revoke(form.get("id", ""), by=who.name)
        return RedirectResponse("/admin/accounts", 303)

    return router
