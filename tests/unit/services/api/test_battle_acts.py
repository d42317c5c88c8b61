"""Running a side's program again, stopping, and what is added to a vote, over HTTP and by forms."""

from typing import Any

import pytest
from fastapi.testclient import TestClient

from services.container import Services
from services.domain.battle_mark import BattleMark
from tests.fixtures.arena_services import finish_sides
from tests.unit.services.api.test_battle_routes import BATTLES, cast, start

PROGRAM = {"environment": "python", "files": [{"path": "main.py", "text": "print('hello')\n"}], "entry": "main.py"}


def finished(client: TestClient, services: Services) -> str:
    """A battle whose sides are finished; its id."""
    battle = start(client)
    finish_sides(services, battle)
    return battle


def marks(services: Services, battle: str) -> tuple[BattleMark, ...]:
    with services.store() as uow:
        return uow.battles.get(battle).marks


def own(client: TestClient, battle: str) -> dict[str, Any]:
    """Side A's own program, as it would be run again."""
    snippet = client.get(f"{BATTLES}/{battle}").json()["sides"]["a"]["snippet"]
    return {name: snippet[name] for name in ("files", "environment", "entry", "dependencies")}


def test_other_input_is_no_edit_and_another_program_is(client: TestClient, services: Services) -> None:
    battle = finished(client, services)
    place = f"{BATTLES}/{battle}/sides/a/runs"
    again = client.post(place, json=own(client, battle) | {"stdin": "5\n", "arguments": ["-v"], "turn": 0})
    assert again.status_code == 202, again.text
    assert again.headers["location"] == f"/api/v1/executions/{again.json()['id']}"
    assert marks(services, battle) == ()
    answer = client.get(f"{BATTLES}/{battle}").json()["sides"]["a"]
    changed = own(client, battle) | {"files": [{"path": "main.py", "text": "print('mine')"}]}
    edited = client.post(place, json=changed, headers={"Idempotency-Key": "once", "X-Voter": "me"})
    assert edited.status_code == 202
    assert marks(services, battle) == (BattleMark.EDITED,)
    assert client.post(place, json=changed, headers={"Idempotency-Key": "once", "X-Voter": "me"}).status_code == 200
    found = client.get(f"{BATTLES}/{battle}").json()
    assert found["runs"]["a"]["id"] == edited.json()["id"]
    assert found["sides"]["a"] == answer, "what the contender wrote, and how that ran, stays"


def test_an_edit_after_the_vote_changes_nothing_about_it(client: TestClient, services: Services) -> None:
    battle = finished(client, services)
    assert cast(client, battle)[0] == 201
    assert client.post(f"{BATTLES}/{battle}/sides/b/runs", json=PROGRAM).status_code == 202
    assert marks(services, battle) == ()


@pytest.mark.parametrize(
    ("change", "status"),
    [({"turn": 7}, 422), ({"environment": "cobol"}, 422), ({"files": []}, 422), ({"surprise": 1}, 422)],
)
def test_what_cannot_be_run_is_refused_and_leaves_no_mark(
    client: TestClient, services: Services, change: dict[str, Any], status: int
) -> None:
    battle = finished(client, services)
    answer = client.post(f"{BATTLES}/{battle}/sides/a/runs", json=PROGRAM | change)
    assert answer.status_code == status, answer.text
    assert marks(services, battle) == ()
    assert client.get(f"{BATTLES}/{battle}").json()["runs"] == {}


def test_a_side_without_a_program_yet_says_so(client: TestClient) -> None:
    battle = start(client)
    found = client.get(f"{BATTLES}/{battle}").json()
    assert found["can"]["run"] == "Programs can be run again when both sides are finished."
    assert (found["can"]["stop"], found["can"]["vote"] != "") == ("", True)
    answer = client.post(f"{BATTLES}/{battle}/sides/a/runs", json=PROGRAM)
    assert (answer.status_code, answer.json()["detail"]) == (409, found["can"]["run"])


def test_stop_over_http_and_by_form(client: TestClient, services: Services) -> None:
    battle = start(client)
    stopped = client.post(f"{BATTLES}/{battle}/stop", json={"side": "a"})
    assert stopped.status_code == 200
    assert {side: shown["phase"] for side, shown in stopped.json()["sides"].items()} == {"a": "finished", "b": "queued"}
    assert client.post(f"/battles/{battle}/stop", data={}, follow_redirects=False).status_code == 303
    assert marks(services, battle) == (BattleMark.STOPPED,)
    assert client.post(f"{BATTLES}/{battle}/stop", json={}).status_code == 409


def test_a_vote_is_described_by_who_cast_it(client: TestClient, services: Services) -> None:
    battle = finished(client, services)
    place, me = f"{BATTLES}/{battle}/vote/details", {"X-Voter": "me"}
    said = {"aspects": {"correctness": "a", "ui_ux": "tie"}, "comment": " Good. "}
    assert client.put(place, json=said, headers=me).status_code == 409
    cast(client, battle)
    assert client.put(place, json=said, headers={"X-Voter": "you"}).status_code == 403
    assert client.put(place, json={"aspects": {"beauty": "a"}}, headers=me).status_code == 422
    assert client.put(place, json={"aspects": {"correctness": "both_bad"}}, headers=me).status_code == 422
    kept = client.put(place, json=said, headers=me)
    assert kept.json()["aspects"] == {"correctness": "a", "ui_ux": "tie"}
    assert kept.json()["comment"] == "Good."
    assert client.put(place, json={"comment": "Better."}, headers=me).status_code == 200
    shown = client.get(f"{BATTLES}/{battle}").json()["vote_details"]
    assert (shown["aspects"], shown["comment"]) == ({}, "Better.")


def test_the_reveal_tells_organisation_and_place(client: TestClient, services: Services) -> None:
    battle = finished(client, services)
    assert client.get(f"{BATTLES}/{battle}").json()["sides"]["a"]["reveal"] is None
    cast(client, battle)
    shown = client.get(f"{BATTLES}/{battle}").json()["sides"]["a"]["reveal"]
    assert set(shown) == {"organisation", "licence", "released", "rating"}


def test_forms_run_programs_with_shell_words_and_typed_line_ends(client: TestClient, services: Services) -> None:
    battle = finished(client, services)
    form = {"path": "main.py", "text": "a = 1\r\nprint(a)\r\n", "environment": "python", "entry": "main.py"}
    more = {"dependencies": "", "arguments": "one 'two words'", "stdin": "x\r\n"}
    place = f"/battles/{battle}/sides/a/runs"
    answer = client.post(place, data=form | more, follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, f"/battles/{battle}#program-a")
    with services.store() as uow:
        (run,) = uow.runs.of_battle(battle)
    asked = services.blobs.get(run.program)
    assert b'"args":["one","two words"]' in asked
    assert client.post(place, data=form | {"arguments": "'open"}, follow_redirects=False).status_code == 422
    assert client.post(f"/battles/{battle}/sides/c/runs", data=form, follow_redirects=False).status_code == 422
