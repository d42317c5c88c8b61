"""Battles, votes and boards over HTTP."""

from fastapi.testclient import TestClient

from services.api.security import MAX_BODY_BYTES
from services.container import Services
from tests.fixtures.arena_services import NAMES, fail_side, finish_sides, judge

BATTLES = "/api/v1/battles"


def start(client: TestClient, **more: object) -> str:
    """Start a battle; its id."""
    answer = client.post(BATTLES, json={"prompt": "Print the primes.", **more})
    assert answer.status_code == 201, answer.text
    assert answer.headers["location"] == f"{BATTLES}/{answer.json()['id']}"
    return str(answer.json()["id"])


def cast(client: TestClient, battle: str, choice: str = "a", key: str = "k1") -> tuple[int, dict[str, object]]:
    """Vote; status and body."""
    headers = {"Idempotency-Key": key, "X-Voter": "me"}
    answer = client.post(f"{BATTLES}/{battle}/vote", json={"choice": choice}, headers=headers)
    return answer.status_code, answer.json()


def test_a_battle_starts_with_all_judges_and_two_queued_sides(client: TestClient, services: Services) -> None:
    battle = start(client)
    found = client.get(f"{BATTLES}/{battle}").json()
    assert found["state"] == "running"
    assert {side: shown["phase"] for side, shown in found["sides"].items()} == {"a": "queued", "b": "queued"}
    assert found["pair_chosen"] is False
    with services.store() as uow:
        assert uow.battles.get(battle).judges == ("ran",)


def test_a_pair_chosen_by_name_says_so_and_stays_blind(client: TestClient) -> None:
    found = client.post(BATTLES, json={"prompt": "x", "contenders": list(NAMES), "judges": []})
    assert found.json()["pair_chosen"] is True
    assert not any(name in found.text for name in NAMES)


def test_unknown_contender_twin_pair_unknown_judge_and_blank_prompt_are_422(client: TestClient) -> None:
    for wrong in (
        {"prompt": "x", "contenders": ["nobody", NAMES[0]]},
        {"prompt": "x", "contenders": [NAMES[0], NAMES[0]]},
        {"prompt": "x", "judges": ["nobody"]},
        {"prompt": "   "},
        {"prompt": "x" * 70_000},
        {"prompt": "x", "surprise": 1},
    ):
        answer = client.post(BATTLES, json=wrong)
        assert answer.status_code == 422
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["code"] == "invalid_request"
        assert answer.json()["request_id"] == answer.headers["x-request-id"]


def test_nothing_names_a_contender_before_the_vote(client: TestClient, services: Services) -> None:
    battle = start(client)
    finish_sides(services, battle)
    judge(services, battle)
    pages = [f"{BATTLES}/{battle}", f"{BATTLES}/{battle}/events", f"/battles/{battle}", "/metrics", "/readyz"]
    answers = [client.get(page) for page in [*pages, "/", "/api/v1/openapi.json", f"{BATTLES}/{'0' * 32}"]]
    key = {"Idempotency-Key": "k"}
    answers.append(client.post(f"{BATTLES}/{battle}/vote", json={"choice": "nobody"}, headers=key))
    for answer in answers:
        said = answer.text + str(answer.headers)
        assert not any(name in said for name in NAMES), answer.url
        assert "987654" not in said
        assert "54.321" not in said
        assert "A ran and B did not." not in said
    cast(client, battle)
    for page in (f"{BATTLES}/{battle}", f"/battles/{battle}"):
        said = client.get(page).text
        assert all(name in said for name in NAMES)
        assert "987654" in said
        assert "A ran and B did not." in said


def test_a_vote_is_recorded_once_and_repeatable(client: TestClient, services: Services) -> None:
    battle = start(client)
    status, body = cast(client, battle)
    assert (status, body["code"]) == (409, "conflict")
    assert "earlier_choice" not in body
    finish_sides(services, battle)
    assert cast(client, battle, "a")[0] == 201
    status, body = cast(client, battle, "a")
    assert (status, body["choice"]) == (200, "a")
    status, body = cast(client, battle, "b", "k2")
    assert (status, body["earlier_choice"]) == (409, "a")
    assert cast(client, battle, "b", "k1")[0] == 409
    assert client.get(f"{BATTLES}/{battle}").json()["vote"]["choice"] == "a"


def test_a_vote_needs_a_printable_key_of_bounded_length(client: TestClient) -> None:
    battle = start(client)
    address = f"{BATTLES}/{battle}/vote"
    for headers in ({}, {"Idempotency-Key": ""}, {"Idempotency-Key": "k" * 129}, {"Idempotency-Key": "a\tb"}):
        assert client.post(address, json={"choice": "a"}, headers=headers).status_code == 422


def test_a_void_battle_says_why_and_takes_no_vote(client: TestClient, services: Services) -> None:
    battle = start(client)
    fail_side(services, battle)
    found = client.get(f"{BATTLES}/{battle}").json()
    assert (found["state"], found["problem"]["code"]) == ("void", "bad_key")
    assert cast(client, battle)[0] == 409


def test_boards_are_apart_and_empty_at_first(client: TestClient) -> None:
    for source in ("human", "llm", "execution"):
        board = client.get("/api/v1/leaderboard", params={"source": source}).json()
        assert (board["source"], board["standings"], board["computed_at"]) == (source, [], None)
    assert client.get("/api/v1/leaderboard", params={"source": "sum"}).status_code == 422


def test_unknown_ids_paths_and_methods_are_problems(client: TestClient) -> None:
    for method, path, status in (
        ("GET", f"{BATTLES}/{'0' * 32}", 404),
        ("GET", f"{BATTLES}/not-an-id", 404),
        ("GET", "/api/v1/nothing", 404),
        ("DELETE", BATTLES, 405),
    ):
        answer = client.request(method, path)
        assert answer.status_code == status
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["status"] == status
    assert client.request("DELETE", BATTLES).headers["allow"] == "POST"


def test_a_body_over_the_limit_is_refused_told_or_streamed(client: TestClient) -> None:
    told = client.post(BATTLES, content=b"x" * (MAX_BODY_BYTES + 1), headers={"Content-Type": "application/json"})
    assert (told.status_code, told.json()["code"]) == (413, "body_too_large")
    taken = 0

    def pieces() -> object:
        nonlocal taken
        for _ in range(64):
            taken += 1
            yield b"x" * 16_384

    streamed = client.post(BATTLES, content=pieces(), headers={"Content-Type": "application/json"})  # type: ignore[arg-type]
    assert (streamed.status_code, streamed.json()["code"]) == (413, "body_too_large")
