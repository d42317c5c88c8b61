"""Consent, history, deletion, limits, accounts and the admin pages in a real browser, over a real store and Redis."""

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import BrowserContext, Page, expect

from services.api.application import create_app
from services.container import Services
from services.domain.account import Role
from services.domain.battle import Battle
from services.domain.rate import Asked, Rate
from services.events.redis_figures import RedisFigures
from services.events.redis_follower import RedisEventFollower
from services.events.redis_rate_limits import RedisRateCounter
from services.events.redis_streams import RedisEventLog
from services.events.redis_troubles import RedisTroubles
from services.redis_server import EmbeddedRedis
from services.store import schema
from services.store.engine import create_engine_for
from services.store.sql import SqlUnitOfWorkFactory
from services.web.site import add_pages
from tests.fixtures.arena_services import NAMES, assemble, finish_sides, judge, voted
from tests.fixtures.browser import browser, leading
from tests.fixtures.served import serving

pytestmark = [pytest.mark.browser, pytest.mark.redis]
SCHEMES: tuple[Literal["light", "dark"], ...] = ("dark", "light")
PROMPT = 'Draw a <b>"clock"</b>'


@pytest.fixture(scope="module")
def redis_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    server = EmbeddedRedis(Path(tmp_path_factory.mktemp("redis")))
    yield server.ensure()
    server.release()


@pytest.fixture
def services(tmp_path: Path, redis_url: str) -> Iterator[Services]:
    """An arena that asks for consent and lets a session start three battles an hour."""
    url = f"sqlite:///{tmp_path / 'arena.db'}"
    schema.upgrade(url)
    engine = create_engine_for(url)
    found = assemble(
        store=SqlUnitOfWorkFactory(engine),
        events=RedisEventLog(redis_url),
        follower=RedisEventFollower(redis_url),
        figures=RedisFigures(redis_url),
        counter=RedisRateCounter(redis_url),
        troubles=RedisTroubles(redis_url),
        rates={Asked.BATTLES: Rate.of("3/hour"), Asked.SIGN_IN: Rate.of("3/hour")},
        address_factor=1000,
        private=("mole-9",),
        consent=True,
    )
    found.access.control.keeper.catch_up()
    yield found
    engine.dispose()


