"""The pages of boards in a real browser: readable by everybody, whole without scripts, and asking nobody else."""

from collections.abc import Iterator
from contextlib import ExitStack
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import BrowserContext, Page, Request

from services.api.application import create_app
from services.container import Services
from services.domain.judgement import Source
from services.store import schema
from services.store.engine import create_engine_for
from services.store.sql import SqlUnitOfWorkFactory
from services.web.site import add_pages
from tests.fixtures import arena_services
from tests.fixtures.arena_services import NAMES, voted
from tests.fixtures.browser import browser, leading
from tests.fixtures.served import serving

pytestmark = pytest.mark.browser
PAGES = {
    "board": "/leaderboard",
    "sorted": "/leaderboard?sort=-votes&style_control=true",
    "nothing": "/leaderboard?category=no-such-category",
    "no judge yet": "/leaderboard?source=llm",
    "contender": f"/contenders/{NAMES[0]}",
    "method": "/method",
    "audit": "/audit",
    "shared": "/battles/{battle}/share",
}
OPEN_ALL = "() => document.querySelectorAll('details').forEach((one) => { one.open = true; })"
WIDER = "() => document.documentElement.scrollWidth"


@pytest.fixture(scope="module")
def services(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Services]:
    """An arena with votes and two published boards over a real SQLite store."""
    url = f"sqlite:///{tmp_path_factory.mktemp('store') / 'arena.db'}"
    schema.upgrade(url)
    engine = create_engine_for(url)
    found = arena_services.assemble(store=SqlUnitOfWorkFactory(engine))
    for count in (12, 8):
        voted(found, count)
        found.boards.rating.finder.catch_up(at_most=100)
        found.snapshots.publish(Source.HUMAN)
    yield found
    engine.dispose()


@pytest.fixture(scope="module")
def address(services: Services) -> Iterator[str]:
    """Where it listens."""
    app = create_app(services)
    add_pages(app, services)
    with serving(app) as found:
        yield found.replace("127.0.0.1", "localhost")


@pytest.fixture(scope="module")
def context(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BrowserContext]:
    """One browser for all tests."""
    with browser(tmp_path_factory.mktemp("profile"), leading({})) as found:
        yield found


@pytest.fixture
def page(context: BrowserContext, address: str) -> Iterator[Page]:
    """An empty page; a complaint of the browser or a request to anybody else fails the test."""
    complaints: list[str] = []
    elsewhere: list[str] = []

    def see(request: Request) -> None:
        if urlsplit(request.url).netloc != urlsplit(address).netloc:
            elsewhere.append(request.url)

    with ExitStack() as stack:
        found = context.new_page()
        stack.callback(found.close)
        # of an answer that is no success the browser complains by itself
        found.on("console", lambda said: complaints.append(said.text) if "422" not in said.text else None)
        found.on("pageerror", lambda error: complaints.append(str(error)))
        found.on("request", see)
        yield found
        assert complaints == []
        assert elsewhere == []


def opened(page: Page, address: str, services: Services, name: str) -> None:
    with services.store() as uow:
        battle = uow.battles.voted(after=None, limit=1)[0].id
    page.goto(address + PAGES[name].format(battle=battle))
    page.evaluate(OPEN_ALL)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", PAGES)
def test_axe_has_nothing_to_say(page: Page, address: str, services: Services, name: str, scheme: str) -> None:
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    opened(page, address, services, name)
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()


@pytest.mark.parametrize("name", PAGES)
def test_nothing_scrolls_sideways_on_a_phone(page: Page, address: str, services: Services, name: str) -> None:
    page.set_viewport_size({"width": 360, "height": 800})
    opened(page, address, services, name)
    assert page.evaluate(WIDER) <= 360


def test_plots_are_drawn_without_scripts(page: Page, context: BrowserContext, address: str, services: Services) -> None:
    page.route("**/static/*.js", lambda route: route.fulfill(body=""))
    opened(page, address, services, "board")
    live = services.boards.live(Source.HUMAN)
    assert live is not None
    for row in live.standings:
        low, high = row.interval(live.interval_kind)
        line = page.locator("#board-part tbody tr").filter(has=page.get_by_role("link", name=row.contender, exact=True))
        drawn = line.get_by_role("img", name=f"{row.score:.0f}, from {low:.0f} to {high:.0f}")
        assert drawn.is_visible()
        assert f"{low:.0f} to {high:.0f}" in line.inner_text()
        bar, dot = drawn.locator(".bar").bounding_box(), drawn.locator(".dot").bounding_box()
        assert bar is not None
        assert dot is not None
        middle = dot["x"] + dot["width"] / 2
        assert (middle - bar["x"]) / bar["width"] == pytest.approx((row.score - low) / (high - low), abs=0.05)
    assert page.locator("#rates-heat svg").bounding_box() is not None
    assert (
        page.locator("#counts-heat text.value").first.text_content()
        == page.locator("#counts-scroll td.num").nth(1).inner_text()
    )
    assert page.locator("#lines-scroll polyline").count() == len(live.standings)


def test_the_board_is_sorted_by_links_and_leads_to_its_contenders(page: Page, address: str, services: Services) -> None:
    opened(page, address, services, "board")
    page.locator("#sort-contender").click()
    page.wait_for_url("**/leaderboard?sort=contender")
    names = page.locator("#board-part tbody th a").all_inner_texts()
    assert names == sorted(NAMES)
    page.locator("#sort-contender").click()
    page.wait_for_url("**/leaderboard?sort=-contender")
    assert page.locator("#board-part tbody th a").all_inner_texts() == sorted(NAMES, reverse=True)
    page.locator("#board-part tbody th a").first.click()
    page.wait_for_url(f"**/contenders/{max(NAMES)}")
    assert page.locator("h1").inner_text() == max(NAMES)
