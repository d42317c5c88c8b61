"""The battle page in a real browser: streaming, tabs, the running app, the editor, the vote."""

from dataclasses import replace

import pytest
from playwright.sync_api import expect

from services.domain.answer import SidePhase
from services.domain.events import PhaseEvent
from services.domain.side import Side
from services.domain.snippet import SourceFile
from tests.fixtures.arena_services import NAMES, judge
from tests.fixtures.battle_stage import PROGRAM, Stage, finished, writing
from tests.fixtures.waiting import wait_for

pytestmark = pytest.mark.browser


def test_answers_stream_side_by_side_and_voting_opens_at_the_end(stage: Stage) -> None:
    battle_id, page = stage.begin(), stage.page
    expect(page.locator("#status")).to_contain_text("Voting opens when both sides are finished.")
    expect(page.get_by_role("button", name="A is better")).to_be_disabled()
    stage.tell(battle_id, writing(Side.A))
    stage.write(battle_id, Side.A, "Half an <b>answer")
    expect(page.locator('[data-part="chip-a"]')).to_have_text("writing")
    expect(page.locator('[data-part="answer-a"]')).to_have_text("Half an <b>answer")
    expect(page.locator('[data-part="chip-b"]')).to_have_text("queued")
    stage.write(battle_id, Side.A, ", and more", offset=17)
    expect(page.locator('[data-part="answer-a"]')).to_have_text("Half an <b>answer, and more")
    page.locator("#help summary").focus()
    stage.finish(battle_id)
    stage.tell(battle_id, PhaseEvent(side=Side.A, phase=SidePhase.EXECUTING), finished(Side.A), finished(Side.B))
    expect(page.locator('[data-part="chip-b"]')).to_have_text("failed")
    expect(page.get_by_role("button", name="A is better")).to_be_enabled()
    expect(page.locator("#status")).to_contain_text("Which is better?")
    expect(page.locator("#tab-a-preview")).to_be_checked()
    expect(page.locator("#tab-b-console")).to_be_checked()
    assert page.evaluate("() => document.activeElement.parentElement.id") == "help"
    assert stage.shift() <= 0.05
    assert not any(name in page.content() for name in NAMES)


def test_a_finished_answer_is_rendered_and_its_html_is_text(stage: Stage) -> None:
    stage.ready()
    page = stage.page
    page.locator(".tabs > label[for=tab-a-answer]").click()
    answer = page.locator('[data-part="answer-a"]')
    expect(answer.locator("strong")).to_have_text("counter")
    expect(answer.locator("pre .k").first).to_have_text("def")
    expect(answer.locator("td").first).to_have_text("count")
    expect(answer).to_contain_text('<script>document.title = "hacked"</script>')
    assert answer.locator("script, b").count() == 0
    assert "hacked" not in page.title()


def test_the_app_runs_in_a_frame_of_its_own_origin(stage: Stage) -> None:
    stage.ready()
    page = stage.page
    frame = page.locator('[data-part="preview-a"] iframe')
    assert frame.get_attribute("sandbox") == "allow-scripts allow-same-origin allow-forms allow-pointer-lock"
    button = page.frame_locator('[data-part="preview-a"] iframe').get_by_role("button")
    button.click()
    button.click()
    expect(button).to_have_text("2")
    page.get_by_role("button", name="Phone", exact=True).click()
    box = frame.bounding_box()
    assert box is not None
    assert box["width"] == 375
    expect(page.get_by_role("button", name="Phone", exact=True)).to_have_attribute("aria-pressed", "true")
    page.get_by_role("button", name="Reload").click()
    expect(button).to_have_text("0")
    page.get_by_role("button", name="Full screen").click()
    wait_for(
        "the app fills the screen", lambda: page.evaluate("() => document.fullscreenElement?.className") == "app", 5
    )
    page.evaluate("() => document.exitFullscreen()")
    expect(page.get_by_role("link", name="New tab")).to_have_attribute("href", stage.app_url)


