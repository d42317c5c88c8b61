"""Who may do what over HTTP: roles, tokens, sessions that change at sign-in, limits."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from services.api.application import create_app
from services.api.forwarded import visitor
from services.api.rates import asked_by
from services.container import Services
from services.domain.account import Role
from services.domain.rate import Asked, Rate, spoken
from services.errors import InvalidRequest, Unavailable
from services.web.site import add_pages
from tests.fixtures import arena_services
from tests.fixtures.arena_services import ADMIN, assemble
from tests.fixtures.memory_people import MemoryCounter

BATTLES = "/api/v1/battles"
QUALITY = "/api/v1/votes/quality"
BROWSER = {"Sec-Fetch-Site": "same-origin", "Accept": "text/html"}
NEW = {"prompt": "x"}


def client_of(services: Services) -> TestClient:
    app = create_app(services)
    add_pages(app, services)
    return TestClient(app, raise_server_exceptions=False)


def token_of(services: Services, role: Role, name: str = "rosa") -> dict[str, str]:
    services.access.accounts.create(name, role, by="test")
    return {"Authorization": f"Bearer {services.access.accounts.issue(name, 'x', by='test').secret}"}


@pytest.fixture
def made() -> Iterator[tuple[Services, TestClient]]:
    services = assemble(admin=ADMIN)
    with client_of(services) as client:
        yield services, client


@pytest.mark.parametrize(
    ("role", "start", "look"), [(Role.VIEWER, 403, 403), (Role.VOTER, 201, 403), (Role.ADMIN, 201, 409)]
)
def test_each_role_may_do_what_it_may(visitor: TestClient, stored: Services, role: Role, start: int, look: int) -> None:
    token = token_of(stored, role)
    assert visitor.post(BATTLES, json=NEW, headers=token).status_code == start
    assert visitor.get("/leaderboard", headers=token).status_code == 200
    answer = visitor.get(QUALITY, headers=token)
    assert answer.status_code == (200 if look == 409 else look)


def test_a_battle_of_a_token_belongs_to_its_account(made: tuple[Services, TestClient]) -> None:
    services, client = made
    first, second = token_of(services, Role.VOTER), services.access.accounts.issue("rosa", "y", by="test").secret
    for headers in (first, {"Authorization": f"Bearer {second}", "X-Voter": "another"}):
        client.post(BATTLES, json=NEW, headers=headers)
    owners = {battle.owner for battle in services.store.data["battles"].values()}  # type: ignore[attr-defined]
    account = services.access.accounts.all()[0][0]
    assert owners == {f"account:{account.id}"}


def test_a_wrong_token_changes_nothing_and_hinders_no_reading(made: tuple[Services, TestClient]) -> None:
    _, client = made
    wrong = {"Authorization": f"Bearer arena_{'x' * 43}"}
    answer = client.post(BATTLES, json=NEW, headers=wrong)
    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")
    assert client.get("/leaderboard", headers=wrong).status_code in (200, 500)
    assert client.get("/healthz", headers=wrong).status_code == 200


def test_visitors_may_be_let_look_only() -> None:
    with client_of(assemble(anonymous=Role.VIEWER)) as client:
        assert client.post(BATTLES, json=NEW).status_code == 403
        assert client.get("/").status_code == 200
        assert client.post("/sign-in", data={"secret": "x"}, headers=BROWSER).status_code == 403
        assert "token or sign-in link" in client.post("/sign-in", data={"secret": "x"}, headers=BROWSER).text


def cookie_of(client: TestClient) -> str:
    return client.cookies.get("arena_session") or ""


def test_signing_in_and_out_changes_the_session(made: tuple[Services, TestClient]) -> None:
    services, client = made
    services.access.accounts.create("rosa", Role.ADMIN, by="test")
    client.post("/battles", data=NEW, headers=BROWSER)
    before = cookie_of(client)
    assert re.fullmatch(r"[0-9a-f]{32}", before)
    link = services.access.accounts.link("rosa", by="test").secret
    shown = client.get("/sign-in", params={"code": link})
    assert f'value="{link}"' in shown.text
    assert "Sign in now" in client.get("/sign-in", params={"code": link}).text
    entered = client.post("/sign-in", data={"secret": link}, headers=BROWSER, follow_redirects=False)
    assert (entered.status_code, entered.headers["location"]) == (303, "/admin")
    assert "HttpOnly" in entered.headers["set-cookie"]
    assert "SameSite=Strict" in entered.headers["set-cookie"]
    inside = cookie_of(client)
    assert re.fullmatch(r"[0-9a-f]{64}", inside)
    assert inside not in repr(services.store.data)  # type: ignore[attr-defined]
    assert "Sign out rosa" in client.get("/").text
    again = client.post("/sign-in", data={"secret": link}, headers=BROWSER)
    assert (again.status_code, cookie_of(client)) == (403, inside)
    assert client.post("/sign-out", headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
    client.post("/sign-out", headers=BROWSER)
    assert re.fullmatch(r"[0-9a-f]{32}", cookie_of(client))
    assert cookie_of(client) != before
    client.cookies.set("arena_session", inside)
    assert "Sign out" not in client.get("/").text
    assert client.post("/battles", data=NEW, headers=BROWSER, follow_redirects=False).status_code == 303


def test_too_much_is_refused_with_the_time_left() -> None:
    counter = MemoryCounter()
    services = assemble(rates={Asked.BATTLES: Rate.of("2/hour")}, counter=counter, address_factor=2)
    with client_of(services) as client:
        me = {"X-Voter": "me"}
        assert [client.post(BATTLES, json=NEW, headers=me).status_code for _ in range(3)] == [201, 201, 429]
        refused = client.post(BATTLES, json=NEW, headers=me)
        assert refused.headers["retry-after"] == str(refused.json()["retry_after_seconds"]) == "1800"
        assert refused.json()["code"] == "rate_limited"
        assert [client.post(BATTLES, json=NEW, headers={"X-Voter": "you"}).status_code for _ in range(3)] == [
            201,
            201,
            429,
        ]
        # the address has used what all of its sessions may use together
        assert client.post(BATTLES, json=NEW, headers={"X-Voter": "third"}).status_code == 429
        page = client.post("/battles", data=NEW, headers=BROWSER)
        assert page.status_code == 429
        assert "Try again in 30 minutes." in page.text
        client.cookies.clear()
        assert client.post(BATTLES, json=NEW, headers=token_of(services, Role.ADMIN)).status_code == 201
        counter.broken = Unavailable("Redis is away.")
        assert client.post(BATTLES, json=NEW, headers=me).status_code == 201


def test_guesses_wait_until_they_can_be_counted() -> None:
    counter = MemoryCounter()
    services = assemble(admin=ADMIN, rates={Asked.SIGN_IN: Rate.of("2/minute")}, counter=counter)
    with client_of(services) as client:
        right, wrong = {"Authorization": f"Bearer {ADMIN}"}, {"Authorization": "Bearer wrong-but-long-enough"}
        assert [client.get(QUALITY, headers=wrong).status_code for _ in range(3)] == [403, 403, 429]
        assert client.get(QUALITY, headers=right).status_code == 429
        counter.broken = Unavailable("Redis is away.")
        assert client.get(QUALITY, headers=right).status_code == 503


@pytest.mark.parametrize(
    ("method", "path", "asked"),
    [
        ("POST", "/battles", Asked.BATTLES),
        ("POST", "/api/v1/battles", Asked.BATTLES),
        ("POST", "/api/v1/battles/repeat", Asked.BATTLES),
        ("POST", "/battles/x/rematch", Asked.BATTLES),
        ("POST", "/battles/x/turns", Asked.TURNS),
        ("POST", "/api/v1/battles/x/sides/a/runs", Asked.RUNS),
        ("POST", "/api/v1/executions/batch", Asked.RUNS),
        ("POST", "/battles/x/vote", Asked.VOTES),
        ("PUT", "/api/v1/battles/x/vote/details", Asked.VOTES),
        ("GET", "/battles", None),
        ("POST", "/battles/x/stop", None),
        ("POST", "/api/v1/executions/x/cancel", None),
    ],
)
def test_what_is_counted_as_what(method: str, path: str, asked: Asked | None) -> None:
    assert asked_by(method, path) is asked


def test_every_route_that_takes_a_prompt_a_program_or_a_vote_is_counted() -> None:
    """A new route that begins or adds to a battle has to be in the table or in this list."""
    app = create_app(assemble())
    add_pages(app, assemble())
    free = {"stop", "cancel", "stdin", "sign-in", "sign-out"}
    paths = [path for path, operations in app.openapi()["paths"].items() if {"post", "put"} & operations.keys()]
    uncounted = {path for path in paths if asked_by("POST", path) is None and path.rsplit("/", 1)[1] not in free}
    assert uncounted == set()


@pytest.mark.parametrize(
    ("peer", "forwarded", "proxies", "found"),
    [
        ("9.9.9.9", ["1.1.1.1"], 0, "9.9.9.9"),
        ("9.9.9.9", ["1.1.1.1, 2.2.2.2"], 1, "2.2.2.2"),
        ("9.9.9.9", ["1.1.1.1", "2.2.2.2, 3.3.3.3"], 2, "2.2.2.2"),
        ("9.9.9.9", ["1.1.1.1"], 3, "1.1.1.1"),
        ("9.9.9.9", [], 1, "9.9.9.9"),
        ("9.9.9.9", ["nonsense"], 1, "9.9.9.9"),
        ("2001:db8:1:2:3:4:5:6", [], 0, "2001:db8:1:2::"),
        ("::ffff:9.9.9.9", [], 0, "9.9.9.9"),
        ("testclient", [], 0, "testclient"),
    ],
)
def test_an_address_is_what_trusted_proxies_say(peer: str, forwarded: list[str], proxies: int, found: str) -> None:
    assert visitor(peer, forwarded, proxies) == found


@pytest.mark.parametrize("text", ["60/hour", "5/10minutes", " 1 / day ", "2/seconds"])
def test_rates_are_read(text: str) -> None:
    rate = Rate.of(text)
    assert rate is not None
    assert Rate.of(rate.text) == rate


@pytest.mark.parametrize("text", ["", "0/hour", "x", "60", "60/year", "-1/hour", "1/0minutes", "9999999/hour"])
def test_what_is_no_rate_is_refused(text: str) -> None:
    with pytest.raises(InvalidRequest):
        Rate.of(text)


def test_waits_are_spoken_in_words() -> None:
    assert [spoken(wait) for wait in (0.2, 1, 59.5, 61, 3600, 3601, 90_000)] == [
        "1 second", "1 second", "60 seconds", "2 minutes", "60 minutes", "2 hours", "25 hours",
    ]  # fmt: skip


def test_a_bug_keeps_the_headers_and_the_request_id_and_is_kept() -> None:
    def broken() -> dict[str, bool]:
        raise RuntimeError("secret detail")

    services = arena_services.assemble(ready=broken)
    with client_of(services) as client:
        answer = client.get("/readyz", headers={"X-Request-ID": "abc-9"})
        page = client.get("/readyz", headers={"Accept": "text/html", "X-Request-ID": "abc-10"})
    assert answer.status_code == page.status_code == 500
    assert answer.headers["x-request-id"] == answer.json()["request_id"] == "abc-9"
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert "abc-10" in page.text
    told = services.access.troubles.recent()
    assert [(one.request_id, one.path, one.code) for one in told] == [
        ("abc-10", "/readyz", "internal_error"),
        ("abc-9", "/readyz", "internal_error"),
    ]
    assert "secret" not in repr(told)


def test_the_reference_page_names_every_limit_and_role() -> None:
    page = (Path(__file__).parents[4] / "docs/reference/accounts.md").read_text()
    for word in (*Asked, *Role):
        assert f"`{word}`" in page
