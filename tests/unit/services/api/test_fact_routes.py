"""Facts beside the boards over HTTP, who may see which, and deletion of one's own data."""

from dataclasses import replace
from typing import Any

import pytest
from fastapi.testclient import TestClient

from services.api.application import create_app
from services.arena.board_facts import QUIET
from services.container import Services
from services.domain.judgement import Source
from tests.fixtures.arena_services import ADMIN, JUDGE, NAMES, assemble, finish_sides, judge, rated, voted

ME = "0123456789abcdef" * 2
BROWSER = {"Sec-Fetch-Site": "same-origin", "Cookie": f"arena_session={ME}"}


def test_the_version_of_a_board_changes_with_the_board_alone(visitor: TestClient, stored: Services) -> None:
    def version(source: str = "human") -> Any:
        return visitor.get("/api/v1/leaderboard/version", params={"source": source}).json()["computed_at"]

    assert version() is None
    voted(stored, 4)
    first = version()
    assert first is not None
    assert version() == first
    assert version("llm") is None
    rated(stored)
    assert version() > first


def test_sampling_tells_expected_and_actual_shares(visitor: TestClient, stored: Services) -> None:
    voted(stored, 9)
    found = visitor.get("/api/v1/leaderboard/sampling").json()
    rows = {row["group"]: row for row in found["contenders"]}
    assert set(rows) == {*NAMES, "a private contender"}
    assert sum(row["expected"] for row in rows.values()) == pytest.approx(1)
    assert sum(row["actual"] for row in rows.values()) == pytest.approx(1)
    assert {row["battles"] for row in rows.values()} == {9}
    assert [row["group"] for row in found["licence_classes"]] == ["unknown"]


def test_what_was_drawn_just_now_is_in_no_count(stored: Services) -> None:
    hushed = assemble(store=stored.store, quiet=QUIET)
    app = TestClient(create_app(hushed))
    voted(hushed, 3)
    assert {row["battles"] for row in app.get("/api/v1/leaderboard/sampling").json()["contenders"]} == {0}
    assert app.get("/api/v1/audit").json()["draws"] == 0
    with stored.store() as uow:
        for battle in uow.battles.recent(None):
            uow.battles.update(replace(battle, created_at=battle.created_at - QUIET))
        uow.commit()
    later = TestClient(create_app(assemble(store=stored.store, quiet=QUIET)))
    assert {row["battles"] for row in later.get("/api/v1/leaderboard/sampling").json()["contenders"]} == {3}
    assert later.get("/api/v1/audit").json()["draws"] == 3


def test_votes_that_name_contenders_of_open_battles_are_for_who_runs_the_arena(
    visitor: TestClient, stored: Services
) -> None:
    battle = stored.battles.create("Still open.", contenders=(NAMES[0], NAMES[1]), judges=(JUDGE,))
    finish_sides(stored, battle.id)
    judge(stored, battle.id)
    stored.snapshots.publish(Source.EXECUTION)
    voted(stored, 1)
    stored.snapshots.publish(Source.HUMAN)
    admin = {"Authorization": f"Bearer {ADMIN}"}
    path = "/api/v1/leaderboard/snapshots/{}/votes"
    refused = visitor.get(path.format(1))
    assert refused.status_code == 403
    assert battle.contender_a not in refused.text
    assert battle.contender_a in visitor.get(path.format(1), headers=admin).text
    assert visitor.get(path.format(2)).status_code == 200
    assert visitor.get(path.format(3)).status_code == 404
    page = visitor.get("/leaderboard").text
    assert path.format(2) in page
    assert path.format(1) not in page


