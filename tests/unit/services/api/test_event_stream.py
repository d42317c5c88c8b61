"""The event stream: resumable, blind, bounded, and it ends."""

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from fastapi.testclient import TestClient

from services.container import Services
from services.domain.battle import BattleState
from services.domain.events import DeltaEvent, DoneEvent, JudgementEvent, ProblemEvent
from services.domain.side import Side
from services.events.protocol import LoggedEvent
from tests.fixtures.arena_services import finish_sides, judge


def start(client: TestClient) -> str:
    """Start a battle; its id."""
    return str(client.post("/api/v1/battles", json={"prompt": "x", "judges": ["ran"]}).json()["id"])


def follow(client: TestClient, battle: str, **options: object) -> list[dict[str, str]]:
    """All events of one stream as field maps."""
    answer = client.get(f"/api/v1/battles/{battle}/events", **options)  # type: ignore[arg-type]
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"].startswith("text/event-stream")
    blocks = [block for block in answer.text.split("\n\n") if "data: " in block]
    return [dict(line.split(": ", 1) for line in block.splitlines()) for block in blocks]


def test_events_carry_cursor_kind_and_json_and_resume(client: TestClient, services: Services) -> None:
    battle = start(client)
    for offset, text in enumerate("abc"):
        services.events.append(battle, DeltaEvent(side=Side.A, offset=offset, text=text))
    events = follow(client, battle)
    assert [json.loads(event["data"])["text"] for event in events] == ["a", "b", "c"]
    assert events[0]["event"] == "delta"
    later = follow(client, battle, headers={"Last-Event-ID": events[0]["id"]})
    assert [event["id"] for event in later] == [event["id"] for event in events[1:]]
    assert follow(client, battle, params={"last_event_id": events[1]["id"]}) == events[2:]


def test_a_quiet_stream_pings_and_has_a_bounded_life(client: TestClient) -> None:
    text = client.get(f"/api/v1/battles/{start(client)}/events").text
    assert text.startswith("retry: ")
    assert ": ping\n\n" in text


def test_judgements_and_names_in_problems_wait_for_the_vote(client: TestClient, services: Services) -> None:
    battle = start(client)
    finish_sides(services, battle)
    said = JudgementEvent(source="llm", judge="j", order="ab", winner="a")
    services.events.append(battle, said)
    services.events.append(battle, ProblemEvent(code="bad_key", message="zebra-contender: refused"))
    before = follow(client, battle)
    assert [event["event"] for event in before] == ["phase", "phase", "problem"]
    assert "zebra" not in str(before)
    headers = {"Idempotency-Key": "k", "X-Voter": "me"}
    client.post(f"/api/v1/battles/{battle}/vote", json={"choice": "a"}, headers=headers)
    after = follow(client, battle)
    assert [event["event"] for event in after] == ["phase", "phase", "judgement", "problem", "done"]
    assert "zebra" in str(after)


def test_nothing_comes_after_done(client: TestClient, services: Services) -> None:
    battle = start(client)
    finish_sides(services, battle)
    judge(services, battle)
    services.events.append(battle, DeltaEvent(side=Side.A, offset=0, text="late"))
    assert follow(client, battle)[-1]["event"] == "done"


def test_a_finished_battle_whose_log_is_gone_says_done_from_the_store(client: TestClient, services: Services) -> None:
    battle = start(client)
    finish_sides(services, battle)
    judge(services, battle)
    services.events._logs.clear()  # type: ignore[attr-defined]
    [only] = follow(client, battle)
    assert json.loads(only["data"]) == DoneEvent(state=BattleState.COMPLETE).model_dump(mode="json")
    assert "id" not in only


def test_wrong_cursors_and_unknown_battles_are_problems_not_streams(client: TestClient) -> None:
    battle = start(client)
    wrong = client.get(f"/api/v1/battles/{battle}/events", headers={"Last-Event-ID": "nonsense"})
    assert (wrong.status_code, wrong.json()["code"]) == (422, "invalid_request")
    assert client.get(f"/api/v1/battles/{'0' * 32}/events").status_code == 404


@pytest.mark.parametrize("with_done", [True, False])
def test_what_comes_between_the_last_look_and_the_end_is_shown(
    *, with_done: bool, client: TestClient, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The log is read to its end, then a worker ends the battle, then the store is asked."""
    battle = start(client)
    read = services.events.read
    ended: list[bool] = []

    def read_then_end(topic: str, **options: Any) -> Sequence[LoggedEvent]:
        page = read(topic, **options)
        if not page and options.get("after") and not ended:
            ended.append(True)
            services.events.append(battle, DeltaEvent(side=Side.A, offset=1, text="late"))
            with services.store() as uow:
                uow.battles.update(replace(uow.battles.get_for_update(battle), state=BattleState.VOID))
                uow.commit()
            if with_done:
                services.events.append(battle, DoneEvent(state=BattleState.VOID))
        return page

    services.events.append(battle, DeltaEvent(side=Side.A, offset=0, text="early"))
    monkeypatch.setattr(services.events, "read", read_then_end)
    seen = follow(client, battle)
    assert [event["event"] for event in seen] == ["delta", "delta", "done"]
    assert [json.loads(event["data"])["text"] for event in seen[:2]] == ["early", "late"]
    assert ("id" in seen[2]) is with_done
