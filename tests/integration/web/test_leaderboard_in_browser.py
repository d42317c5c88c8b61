"""The leaderboard page in a real browser: it follows the board, and leaves the reader where they are."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect

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
OPEN_ALL = "() => document.querySelectorAll('details').forEach((one) => { one.open = true; })"
# what is dear to compute may follow after 15 s
MILLISECONDS = 30_000


@pytest.fixture
def services(tmp_path: Path) -> Iterator[Services]:
    """An arena over a real SQLite store; the test plays the workers."""
    url = f"sqlite:///{tmp_path / 'arena.db'}"
    schema.upgrade(url)
    engine = create_engine_for(url)
    yield arena_services.assemble(store=SqlUnitOfWorkFactory(engine))
    engine.dispose()


@pytest.fixture(scope="module")
def context(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BrowserContext]:
    """One browser for all tests."""
    with browser(tmp_path_factory.mktemp("profile"), leading({})) as found:
        yield found


@pytest.fixture
def page(context: BrowserContext, services: Services) -> Iterator[Page]:
    """The page, open, of a board with a few votes; whatever the browser complains about fails the test."""
    app = create_app(services)
    add_pages(app, services)
    complaints: list[str] = []
    voted(services, 12)
    services.snapshots.publish(Source.HUMAN)
    with ExitStack() as stack:
        address = stack.enter_context(serving(app)).replace("127.0.0.1", "localhost")
        found = context.new_page()
        stack.callback(found.close)
        found.on("console", lambda message: complaints.append(message.text))
        found.on("pageerror", lambda error: complaints.append(str(error)))
        found.goto(f"{address}/leaderboard")
        yield found
        assert complaints == []


def board_of(page: Page) -> str:
    return page.locator("#board-part caption").inner_text()


def test_votes_appear_and_the_reader_stays_where_they_are(page: Page, services: Services) -> None:
    expect(page.locator("#live")).to_contain_text("Live.")
    page.evaluate("() => { window.before = document.querySelector('#take-summary'); }")
    page.locator("#matrices-summary").click()
    page.locator("#rates-scroll").focus()
    page.locator("#audit-summary").scroll_into_view_if_needed()
    page.set_viewport_size({"width": 700, "height": 500})
    page.locator("#snapshots-summary").scroll_into_view_if_needed()
    top = page.locator("#snapshots-summary").bounding_box()
    before = board_of(page)
    # more votes make the board no longer: a contender that goes from provisional to not would
    voted(services, 8)
    expect(page.locator("#board-part caption")).not_to_have_text(before, timeout=MILLISECONDS)
    expect(page.locator("#board-part caption")).to_contain_text("20 judgements")
    expect(page.locator("#counts-scroll")).to_contain_text("20", timeout=MILLISECONDS)
    expect(page.locator("#live")).to_contain_text("The board changed at")
    assert page.locator("#matrices").get_attribute("open") is not None
    assert page.evaluate("() => document.activeElement.id") == "rates-scroll"
    assert page.evaluate("() => window.before === document.querySelector('#take-summary')")
    after = page.locator("#snapshots-summary").bounding_box()
    assert top is not None
    assert after is not None
    assert after["y"] == pytest.approx(top["y"], abs=2)


def test_a_lost_connection_is_told_and_mended(page: Page, context: BrowserContext, services: Services) -> None:
    # of a refused connection the browser itself complains in its console
    context.route("**/leaderboard/version*", lambda route: route.fulfill(status=200, body="no answer of ours"))
    try:
        expect(page.locator("#live")).to_contain_text("The connection is lost", timeout=MILLISECONDS)
    finally:
        context.unroute("**/leaderboard/version*")
    voted(services, 4)
    expect(page.locator("#board-part caption")).to_contain_text("16 judgements", timeout=MILLISECONDS)


@pytest.mark.parametrize("width", [360, 768, 1440])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_scrolls_sideways(page: Page, width: int, scheme: str) -> None:
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    page.set_viewport_size({"width": width, "height": 800})
    page.evaluate(OPEN_ALL)
    assert page.evaluate("() => document.documentElement.scrollWidth") <= width
    assert page.locator("#board-scroll table").bounding_box() is not None


def test_everything_can_be_reached_by_keyboard(page: Page) -> None:
    page.evaluate(OPEN_ALL)
    wanted = page.evaluate(
        "() => [...document.querySelectorAll('main a, main button, main select, main input:not([type=hidden]),"
        " main summary, main .scroll')].map((one) => one.id || one.textContent)"
    )
    reached = set()
    page.locator(".skip").focus()
    for _ in range(4 * len(wanted)):
        page.keyboard.press("Tab")
        reached.add(page.evaluate("() => document.activeElement.id || document.activeElement.textContent"))
        if page.evaluate("() => document.activeElement === document.body"):
            break
    assert set(wanted) - reached == set()
    page.locator("#audit-summary").focus()
    page.keyboard.press("Enter")
    assert page.locator("#audit").get_attribute("open") is None


def test_filters_work_by_form(page: Page) -> None:
    page.locator("#filter-judge").select_option("human")
    page.get_by_role("button", name="Show").press("Enter")
    page.wait_for_url("**/leaderboard?source=human*judge=human*")
    expect(page.locator("#filter-judge")).to_have_value("human")
    expect(page.locator("#board-part")).to_contain_text(NAMES[0])