def test_quality_of_a_board_and_of_none(visitor: TestClient, stored: Services) -> None:
    path = "/api/v1/leaderboard/quality"
    assert visitor.get(path).json()["separability"] is None
    voted(stored, 16)
    assert 0 <= visitor.get(path).json()["separability"]["point"] <= 1
    assert visitor.get(path, params={"against": "llm"}).json()["agreement"] is None
    answer = visitor.get(path, params={"source": "llm", "against": "llm"})
    assert answer.status_code == 422
    assert "its own reference" in answer.json()["detail"]


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 403),
        ({"Authorization": "Bearer wrong"}, 403),
        ({"Authorization": "Bearer "}, 403),
        ({"Authorization": f"Basic {ADMIN}"}, 403),
        ({"Authorization": f"Bearer {ADMIN}\xe9"}, 403),
        ({"Authorization": f"Bearer {ADMIN}"}, 200),
    ],
)
def test_only_an_admin_sees_voters(visitor: TestClient, stored: Services, headers: dict[str, str], status: int) -> None:
    voted(stored, 4)
    sent = {name.encode(): value.encode("latin-1") for name, value in headers.items()}
    answer = visitor.get("/api/v1/votes/quality", headers=sent)
    assert answer.status_code == status
    assert ADMIN not in answer.text
    if status == 200:
        assert len(answer.json()["voters"]) == 4
    else:
        assert answer.json()["code"] == "forbidden"
        assert "ARENA_ADMIN_TOKEN" in answer.json()["hint"]


@pytest.mark.parametrize("token", ["", "None", ADMIN])
def test_without_a_token_nobody_is_admin(token: str) -> None:
    services = assemble()
    answer = TestClient(create_app(services)).get("/api/v1/votes/quality", headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code == 403
    assert "Set ARENA_ADMIN_TOKEN" in answer.json()["hint"]
    assert ADMIN not in repr(assemble(admin=ADMIN).access)


def test_a_session_deletes_what_came_of_it_and_nothing_else(visitor: TestClient, stored: Services) -> None:
    voted(stored, 4, owner=ME, voter=ME)
    voted(stored, 4)
    with stored.store() as uow:
        own = [one.id for one in uow.battles.recent(100) if one.owner == ME]
    assert len(own) == 4
    answer = visitor.delete("/api/v1/me", headers=BROWSER)
    assert (answer.status_code, answer.json()) == (200, {"battles": 4, "votes": 4, "snapshots": []})
    with stored.store() as uow:
        prompts = [turn.prompt for one in uow.battles.recent(100) for turn in uow.battles.turns(one.id)]
        assert uow.votes.pseudonym(ME) == ""
    assert sum(prompt.startswith("Prompt ") for prompt in prompts) == 4
    assert visitor.delete("/api/v1/me", headers=BROWSER).json() == {"battles": 0, "votes": 0, "snapshots": []}
    board = stored.boards.live(Source.HUMAN)
    assert board is not None


def test_votes_go_too_if_asked(visitor: TestClient, stored: Services) -> None:
    voted(stored, 4, voter=ME)
    assert visitor.delete("/api/v1/me", params={"mode": "votes"}, headers=BROWSER).json()["votes"] == 4
    with stored.store() as uow:
        assert uow.judgements.records(Source.HUMAN) == []


@pytest.mark.parametrize(
    ("headers", "mode", "status"),
    [
        ({"X-Voter": "somebody"}, "forget", 403),
        ({**BROWSER, "X-Voter": "somebody"}, "forget", 403),
        ({**BROWSER, "X-Voter": "not a name!"}, "forget", 403),
        ({}, "forget", 404),
        ({"Cookie": f"arena_session={ME}"}, "forget", 403),
        ({**BROWSER, "Sec-Fetch-Site": "cross-site"}, "forget", 403),
        (BROWSER, "everything", 422),
    ],
)
def test_nobody_deletes_for_others(
    visitor: TestClient, stored: Services, headers: dict[str, str], mode: str, status: int
) -> None:
    voted(stored, 2, owner=ME, voter=ME)
    assert visitor.delete("/api/v1/me", params={"mode": mode}, headers=headers).status_code == status
    with stored.store() as uow:
        assert uow.votes.pseudonym(ME)


def test_what_still_runs_is_not_deleted(visitor: TestClient, stored: Services) -> None:
    stored.battles.create("Wait.", judges=(), owner=ME)
    answer = visitor.delete("/api/v1/me", headers=BROWSER)
    assert answer.status_code == 409
    assert "still running" in answer.json()["detail"]
