"""The pages work without scripts, escape everything, and show errors as pages to browsers."""

import re
from dataclasses import replace

from fastapi.testclient import TestClient

from services.container import Services
from services.domain.appearance import App, Appearance, PageFacts, Picture
from tests.fixtures.arena_services import NAMES, finish_sides, judge

BROWSER = {"Sec-Fetch-Site": "same-origin", "Accept": "text/html"}


def begin(client: TestClient, prompt: str = "Print <b>primes</b>") -> str:
    """Start a battle by the form; the address of its page."""
    answer = client.post("/battles", data={"prompt": prompt}, headers=BROWSER, follow_redirects=False)
    assert answer.status_code == 303
    return answer.headers["location"]


def vote(client: TestClient, page: str, choice: str) -> int:
    """Press a vote button of the page; the final status."""
    key = re.search(r'name="key" value="([0-9a-f]+)"', client.get(page).text)
    assert key
    return client.post(f"{page}/vote", data={"key": key[1], "choice": choice}, headers=BROWSER).status_code


def test_a_battle_can_be_played_with_forms_alone(client: TestClient, services: Services) -> None:
    page = begin(client)
    waiting = client.get(page).text
    assert "Print &lt;b&gt;primes&lt;/b&gt;" in waiting
    assert waiting.count(" disabled>") == 4
    assert 'http-equiv="refresh"' in waiting
    finish_sides(services, page.rsplit("/", 1)[1])
    judge(services, page.rsplit("/", 1)[1])
    open_page = client.get(page).text
    assert " disabled>" not in open_page
    assert "http-equiv" not in open_page
    assert "<script>alert" not in open_page
    assert "print(&#39;&lt;script&gt;alert(1)&lt;/script&gt;&#39;)" in open_page
    assert "succeeded · exit 0 · 0.12 s · 9 MiB" in open_page
    assert "Traceback: &#39;oh &amp; no&#39;" in open_page
    assert not any(name in open_page for name in NAMES)
    assert vote(client, page, "tie") == 200
    revealed = client.get(page).text
    assert "The vote is recorded." in revealed
    assert "The vote: <strong>Tie</strong>" in revealed
    assert 'name="choice"' not in revealed


def test_a_second_voter_reads_the_first_choice_on_a_page(client: TestClient, services: Services) -> None:
    page = begin(client)
    finish_sides(services, page.rsplit("/", 1)[1])
    old = re.search(r'name="key" value="([0-9a-f]+)"', client.get(page).text)
    assert old
    vote(client, page, "b")
    answer = client.post(f"{page}/vote", data={"key": old[1], "choice": "a"}, headers=BROWSER)
    assert answer.status_code == 409
    assert answer.headers["content-type"].startswith("text/html")
    assert "voted on already" in answer.text


def test_browsers_get_error_pages_with_a_request_id(client: TestClient) -> None:
    for method, path, status in (
        ("GET", "/nowhere", 404),
        ("GET", "/battles/nope", 404),
        ("POST", "/battles", 422),
        ("GET", f"/battles/{'0' * 32}", 404),
    ):
        answer = client.request(method, path, headers=BROWSER)
        assert answer.status_code == status
        assert answer.headers["x-request-id"] in answer.text
        assert answer.headers["content-type"].startswith("text/html")


def test_static_parts_are_served(client: TestClient) -> None:
    for name, kind in (
        ("arena.css", "text/css"),
        ("battle.css", "text/css"),
        ("leaderboard.js", "javascript"),
        ("icon.svg", "image/svg"),
    ):
        assert kind in client.get(f"/static/{name}").headers["content-type"]


def test_a_program_with_a_face_shows_its_pictures_and_where_to_try_it(client: TestClient, services: Services) -> None:
    page = begin(client)
    battle_id = page.rsplit("/", 1)[1]
    finish_sides(services, battle_id)
    picture = Picture(
        name="full-page",
        width=2,
        height=3,
        size_bytes=7,
        digest=services.blobs.put(b"picture"),
        thumbnail=services.blobs.put(b"small"),
    )
    facts = PageFacts(errors=("TypeError: <oh>",), console=("log: hi",))
    with services.store() as uow:
        answer = uow.answers.of_battle(battle_id)[0]
        side = answer.side.value
        found = uow.executions.find(answer.id)
        assert found is not None
        looks = Appearance(pictures=(picture,), facts=facts)
        app = App(url="http://t.preview.test", until=1_800_000_000.0)
        uow.executions.put(replace(found, appearance=looks, app=app))
        uow.commit()
    text = client.get(page).text
    at = f"/api/v1/battles/{battle_id}/sides/{side}/pictures/full-page"
    assert f'href="{at}"' in text
    assert 'href="http://t.preview.test" target="_blank" rel="noopener noreferrer"' in text
    assert "TypeError: &lt;oh&gt;" in text
    shown = client.get(f"/api/v1/battles/{battle_id}").json()["sides"][side]["execution"]
    assert shown["appearance"]["pictures"] == [{"name": "full-page", "width": 2, "height": 3, "size_bytes": 7}]
    assert shown["app"] == {"url": "http://t.preview.test", "until": "2027-01-15T08:00:00Z"}
    assert (client.get(at).content, client.get(at).headers["content-type"]) == (b"picture", "image/png")
    assert client.get(f"{at}?thumbnail=true").content == b"small"
    assert client.get(at.replace("full-page", "absent")).status_code == 404
    assert client.get(f"/api/v1/battles/{battle_id}/interactions").text == ""
