"""Side by side and chat: names are shown, boards take nothing, parameters reach the contender."""

from typing import Any

import pytest
from fastapi.testclient import TestClient

from services.arena.vote_records import VoteRecords
from services.container import Services
from services.domain.battle import BattleState
from services.domain.judgement import Source
from services.domain.side import Side
from services.domain.vote_record import FlagCode
from tests.fixtures.arena_services import NAMES, finish_sides
from tests.unit.services.api.test_battle_routes import BATTLES, cast, start


def test_side_by_side_shows_both_names_in_the_order_given(client: TestClient, services: Services) -> None:
    battle = start(client, mode="side_by_side", contenders=list(NAMES), parameters={"temperature": 0.2})
    found = client.get(f"{BATTLES}/{battle}").json()
    assert [found["sides"][side]["contender"] for side in "ab"] == list(NAMES)
    assert (found["mode"], found["parameters"]["temperature"]) == ("side_by_side", 0.2)
    page = client.get(f"/battles/{battle}").text
    assert all(name in page for name in NAMES)
    finish_sides(services, battle)
    with services.store() as uow:
        assert uow.battles.get(battle).state is BattleState.COMPLETE, "no automatic judge is asked"
    assert cast(client, battle)[0] == 201


def test_a_chat_has_one_side_and_no_vote(client: TestClient, services: Services) -> None:
    battle = start(client, mode="direct", contenders=[NAMES[0]], parameters={"system_prompt": "Be brief."})
    found = client.get(f"{BATTLES}/{battle}").json()
    assert list(found["sides"]) == ["a"]
    finish_sides(services, battle)
    found = client.get(f"{BATTLES}/{battle}").json()
    assert (found["state"], found["open_to_vote"], found["can"]["vote"]) == ("complete", False, "A chat has no vote.")
    assert cast(client, battle)[0] == 409
    assert client.post(f"{BATTLES}/{battle}/rematch").status_code == 409
    assert client.post(f"{BATTLES}/{battle}/turns", json={"prompt": "And now?"}).status_code == 201
    with services.store() as uow:
        last = uow.answers.of_turn(uow.battles.turns(battle)[-1].id)
        assert list(last) == [Side.A]
        assert uow.battles.get(battle).marks == ()
    page = client.get(f"/battles/{battle}")
    assert page.status_code == 200
    assert "A is better" not in page.text


@pytest.mark.parametrize(
    "wrong",
    [
        {"mode": "direct"},
        {"mode": "direct", "contenders": list(NAMES)},
        {"mode": "side_by_side", "contenders": [NAMES[0]]},
        {"contenders": [NAMES[0]]},
        {"parameters": {"temperature": 1}},
        {"mode": "direct", "contenders": [NAMES[0]], "parameters": {"temperature": 3}},
        {"mode": "direct", "contenders": [NAMES[0]], "parameters": {"max_tokens": 0}},
        {"mode": "duel", "contenders": [NAMES[0]]},
    ],
)
def test_what_does_not_go_together_is_422(client: TestClient, wrong: dict[str, Any]) -> None:
    assert client.post(BATTLES, json={"prompt": "x"} | wrong).status_code == 422


def test_forms_start_both_and_pages_offer_them(client: TestClient) -> None:
    for place in ("/side-by-side", "/chat"):
        assert NAMES[0] in client.get(place).text
    chat = {"prompt": "x", "mode": "direct", "contender_a": NAMES[0], "temperature": "0.5", "system_prompt": "Brief."}
    answer = client.post("/battles", data=chat, follow_redirects=False)
    assert answer.status_code == 303
    found = client.get(f"/api/v1{answer.headers['location']}").json()
    assert (found["mode"], found["parameters"]) == (
        "direct",
        {"temperature": 0.5, "max_tokens": None, "system_prompt": "Brief."},
    )
    assert client.post("/battles", data=chat | {"temperature": "hot"}).status_code == 422
    assert client.post("/battles", data=chat | {"mode": "duel"}).status_code == 422


def test_a_vote_side_by_side_counts_nowhere(visitor: TestClient, stored: Services) -> None:
    battle = start(visitor, mode="side_by_side", contenders=list(NAMES))
    finish_sides(stored, battle)
    assert cast(visitor, battle)[0] == 201
    (record,) = VoteRecords(store=stored.store).of(Source.HUMAN)
    assert [flag.code for flag in record.flags] == [FlagCode.CHOSEN_PAIR]
    chat = start(visitor, mode="direct", contenders=[NAMES[0]])
    finish_sides(stored, chat)
    with stored.store() as uow:
        assert uow.battles.pair_counts() == {tuple(sorted(NAMES)): 1}
        assert uow.battles.get(chat).parameters is None
    assert visitor.get("/history").status_code == 200
