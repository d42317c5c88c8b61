"""What every request passes: origin check, session, headers, problems for bugs, health."""

import re
from pathlib import Path

import pytest
import structlog
from fastapi.testclient import TestClient

from services.api.application import create_app
from services.container import Services
from services.errors import PrerequisiteError, RateLimited, Unavailable
from tests.fixtures import arena_services

NEW = {"prompt": "x"}
BATTLES = "/api/v1/battles"


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 201),
        ({"Sec-Fetch-Site": "same-origin"}, 201),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Origin": "http://testserver"}, 201),
        ({"Origin": "http://elsewhere.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Cookie": f"arena_session={'a' * 32}"}, 403),
        ({"Cookie": f"arena_session={'a' * 32}", "Sec-Fetch-Site": "same-origin"}, 201),
    ],
)
def test_another_sites_page_cannot_act_for_a_visitor(client: TestClient, headers: dict[str, str], status: int) -> None:
    assert client.post(BATTLES, json=NEW, headers=headers).status_code == status


def test_a_browser_gets_one_strict_session_and_keeps_it(client: TestClient) -> None:
    browser = {"Sec-Fetch-Site": "same-origin"}
    cookie = client.post(BATTLES, json=NEW, headers=browser).headers["set-cookie"]
    assert re.fullmatch(r"arena_session=[0-9a-f]{32}; Path=/; Max-Age=\d+; HttpOnly; SameSite=Strict", cookie)
    assert "set-cookie" not in client.post(BATTLES, json=NEW, headers=browser).headers
    assert "set-cookie" not in client.get("/").headers


def test_over_tls_the_session_has_a_name_that_no_other_host_can_set(services: Services) -> None:
    client = TestClient(create_app(services), base_url="https://testserver")
    browser = {"Sec-Fetch-Site": "same-origin"}
    cookie = client.post(BATTLES, json=NEW, headers=browser).headers["set-cookie"]
    assert re.match(r"__Host-arena_session=[0-9a-f]{32}; Path=/; .*; Secure$", cookie)
    assert "set-cookie" not in client.post(BATTLES, json=NEW, headers=browser).headers
    client.cookies.clear()
    tossed = client.post(BATTLES, json=NEW, headers={**browser, "Cookie": f"arena_session={'a' * 32}"})
    assert "set-cookie" in tossed.headers


def test_pages_have_a_nonce_policy_and_load_nothing_from_elsewhere(client: TestClient) -> None:
    first, second = client.get("/"), client.get("/")
    policy = first.headers["content-security-policy"]
    assert "unsafe" not in policy
    assert policy != second.headers["content-security-policy"]
    nonce = re.search(r"style-src 'nonce-([^']+)'", policy)
    assert nonce
    assert f'nonce="{nonce[1]}"' in first.text
    assert first.headers["cache-control"] == "no-store"
    assert not re.search(r'(?:src|href|action)="(?:https?:)?//', first.text)
    assert client.get("/healthz").headers["x-content-type-options"] == "nosniff"


def test_a_request_id_is_kept_when_sane_and_made_otherwise(client: TestClient) -> None:
    assert client.get("/healthz", headers={"X-Request-ID": "abc-1"}).headers["x-request-id"] == "abc-1"
    made = client.get("/healthz", headers={"X-Request-ID": "<script>"}).headers["x-request-id"]
    assert re.fullmatch(r"[0-9a-f]{32}", made)


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (RateLimited("Slowly.", retry_after_seconds=12.4), 429, "rate_limited"),
        (Unavailable("Out of reach."), 503, "unavailable"),
        (PrerequisiteError("Missing."), 503, "prerequisite_missing"),
        (RuntimeError("secret detail"), 500, "internal_error"),
    ],
)
def test_troubles_become_problems(error: Exception, status: int, code: str) -> None:
    def trouble() -> dict[str, bool]:
        raise error

    app = create_app(arena_services.assemble(ready=trouble))
    with structlog.testing.capture_logs() as logged:
        answer = TestClient(app, raise_server_exceptions=False).get("/readyz")
    assert [line["request_id"] for line in logged] == ([answer.json()["request_id"]] if status >= 500 else [])
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.json()["request_id"]
    assert "secret" not in answer.text
    assert answer.headers.get("retry-after") == ("13" if status == 429 else None)


def test_readiness_names_the_part_that_is_missing() -> None:
    app = create_app(arena_services.assemble(ready=lambda: {"database": True, "redis": False}))
    answer = TestClient(app).get("/readyz")
    assert answer.status_code == 503
    assert answer.json() == {"ready": False, "parts": {"database": True, "redis": False}}


def test_metrics_count_requests_by_route_and_waiting_work(client: TestClient) -> None:
    battle = client.post(BATTLES, json=NEW).json()["id"]
    client.get(f"{BATTLES}/{battle}")
    client.get("/nowhere")
    text = client.get("/metrics").text
    counted = 'arena_http_requests_total{method="GET",route="/api/v1/battles/{battle_id}",status="200"} 1.0'
    assert counted in text
    assert 'route="other",status="404"' in text
    assert 'arena_work_items{queue="generation",state="queued"} 2.0' in text
    assert battle not in text


def test_every_documented_error_is_a_problem_and_every_operation_has_a_name(client: TestClient) -> None:
    schema = client.get("/api/v1/openapi.json").json()
    operations = [operation for path in schema["paths"].values() for operation in path.values()]
    assert len({operation["operationId"] for operation in operations}) == len(operations) == 41
    for operation in operations:
        for status, response in operation["responses"].items():
            if status >= "400" and (operation["operationId"], status) != ("readyz", "503"):
                assert list(response["content"]) == ["application/problem+json"], (operation["operationId"], status)
    assert "HTTPValidationError" not in schema["components"]["schemas"]


def test_the_reference_page_lists_every_route(client: TestClient) -> None:
    page = (Path(__file__).parents[4] / "docs/reference/api.md").read_text()
    schema = client.get("/api/v1/openapi.json").json()
    for path, operations in schema["paths"].items():
        for method in operations:
            assert f"`{method.upper()} {path}`" in page
