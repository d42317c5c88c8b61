"""Follow-ups, retries and rematches over HTTP and by forms; what each contender is sent."""

from dataclasses import replace

import pytest
from fastapi.testclient import TestClient

from sandboxes.runner import RunControl
from services.arena.effects import Effects
from services.arena.generation import thread_of
from services.container import Services
from services.domain.battle import BattleState
from services.domain.battle_mark import BattleMark
from services.domain.events import DoneEvent
from services.domain.possible import MOST_TURNS
from services.domain.side import Side
from services.domain.work import WorkItem, WorkKind, WorkState
from tests.fixtures.arena_services import NAMES, fail_side, finish_sides, judge
from tests.unit.services.api.test_battle_routes import BATTLES, cast, start


def complete(client: TestClient, services: Services) -> str:
    """A battle without judges whose sides are finished; its id."""
    battle = start(client, judges=[])
    finish_sides(services, battle)
    return battle


def ask(client: TestClient, battle: str, prompt: str = "Add colours.", to: str = "both") -> int:
    return client.post(f"{BATTLES}/{battle}/turns", json={"prompt": prompt, "to": to}).status_code


def finish_turn(services: Services, battle: str) -> None:
    """Play the workers of the latest turn: every side says which turn it was."""
    effects = Effects()
    with services.store() as uow:
        turn = uow.battles.turns(battle)[-1]
        for answer in uow.answers.of_turn(turn.id).values():
            said = replace(answer, text=f"{answer.side} in turn {turn.index}")
            services.orchestrator.side_finished(uow, said, "", effects)
        uow.commit()
    services.battles.publisher.publish(effects)


def test_a_follow_up_goes_to_both_and_begins_its_own_events(client: TestClient, services: Services) -> None:
    battle = complete(client, services)
    assert any(isinstance(logged.event, DoneEvent) for logged in services.events.read(battle))
    assert ask(client, battle) == 201
    assert services.events.read(battle) == []
    found = client.get(f"{BATTLES}/{battle}").json()
    assert (found["state"], found["prompt"], found["open_to_vote"]) == ("running", "Add colours.", False)
    assert [(turn["index"], turn["prompt"], turn["to"]) for turn in found["turns"]] == [
        (0, "Print the primes.", "both"),
        (1, "Add colours.", "both"),
    ]
    assert {shown["phase"] for shown in found["sides"].values()} == {"queued"}
    assert found["turns"][0]["sides"]["a"]["answer"]["text"] != ""
    assert ask(client, battle) == 409, "sides are at work"
    finish_turn(services, battle)
    found = client.get(f"{BATTLES}/{battle}").json()
    assert found["state"] == "complete"
    assert found["sides"]["b"]["answer"]["text"] == "b in turn 1"
    assert not any(name in client.get(f"{BATTLES}/{battle}").text for name in NAMES)
    assert cast(client, battle)[0] == 201
    assert ask(client, battle) == 409, "the vote is cast"
    with services.store() as uow:
        assert uow.battles.get(battle).marks == ()


def test_a_turn_to_one_side_marks_the_battle_and_keeps_the_other_answer(client: TestClient, services: Services) -> None:
    battle = complete(client, services)
    before = client.get(f"{BATTLES}/{battle}").json()["sides"]["b"]
    assert ask(client, battle, to="a") == 201
    found = client.get(f"{BATTLES}/{battle}").json()
    assert (found["turns"][1]["to"], list(found["turns"][1]["sides"])) == ("a", ["a"])
    assert found["sides"]["a"]["phase"] == "queued"
    assert found["sides"]["b"] == before
    finish_turn(services, battle)
    with services.store() as uow:
        found = uow.battles.get(battle)
    assert (found.state, found.marks) == (BattleState.COMPLETE, (BattleMark.ONE_SIDED,))


def test_each_contender_is_sent_the_thread_of_its_own(client: TestClient, services: Services) -> None:
    battle = complete(client, services)
    assert ask(client, battle, "Only you, A.", to="a") == 201
    finish_turn(services, battle)
    assert ask(client, battle, "Both again.") == 201
    with services.store() as uow:
        answers = uow.answers.of_turn(uow.battles.turns(battle)[-1].id)
        threads = {side: [(m.role.value, m.text) for m in thread_of(uow, answers[side])] for side in Side}
    assert [text for _, text in threads[Side.A]][2:] == ["Only you, A.", "a in turn 1", "Both again."]
    assert [role for role, _ in threads[Side.A]] == ["user", "assistant", "user", "assistant", "user"]
    assert [text for _, text in threads[Side.B]][::2] == ["Print the primes.", "Both again."]
    assert "a in turn 1" not in str(threads[Side.B])


