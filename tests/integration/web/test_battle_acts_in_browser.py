"""What people do with a battle beside voting, in a browser: edit and run, stop, ask on, describe their vote, chat."""

from dataclasses import replace

import pytest
from playwright.sync_api import Page, expect

from services.arena.effects import Effects
from services.domain.battle import BattleState
from services.domain.battle_mark import BattleMark
from services.domain.direct_run import RunReport
from services.domain.execution import CapturedStream, ExecutionOutcome
from services.domain.run_events import OutputEvent, StateEvent, ending
from services.domain.side import Side
from tests.fixtures.arena_services import NAMES
from tests.fixtures.battle_stage import Stage, writing

pytestmark = pytest.mark.browser


def code_tab(page: Page) -> None:
    page.locator(".tabs > label[for=tab-a-code]").click()
    expect(page.locator('[data-part="code-a"] .cm-content').first).to_be_visible()


def play_run(stage: Stage, battle_id: str, text: str) -> None:
    """Play the worker that takes the battle's latest run up and ends it."""
    services, now = stage.services, stage.services.clock.now()
    with services.store() as uow:
        run = uow.runs.of_battle(battle_id)[-1].taken_up(now=now)
        uow.runs.update(run)
        uow.commit()
    services.events.append(run.id, StateEvent(attempt=1, at=now))
    services.events.append(
        run.id, OutputEvent(attempt=1, sequence=0, stream="stdout", phase="run", at=now, text=text, cut=False)
    )
    expect(stage.page.locator('[data-part="run-a"]')).to_contain_text(text)
    report = RunReport(
        outcome=ExecutionOutcome.SUCCEEDED,
        phase="run",
        exit_code=0,
        stdout=CapturedStream(preview=text, total_bytes=len(text)),
    )
    with services.store() as uow:
        uow.runs.update(uow.runs.get(run.id).ended(report, now=now))
        uow.commit()
    services.events.append(run.id, ending(report))


def marks(stage: Stage, battle_id: str) -> tuple[BattleMark, ...]:
    with stage.services.store() as uow:
        return uow.battles.get(battle_id).marks


def test_an_edit_runs_live_survives_a_reload_and_leaves_the_answer_as_it_is(stage: Stage) -> None:
    battle_id = stage.ready()
    page = stage.page
    code_tab(page)
    panel = page.locator('[data-part="code-a"]')
    expect(panel).to_contain_text("a vote on an edited answer does not count")
    panel.locator(".cm-content").first.click()
    page.keyboard.press("Control+End")
    page.keyboard.type("print('mine')")
    panel.get_by_label("Input (stdin)").fill("5")
    page.reload()
    code_tab(page)
    expect(panel.locator(".cm-content").first).to_contain_text("print('mine')")
    expect(panel.get_by_label("Input (stdin)")).to_have_value("5")
    panel.get_by_label("Arguments").fill("-v 'two words'")
    panel.get_by_label("Environment").select_option("bash")
    assert marks(stage, battle_id) == ()
    panel.get_by_role("button", name="Run again").click()
    expect(page.locator('[data-part="run-a"] [class="stdout"]')).to_be_attached()
    play_run(stage, battle_id, "one two mine")
    expect(page.locator('[data-part="run-a"]')).to_contain_text("Your run: succeeded")
    expect(page.locator('[data-part="console-a"]')).not_to_contain_text("mine")
    assert marks(stage, battle_id) == (BattleMark.EDITED,)
    with stage.services.store() as uow:
        run = uow.runs.of_battle(battle_id)[-1]
    asked = stage.services.blobs.get(run.program)
    assert run.environment == "bash"
    assert b'"args":["-v","two words"]' in asked
    assert stage.sideways() == 0
    assert stage.barriers() == []


def test_a_side_is_stopped_by_its_button_and_both_by_escape(stage: Stage) -> None:
    battle_id = stage.begin()
    page = stage.page
    stage.tell(battle_id, writing(Side.A), writing(Side.B))
    page.get_by_role("button", name="Stop answer A").click()
    expect(page.locator('[data-part="chip-a"]')).to_have_text("no program")
    assert marks(stage, battle_id) == (BattleMark.STOPPED,)
    page.locator("h1").evaluate("() => document.activeElement.blur()")
    page.keyboard.press("Escape")
    expect(page.locator("#status")).to_contain_text("Which is better?")
    with stage.services.store() as uow:
        assert {answer.finish_reason for answer in uow.answers.of_battle(battle_id)} == {"stopped"}


def test_a_follow_up_shows_the_new_turn_and_keeps_the_old_one(stage: Stage) -> None:
    battle_id = stage.ready()
    services, page = stage.services, stage.page
    with services.store() as uow:
        uow.battles.update(replace(uow.battles.get(battle_id), state=BattleState.COMPLETE))
        uow.commit()
    page.reload()
    page.get_by_label("Follow up with both").fill("Make it blue.")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".prompt")).to_contain_text("Make it blue.")
    expect(page.locator(".prompt")).to_contain_text("turn 2")
    page.locator("details.turn summary").click()
    expect(page.locator("details.turn")).to_contain_text("Here is a counter")
    stage.tell(battle_id, writing(Side.A))
    stage.write(battle_id, Side.A, "Now in blue")
    expect(page.locator('[data-part="answer-a"] [data-text]')).to_have_text("Now in blue")
    effects = Effects()
    with services.store() as uow:
        for answer in uow.answers.of_turn(uow.battles.turns(battle_id)[-1].id).values():
            services.orchestrator.side_finished(uow, replace(answer, text="Blue."), "", effects)
        uow.commit()
    services.battles.publisher.publish(effects)
    expect(page.locator("#status")).to_contain_text("Which is better?")
    assert stage.sideways() == 0


def test_a_vote_is_described_and_what_was_said_is_shown_again(stage: Stage) -> None:
    battle_id = stage.ready()
    page = stage.page
    page.keyboard.press("1")
    expect(page.locator("#status")).to_have_text("The vote is recorded.")
    expect(page.locator("#reveal")).to_contain_text(NAMES[0])
    form = page.locator("form.details")
    form.get_by_role("group", name="Correctness").get_by_label("A", exact=True).check()
    form.get_by_label("Comment").fill("It counts.")
    assert stage.barriers() == []
    form.get_by_role("button", name="Keep this").click()
    expect(page.locator("#details")).to_contain_text("Kept")
    page.reload()
    page.locator("#details summary").click()
    expect(form.get_by_label("Comment")).to_have_value("It counts.")
    expect(form.get_by_role("group", name="Correctness").get_by_label("A", exact=True)).to_be_checked()
    with stage.services.store() as uow:
        details = uow.vote_details.find(battle_id)
    assert details is not None
    assert (dict(details.aspects), details.comment) == ({"correctness": "a"}, "It counts.")


@pytest.mark.parametrize("width", [360, 1280])
def test_a_chat_is_one_pane_with_the_name_on_it(stage: Stage, width: int) -> None:
    page = stage.page
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(f"{stage.address}/chat")
    page.get_by_label("Contender").select_option(NAMES[0])
    page.locator("#prompt").fill("Count to five.")
    assert stage.barriers() == []
    page.get_by_role("button", name="Start").click()
    page.wait_for_url("**/battles/*")
    expect(page.locator("article.side")).to_have_count(1)
    stage.finish(page.url.rsplit("/", 1)[1], app=False)
    page.reload()
    expect(page.locator("#side-a")).to_contain_text(NAMES[0])
    expect(page.locator("#votes")).to_have_count(0)
    expect(page.get_by_label("Follow up")).to_be_visible()
    assert stage.sideways() == 0
    assert stage.barriers() == []
