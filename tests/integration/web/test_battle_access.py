"""The battle page for everybody: by keyboard, on a phone, without scripts, after a lost connection; checked by axe."""

import re

import pytest
from playwright.sync_api import expect

from services.domain.side import Side
from tests.fixtures.arena_services import NAMES
from tests.fixtures.battle_stage import Stage, finished, writing

pytestmark = pytest.mark.browser
TABS = ("answer", "code", "preview", "console", "files")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1440])
def test_every_state_is_open_to_all_and_fits(stage: Stage, width: int, scheme: str) -> None:
    page = stage.page
    page.set_viewport_size({"width": width, "height": 800})
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light", reduced_motion="reduce")
    found: list[str] = []

    def look(name: str) -> None:
        found.extend(f"{name}: {barrier}" for barrier in stage.barriers())
        if stage.sideways():
            found.append(f"{name}: scrolls sideways")
        if stage.shift() > 0.05:
            found.append(f"{name}: moves by itself, {stage.shift():.3f}: {page.evaluate('() => window.moved')}")

    page.goto(stage.address)
    look("start")
    page.goto(f"{stage.address}/side-by-side")
    look("side by side")
    battle_id = stage.begin("Make a counter. " * 40)
    look("queued")
    stage.tell(battle_id, writing(Side.A), writing(Side.B))
    stage.write(battle_id, Side.A, "word " * 300)
    stage.write(battle_id, Side.B, "x" * 2000)
    expect(page.locator('[data-part="answer-b"]')).to_contain_text("xxx")
    look("streaming")
    stage.finish(battle_id)
    stage.tell(battle_id, finished(Side.A), finished(Side.B))
    expect(page.locator('[data-part="chip-b"]')).to_have_text("failed")
    for tab in TABS:
        page.locator(f".tabs > label[for=tab-a-{tab}]").click()
        if tab == "code":
            expect(page.locator('[data-part="code-a"] .cm-content')).to_have_count(2)
        look(tab)
    page.goto(f"{page.url}/diff")
    look("differences")
    page.go_back()
    page.get_by_role("button", name="Both are bad").click()
    expect(page.locator("#status")).to_have_text("The vote is recorded.")
    page.keyboard.press("?")
    look("voted")
    assert not found, "\n".join(found)


def test_a_battle_is_played_by_keyboard_alone(stage: Stage) -> None:
    page = stage.page
    page.goto(stage.address)
    for _ in range(30):
        page.keyboard.press("Tab")
        if page.evaluate("() => document.activeElement.id") == "prompt":
            break
    page.keyboard.type("Make a counter.")
    page.keyboard.press("Control+Enter")
    page.wait_for_url("**/battles/*")
    battle_id = page.url.rsplit("/", 1)[1]
    stage.finish(battle_id)
    stage.tell(battle_id, finished(Side.A), finished(Side.B))
    expect(page.get_by_role("button", name="A is better")).to_be_enabled()
    reached = []
    for _ in range(60):
        page.keyboard.press("Tab")
        reached.append(page.evaluate("() => document.activeElement.id || document.activeElement.textContent.trim()"))
        if reached[-1].startswith("tab-a-"):
            break
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowLeft")
    expect(page.locator('[data-part="answer-a"]')).to_be_visible()
    page.keyboard.press("2")
    expect(page.locator("#status")).to_have_text("The vote is recorded.")


def test_a_battle_is_played_without_scripts(stage: Stage) -> None:
    page = stage.page
    session = page.context.new_cdp_session(page)
    session.send("Emulation.setScriptExecutionDisabled", {"value": True})
    page.goto(stage.address)
    page.locator("#prompt").fill("Make a counter.")
    page.get_by_role("button", name="Start the battle").click()
    battle_id = page.url.rsplit("/", 1)[1]
    assert re.fullmatch(r"[0-9a-f]{32}", battle_id)
    stage.finish(battle_id)
    page.reload()
    expect(page.locator('[data-part="chip-a"]')).to_have_text("succeeded")
    for tab in TABS:
        page.locator(f".tabs > label[for=tab-a-{tab}]").click()
        expect(page.locator(f'[data-part="{tab}-a"]')).to_be_visible()
    expect(page.get_by_role("button", name="Reload")).to_have_count(0)
    page.get_by_role("button", name="B is better").click()
    expect(page.locator("#status")).to_have_text("The vote is recorded.")
    expect(page.locator("#reveal")).to_contain_text(NAMES[0])
    page.goto(stage.address)
    page.get_by_role("button", name="Surprise me").click()
    page.wait_for_url("**/battles/*")
    session.detach()


def test_on_a_phone_the_sides_are_tabs_above_a_bar_that_stays(stage: Stage) -> None:
    page = stage.page
    page.set_viewport_size({"width": 360, "height": 740})
    stage.ready()
    expect(page.locator("#side-a")).to_be_visible()
    expect(page.locator("#side-b")).to_be_hidden()
    page.locator("label[for=pane-b]").click()
    expect(page.locator("#side-b")).to_be_visible()
    expect(page.locator("#side-a")).to_be_hidden()
    for button in page.locator(".vote button").all():
        box = button.bounding_box()
        assert box is not None
        assert box["height"] >= 44
        assert 0 <= box["y"] <= 740 - box["height"]


def test_a_lost_connection_is_told_and_nothing_is_lost(stage: Stage) -> None:
    battle_id, page = stage.begin(), stage.page
    stage.tell(battle_id, writing(Side.A))
    stage.write(battle_id, Side.A, "before ")
    expect(page.locator('[data-part="answer-a"]')).to_have_text("before")
    page.context.set_offline(True)
    try:
        expect(page.locator("#connection")).to_be_visible()
        stage.write(battle_id, Side.A, "meanwhile ", offset=7)
    finally:
        page.context.set_offline(False)
    stage.write(battle_id, Side.A, "after", offset=17)
    expect(page.locator('[data-part="answer-a"]')).to_have_text("before meanwhile after", timeout=15_000)
    expect(page.locator("#connection")).to_be_hidden()
    stage.complaints[:] = [one for one in stage.complaints if "ERR_INTERNET_DISCONNECTED" not in one]


def test_a_typed_prompt_survives_a_reload_and_examples_are_put_in(stage: Stage) -> None:
    page = stage.page
    page.goto(stage.address)
    page.locator("#prompt").fill("half a thought")
    page.reload()
    expect(page.locator("#prompt")).to_have_value("half a thought")
    page.get_by_role("link", name="Games").click()
    assert page.url.endswith("?category=Games")
    page.locator("[data-example]").first.click()
    expect(page.locator("#prompt")).to_have_value(re.compile("snake"))
    page.get_by_role("button", name="Surprise me").click()
    expect(page.locator("#prompt")).not_to_have_value("half a thought")
    page.keyboard.press("Control+Enter")
    page.wait_for_url("**/battles/*")
    page.goto(stage.address)
    expect(page.locator("#prompt")).to_have_value("")