@pytest.fixture(scope="module", params=["with scripts", "without scripts"])
def context(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[BrowserContext]:
    """One browser for all tests; everything here works without scripts, too."""
    # a switch, for a profile that is kept has no option for it
    off = [] if request.param == "with scripts" else ["--blink-settings=scriptEnabled=false"]
    with browser(tmp_path_factory.mktemp("profile"), leading({}), *off) as found:
        yield found


@pytest.fixture
def page(context: BrowserContext, services: Services, redis_url: str) -> Iterator[Page]:
    """A new visitor at the start; whatever the browser complains about fails the test."""
    app = create_app(services)
    add_pages(app, services)
    complaints: list[str] = []
    with ExitStack() as stack:
        address = stack.enter_context(serving(app)).replace("127.0.0.1", "localhost")
        context.clear_cookies()
        found = context.new_page()
        stack.callback(found.close)
        found.on("console", lambda message: complaints.append(message.text))
        found.on("pageerror", lambda error: complaints.append(str(error)))
        found.goto(address)
        yield found
        # a status is what these pages are for
        assert [text for text in complaints if "Failed to load resource" not in text] == []


def at(page: Page, path: str) -> None:
    origin = "/".join(page.url.split("/")[:3])
    page.goto(f"{origin}{path}")


@pytest.fixture
def fits(request: pytest.FixtureRequest) -> Callable[[Page], None]:
    """Fails unless axe finds nothing, a phone needs no sideways scroll, and controls can be hit."""
    # axe is a script itself
    schemes = SCHEMES if request.node.callspec.params["context"] == "with scripts" else ()

    def check(page: Page) -> None:
        for scheme in schemes:
            page.emulate_media(color_scheme=scheme)
            found = Axe().run(page)
            assert found.violations_count == 0, f"{page.url} {scheme}\n{found.generate_report()}"
        size = page.viewport_size
        page.set_viewport_size({"width": 360, "height": 740})
        assert page.locator("html").evaluate("(one) => one.scrollWidth") <= 360, page.url
        for control in page.locator("main button, main a.button, .foot a").all():
            box = control.bounding_box()
            assert box is None or box["height"] >= 44 or "link" in (control.get_attribute("class") or ""), page.url
        page.set_viewport_size(size or {"width": 1280, "height": 720})

    return check


def begin(page: Page, prompt: str = PROMPT) -> None:
    at(page, "/")
    page.get_by_label("What should they build?").fill(prompt)
    page.get_by_role("button", name="Start the battle").click()


def agree(page: Page) -> None:
    page.get_by_label("I have read the privacy notice").check()


def enter(page: Page, services: Services, name: str = "rosa", role: Role = Role.ADMIN) -> None:
    services.access.accounts.create(name, role, by="test")
    at(page, f"/sign-in?code={services.access.accounts.link(name, by='test').secret}")
    page.get_by_role("button", name="Sign in now").click()


def test_from_consent_to_history_to_nothing_left(page: Page, fits: Callable[[Page], None], services: Services) -> None:
    fits(page)
    begin(page, "Write a Python program that solves the eight queens puzzle and prints one board.")
    # the browser asks for the tick, and nothing is sent without it
    expect(page.get_by_label("My battles may also be published")).not_to_be_checked()
    expect(page.get_by_label("What should they build?")).to_have_value(re.compile("eight queens"))
    assert _battles(services) == []
    agree(page)
    fits(page)
    page.get_by_role("button", name="Start the battle").click()
    expect(page.locator(".prompt")).to_contain_text("eight queens")
    begin(page)
    expect(page.locator(".prompt")).to_contain_text(PROMPT)
    battle_id = page.url.rsplit("/", 1)[1]
    with services.store() as uow:
        for battle in uow.battles.recent(5):
            assert battle.consent_version
            assert not battle.training_consent
    for battle in _battles(services):
        finish_sides(services, battle.id)
        judge(services, battle.id)
    page.reload()
    page.get_by_role("button", name="Tie").click()
    expect(page.locator("#reveal")).to_contain_text("The vote")
    at(page, "/history")
    fits(page)
    rows = page.locator(".rows li")
    expect(rows).to_have_count(2)
    expect(rows.first).to_contain_text("you voted: tie")
    expect(rows.first).to_contain_text(NAMES[0])
    assert not any(name in rows.nth(1).inner_text() for name in NAMES)
    rows.first.get_by_role("link").click()
    assert page.url.endswith(battle_id)
    at(page, "/history")
    page.get_by_role("link", name="Delete my data").click()
    fits(page)
    page.get_by_label("They go, too.").check()
    page.get_by_label("Yes, delete it for good.").check()
    page.get_by_role("button", name="Delete", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Your data is deleted")
    at(page, "/history")
    expect(page.locator(".empty")).to_contain_text("There is nothing yet")
    at(page, "/")
    expect(page.get_by_label("I have read the privacy notice")).to_be_visible()
    with services.store() as uow:
        assert uow.votes.find(battle_id) is None


def _battles(services: Services) -> Sequence[Battle]:
    with services.store() as uow:
        return uow.battles.recent(20)


def test_who_asks_too_often_reads_how_long_to_wait(page: Page, fits: Callable[[Page], None]) -> None:
    page.get_by_label("What should they build?").fill("One")
    agree(page)
    page.get_by_role("button", name="Start the battle").click()
    for number in range(2):
        begin(page, f"More {number}")
        expect(page.locator(".prompt")).to_contain_text(f"More {number}")
    begin(page, "Too much")
    expect(page.get_by_role("heading", level=1)).to_have_text("Too many requests")
    expect(page.locator("main")).to_contain_text("Try again in 20 minutes.")
    fits(page)


def test_signing_in_and_out_and_guessing(page: Page, fits: Callable[[Page], None], services: Services) -> None:
    at(page, "/admin")
    expect(page.get_by_role("heading", level=1)).to_have_text("Forbidden")
    enter(page, services, "viv", Role.VIEWER)
    expect(page.locator(".who")).to_contain_text("Sign out viv")
    page.get_by_label("What should they build?").fill(PROMPT)
    agree(page)
    page.get_by_role("button", name="Start the battle").click()
    expect(page.locator("main")).to_contain_text("You may look")
    at(page, "/admin")
    expect(page.get_by_role("heading", level=1)).to_have_text("Forbidden")
    page.get_by_role("button", name="Sign out viv").click()
    expect(page.locator(".who")).to_have_count(0)
    for _ in range(3):
        at(page, "/sign-in")
        page.get_by_label("Token").fill("a guess")
        page.get_by_role("button", name="Sign in").click()
        expect(page.get_by_role("alert")).to_contain_text("no token or sign-in link")
    fits(page)
    page.get_by_label("Token").fill("another guess")
    page.get_by_role("button", name="Sign in").click()
    expect(page.locator("main")).to_contain_text("Try again in 20 minutes.")


def test_an_admin_runs_the_arena(page: Page, fits: Callable[[Page], None], services: Services, redis_url: str) -> None:
    # the last test has used up the guesses of this address
    RedisRateCounter(redis_url)._redis.flushdb()
    services.figures.tell("host:1", {"idle": 2, "busy": 1})
    voted(services, 4)
    enter(page, services)
    expect(page.get_by_role("heading", level=1)).to_have_text("Running the arena")
    fits(page)
    row = page.locator("tr", has=page.get_by_role("rowheader", name=NAMES[0], exact=True))
    row.get_by_label("on", exact=True).uncheck()
    row.get_by_role("button", name="Set").click()
    expect(row.locator(".chip")).to_have_text("off")
    page.locator("select[name=rule]").select_option("weighted")
    page.locator("form[action='/admin/policy'] button").click()
    expect(page.locator("select[name=rule]")).to_have_value("weighted")
    expect(page.locator("main")).to_contain_text("policy")
    drawn = {(one.contender_a, one.contender_b) for one in (services.battles.create(f"{n}") for n in range(5))}
    assert not any(NAMES[0] in pair for pair in drawn)
    assert _battles(services)[0].policy == "weighted"
    limit = page.locator("tr", has=page.get_by_role("rowheader", name="votes", exact=True))
    limit.get_by_label("Limit of votes").fill("7/day")
    limit.get_by_role("button", name="Set").click()
    expect(page.locator("main")).to_contain_text("rate: 7/day")
    page.get_by_role("link", name="Accounts and tokens").click()
    fits(page)
    page.locator("form[action='/admin/accounts/tokens'] input[name=title]").fill("nightly")
    page.get_by_role("button", name="Make a token").click()
    token = page.locator(".secret code").inner_text()
    assert services.access.door.bearer(token, address="x").name == "rosa"
    fits(page)
    at(page, "/admin/accounts")
    expect(page.locator(".secret")).to_have_count(0)
    page.get_by_role("button", name="Revoke").click()
    expect(page.locator("main")).to_contain_text("revoked")
    at(page, "/nowhere")
    expect(page.locator(".note").first).to_contain_text("404 · request")
