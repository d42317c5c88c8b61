"""Consent before the first prompt, the history of a session, and its deletion: all with forms alone."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from services.api.application import create_app
from services.container import Services
from services.domain.consent import NOTICE_VERSION
from services.domain.judgement import Winner
from services.store import schema
from services.store.engine import create_engine_for
from services.store.sql import SqlUnitOfWorkFactory
from services.web.site import add_pages
from tests.fixtures.arena_services import NAMES, assemble, finish_sides, voted

BROWSER = {"Sec-Fetch-Site": "same-origin", "Accept": "text/html"}
PROMPT = 'A "page" with <b>tags</b>\nand lines'


@pytest.fixture
def asking(tmp_path: Path) -> Iterator[Services]:
    """An arena over a real store that asks for consent."""
    url = f"sqlite:///{tmp_path / 'arena.db'}"
    schema.upgrade(url)
    engine = create_engine_for(url)
    yield assemble(store=SqlUnitOfWorkFactory(engine), consent=True)
    engine.dispose()


@pytest.fixture
def browser(asking: Services) -> Iterator[TestClient]:
    app = create_app(asking)
    add_pages(app, asking)
    with TestClient(app, raise_server_exceptions=False, headers=BROWSER) as found:
        yield found


def begin(client: TestClient, **fields: str) -> str:
    """Start a battle; its id."""
    answer = client.post("/battles", data={"prompt": PROMPT, **fields}, follow_redirects=False)
    assert answer.status_code == 303, answer.text
    return answer.headers["location"].rsplit("/", 1)[1]


def test_nobody_sends_a_prompt_before_they_agree_and_it_is_not_lost(browser: TestClient, asking: Services) -> None:
    assert "Before your first prompt" in browser.get("/").text
    asked = browser.post("/battles", data={"prompt": PROMPT, "mode": "battle"})
    assert asked.status_code == 403
    fields = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', asked.text))
    assert fields == {"prompt": "A &#34;page&#34; with &lt;b&gt;tags&lt;/b&gt;\nand lines", "mode": "battle"}
    assert re.search(r'name="training" value="yes">', asked.text), "the second box is off"
    with asking.store() as uow:
        assert uow.battles.recent(5) == []
    assert browser.post("/battles", data={"prompt": PROMPT, "agree": "an older one"}).status_code == 403
    first = begin(browser, agree=NOTICE_VERSION)
    assert "Before your first prompt" not in browser.get("/").text
    second = begin(browser)
    begin(browser, agree=NOTICE_VERSION, training="yes")
    with asking.store() as uow:
        battles = {battle.id: battle for battle in uow.battles.recent(5)}
        kept = uow.consents.find(battles[first].owner)
    assert {battle.consent_version for battle in battles.values()} == {NOTICE_VERSION}
    assert [battles[one].training_consent for one in (first, second)] == [False, False]
    assert sum(battle.training_consent for battle in battles.values()) == 1
    assert kept is not None
    assert kept.training


def test_programs_agree_in_a_field_once(browser: TestClient, asking: Services) -> None:
    me = {"X-Voter": "me"}
    refused = browser.post("/api/v1/battles", json={"prompt": "x"}, headers=me)
    assert (refused.status_code, refused.json()["code"]) == (403, "consent_needed")
    assert NOTICE_VERSION in refused.json()["hint"]
    consent = {"version": NOTICE_VERSION, "training": True}
    assert browser.post("/api/v1/battles", json={"prompt": "x", "consent": consent}, headers=me).status_code == 201
    assert browser.post("/api/v1/battles", json={"prompt": "y"}, headers=me).status_code == 201
    assert browser.post("/api/v1/battles", json={"prompt": "y"}, headers={"X-Voter": "you"}).status_code == 403
    wrong = {"version": "1", "training": True}
    assert browser.post("/api/v1/battles", json={"prompt": "x", "consent": wrong}, headers=me).status_code == 403
    with asking.store() as uow:
        assert all(battle.training_consent for battle in uow.battles.recent(5))


def test_what_was_agreed_can_be_read_and_changed(browser: TestClient) -> None:
    assert "Nothing yet." in browser.get("/privacy").text
    assert browser.post("/consent", data={}).status_code == 422
    browser.post("/consent", data={"agree": NOTICE_VERSION, "training": "yes"})
    assert "and to publication for research" in browser.get("/privacy").text
    browser.post("/consent", data={"agree": NOTICE_VERSION})
    assert "not to publication for research" in browser.get("/privacy").text


def test_the_history_names_nobody_before_the_reveal(browser: TestClient, asking: Services) -> None:
    assert "There is nothing yet" in browser.get("/history").text
    battle_id = begin(browser, agree=NOTICE_VERSION)
    finish_sides(asking, battle_id)
    page = browser.get("/history").text
    assert "A &#34;page&#34; with &lt;b&gt;" in page
    assert f'href="/battles/{battle_id}"' in page
    assert not any(name in page for name in NAMES)
    key = re.search(r'name="key" value="([0-9a-f]+)"', browser.get(f"/battles/{battle_id}").text)
    assert key
    browser.post(f"/battles/{battle_id}/vote", data={"key": key[1], "choice": "both_bad"})
    page = browser.get("/history").text
    assert "you voted: both are bad" in page
    assert all(name in page for name in NAMES)
    assert browser.get("/history", params={"before": "x"}).status_code == 422
    browser.cookies.clear()
    assert "There is nothing yet" in browser.get("/history").text
    for path in ("/history", "/history/delete"):
        assert browser.get(path, headers={"X-Voter": "me"}).status_code == 403


def test_an_older_page_goes_on_where_the_newer_one_ends(browser: TestClient, asking: Services) -> None:
    begin(browser, agree=NOTICE_VERSION)
    me = browser.cookies["arena_session"]
    voted(asking, 25, voter=me)
    first = browser.get("/history").text
    older = re.search(r'href="(/history\?before=[^"]+)"', first)
    assert older
    second = browser.get(older[1]).text
    links = re.findall(r"/battles/([0-9a-f]{32})", first) + re.findall(r"/battles/([0-9a-f]{32})", second)
    assert len(links) == len(set(links)) == 26


@pytest.mark.parametrize("mode", ["forget", "votes"])
def test_deleting_needs_to_be_meant_and_really_deletes(browser: TestClient, asking: Services, mode: str) -> None:
    battle_id = begin(browser, agree=NOTICE_VERSION, training="yes")
    me = browser.cookies["arena_session"]
    finish_sides(asking, battle_id)
    asking.voting.cast(battle_id, Winner.TIE, voter=me, idempotency_key="k")
    assert "cannot be undone" in browser.get("/history/delete").text
    for fields in ({}, {"mode": mode}, {"mode": "all", "sure": "yes"}):
        assert browser.post("/history/delete", data=fields).status_code == 422
    refused = browser.post(
        "/history/delete", data={"mode": mode, "sure": "yes"}, headers={"Sec-Fetch-Site": "same-site"}
    )
    assert refused.status_code == 403
    done = browser.post("/history/delete", data={"mode": mode, "sure": "yes"})
    assert "1 battles were emptied, 1 votes" in done.text
    assert browser.cookies["arena_session"] != me
    with asking.store() as uow:
        battle = uow.battles.get(battle_id)
        assert (battle.owner, battle.training_consent) == ("", False)
        assert uow.consents.find(me) is None
        assert "page" not in uow.battles.turns(battle_id)[0].prompt
        vote = uow.votes.find(battle_id)
        assert (vote is None) == (mode == "votes")
        assert vote is None or vote.voter == ""
    browser.cookies.set("arena_session", me)
    assert "There is nothing yet" in browser.get("/history").text
    assert "Before your first prompt" in browser.get("/").text


def test_a_running_battle_is_not_deleted_and_says_so(browser: TestClient) -> None:
    begin(browser, agree=NOTICE_VERSION)
    refused = browser.post("/history/delete", data={"mode": "votes", "sure": "yes"})
    assert refused.status_code == 409
    assert "still running" in refused.text


def test_the_strip_tells_how_it_is_and_nothing_of_contenders(browser: TestClient, asking: Services) -> None:
    begin(browser, agree=NOTICE_VERSION)
    strip = browser.get("/status").text
    assert "2 waiting" in strip
    assert "models answer" in strip
    assert "sandboxes rest" in strip
    assert not any(name in strip for name in NAMES)
    asking.figures.tell("w1", {"idle": 2, "busy": 1})
    # looked at a moment ago: many pages may ask
    assert "sandboxes rest" in browser.get("/status").text
    assert 'id="strip"' in browser.get("/leaderboard").text