def test_judges_are_asked_anew_for_each_turn(client: TestClient, services: Services) -> None:
    battle = start(client)
    finish_sides(services, battle)
    assert ask(client, battle) == 409, "judges are at work"
    judge(services, battle)
    assert ask(client, battle) == 201
    finish_turn(services, battle)
    with services.store() as uow:
        judging = [work for work in uow.work.of_topic(battle) if work.kind is WorkKind.JUDGE]
    assert len(judging) == 2
    assert {work.subject for work in judging} == {"ran:ab"}


def test_turns_are_bounded_and_prompts_checked(client: TestClient, services: Services) -> None:
    battle = complete(client, services)
    assert ask(client, battle, "   ") == 422
    assert ask(client, battle, to="c") == 422
    for _ in range(MOST_TURNS - 1):
        assert ask(client, battle) == 201
        finish_turn(services, battle)
    assert ask(client, battle) == 409
    assert "new battle" in client.get(f"{BATTLES}/{battle}").json()["can"]["follow_up"]


def test_a_failed_side_is_asked_again_and_the_vote_then_counts_nowhere(client: TestClient, services: Services) -> None:
    battle = start(client, judges=[])
    assert client.post(f"{BATTLES}/{battle}/retry").status_code == 409
    with services.store() as uow:
        answers = uow.answers.of_turn(uow.battles.turns(battle)[0].id)
        # the workers took both up
        for answer in answers.values():
            uow.work.acquire(f"answer:{answer.id}", owner="w", now=services.clock.now())
        uow.commit()
    fail_side(services, battle)
    refused = client.post(f"{BATTLES}/{battle}/retry")
    assert (refused.status_code, "still at work" in refused.json()["detail"]) == (409, True)
    with services.store() as uow:
        failed = next(one for one in uow.answers.of_battle(battle) if one.phase == "failed")
        for answer in uow.answers.of_battle(battle):
            if answer.id != failed.id:
                services.orchestrator.side_finished(uow, replace(answer, text="kept"), "", Effects())
        services.runs.controls.cancel(f"answer:{failed.id}")
        work = uow.work.get(f"answer:{failed.id}")
        table: dict[str, WorkItem] = uow.work._table  # type: ignore[attr-defined]
        table[work.id] = replace(work, state=WorkState.FAILED)
        uow.commit()
    again = client.post(f"{BATTLES}/{battle}/retry")
    assert (again.status_code, again.json()["state"], again.json()["problem"]) == (200, "running", None)
    assert again.json()["sides"][failed.side]["phase"] == "queued"
    assert again.json()["sides"][failed.side.other]["answer"]["text"] == "kept"
    assert not any(name in again.text for name in NAMES)
    with services.store() as uow:
        assert uow.battles.get(battle).marks == (BattleMark.RETRIED,)
        assert uow.work.get(f"answer:{failed.id}").state is WorkState.QUEUED
    assert services.events.read(battle) == []
    control = RunControl()
    with services.runs.controls.attach(f"answer:{failed.id}", control):
        assert not control.cancelled, "a stop that came too late is forgotten"


def test_a_rematch_is_a_new_battle_with_the_first_prompt(client: TestClient, services: Services) -> None:
    battle = complete(client, services)
    assert ask(client, battle) == 201
    assert client.post(f"{BATTLES}/{battle}/rematch").status_code == 409
    finish_turn(services, battle)
    made = client.post(f"{BATTLES}/{battle}/rematch")
    assert made.status_code == 201
    assert made.json()["id"] != battle
    assert made.headers["location"] == f"{BATTLES}/{made.json()['id']}"
    assert (made.json()["prompt"], len(made.json()["turns"])) == ("Print the primes.", 1)


@pytest.mark.parametrize(("act", "data"), [("turns", {"prompt": "More.", "to": "both"}), ("rematch", {})])
def test_forms_lead_to_the_battle(client: TestClient, services: Services, act: str, data: dict[str, str]) -> None:
    battle = complete(client, services)
    answer = client.post(f"/battles/{battle}/{act}", data=data, follow_redirects=False)
    assert answer.status_code == 303
    assert (answer.headers["location"] == f"/battles/{battle}") == (act == "turns")
    page = client.get(answer.headers["location"])
    assert page.status_code == 200
    assert not any(name in page.text for name in NAMES)