def test_voting_keeps_the_running_app_and_reveals_who_answered(stage: Stage) -> None:
    battle_id = stage.ready()
    judge(stage.services, battle_id)
    page = stage.page
    button = page.frame_locator('[data-part="preview-a"] iframe').get_by_role("button")
    button.click()
    page.locator("h1").first.evaluate("() => document.activeElement.blur()")
    page.keyboard.press("4")
    expect(page.locator("#status")).to_have_text("The vote is recorded.")
    expect(button).to_have_text("1")
    with stage.services.store() as uow:
        vote = uow.votes.find(battle_id)
    assert vote is not None
    assert vote.choice == "b"
    expect(page.locator("#reveal .won")).to_contain_text("your pick")
    for name in NAMES:
        expect(page.locator("#reveal")).to_contain_text(name)
        expect(page.locator("#votes")).to_contain_text(name)
    page.locator("#reveal summary", has_text="What was judged").click()
    expect(page.locator("#reveal table")).to_contain_text("ran")


def test_a_vote_that_cannot_be_sent_says_so_and_can_be_sent_again(stage: Stage) -> None:
    battle_id = stage.ready()
    page = stage.page
    page.route("**/vote", lambda route: route.abort())
    page.get_by_role("button", name="Tie").click()
    expect(page.locator("#status")).to_contain_text("Nothing was recorded")
    page.unroute("**/vote")
    page.get_by_role("button", name="Tie").click()
    expect(page.locator("#status")).to_have_text("The vote is recorded.")
    with stage.services.store() as uow:
        assert uow.votes.find(battle_id) is not None
    stage.complaints[:] = [one for one in stage.complaints if "Failed to load resource" not in one]


def test_single_keys_can_be_switched_off_and_are_ignored_in_fields(stage: Stage) -> None:
    stage.ready()
    page = stage.page
    page.keyboard.press("?")
    expect(page.locator("#help")).to_have_attribute("open", "")
    page.locator("#keys").uncheck()
    page.locator("#keys").evaluate("(one) => one.blur()")
    page.keyboard.press("1")
    page.reload()
    expect(page.locator("#status")).to_contain_text("Which is better?")
    page.locator("#help summary").click()
    page.locator("#keys").check()
    page.locator(".tabs > label[for=tab-a-code]").click()
    editor = page.locator('[data-part="code-a"] .cm-content').first
    editor.click()
    page.keyboard.type("1")
    expect(page.locator("#status")).to_contain_text("Which is better?")


def test_code_has_an_editor_and_downloads(stage: Stage) -> None:
    stage.ready()
    page = stage.page
    page.locator(".tabs > label[for=tab-a-code]").click()
    panel = page.locator('[data-part="code-a"]')
    expect(panel.locator(".cm-content").first).to_contain_text("print('one')")
    expect(panel.locator("[data-language]").first).to_have_text("Python")
    # colours are styles of the editor's own, which the page's policy lets in by its nonce
    assert panel.locator(".cm-line span").first.evaluate("(one) => getComputedStyle(one).color") != panel.locator(
        ".cm-line"
    ).first.evaluate("(one) => getComputedStyle(one).color")
    with page.expect_download() as waiting:
        panel.get_by_role("link", name="Download main.py").click()
    assert waiting.value.path().read_text() == PROGRAM
    page.locator(".tabs > label[for=tab-a-files]").click()
    with page.expect_download() as waiting:
        page.locator('[data-part="files-a"]').get_by_role("link", name="Download all").click()
    assert waiting.value.suggested_filename == "answer-a.zip"


def test_what_differs_is_shown_for_any_two_programs(stage: Stage) -> None:
    battle_id = stage.ready()
    with stage.services.store() as uow:
        answer = next(one for one in uow.answers.of_battle(battle_id) if one.side is Side.B)
        snippet = uow.snippets.find(answer.id)
        assert snippet is not None
        uow.snippets.put(
            replace(snippet, files=(SourceFile(path="main.py", text="print('one')\nprint('<b>three')\n"),))
        )
        uow.commit()
    page = stage.page
    page.reload()
    page.get_by_role("link", name="Compare A and B").click()
    row = page.locator("tr.replace").first
    expect(row.locator(".gone")).to_have_text("print('two')")
    expect(row.locator(".come")).to_have_text("print('<b>three')")
    page.locator("select[name=right]").select_option("a-1")
    page.get_by_role("button", name="Compare").click()
    expect(page.locator("main")).to_contain_text("No difference.")
