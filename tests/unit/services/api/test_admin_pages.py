"""The admin pages: for admins alone, by forms, noted, and with effect on what is drawn everywhere."""

import random
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from services.api.application import create_app
from services.container import Services
from services.domain.account import Role
from services.domain.rate import Asked, Rate
from services.domain.registry_event import RegistryEventKind
from services.errors import Conflict, InvalidRequest, NotFound, Unavailable
from services.events.troubles import Trouble
from services.ratings.audit.registry_state import replay
from services.store import schema
from services.store.engine import create_engine_for
from services.store.sql import SqlUnitOfWorkFactory
from services.web.site import add_pages
from tests.fixtures.arena_services import ADMIN, NAMES, assemble, voted
from tests.fixtures.memory_people import MemoryTroubles

BROWSER = {"Sec-Fetch-Site": "same-origin", "Accept": "text/html"}
ZEBRA, QUOKKA = NAMES


class _Troubles(MemoryTroubles):
    def recent(self) -> list[Trouble]:
        raise Unavailable("Redis is away.")


@pytest.fixture
def url(tmp_path: Path) -> str:
    found = f"sqlite:///{tmp_path / 'arena.db'}"
    schema.upgrade(found)
    return found


@pytest.fixture
def here(url: str) -> Iterator[Services]:
    """A process of an arena with three contenders."""
    engine = create_engine_for(url)
    rates = {Asked.VOTES: Rate.of("120/hour")}
    found = assemble(store=SqlUnitOfWorkFactory(engine), admin=ADMIN, private=("mole-9",), rates=rates)
    found.access.control.keeper.catch_up()
    yield found
    engine.dispose()


@pytest.fixture
def there(url: str, here: Services) -> Iterator[Services]:
    """Another process of the same arena."""
    engine = create_engine_for(url)
    yield assemble(store=SqlUnitOfWorkFactory(engine), private=("mole-9",))
    engine.dispose()


@pytest.fixture
def client(here: Services) -> Iterator[TestClient]:
    app = create_app(here)
    add_pages(app, here)
    with TestClient(app, raise_server_exceptions=False, headers=BROWSER) as found:
        yield found


@pytest.fixture
def signed_in(client: TestClient, here: Services) -> TestClient:
    here.access.accounts.create("rosa", Role.ADMIN, by="test")
    client.post("/sign-in", data={"secret": here.access.accounts.link("rosa", by="test").secret})
    return client


FORMS = {
    "/admin/contenders": {"name": ZEBRA, "enabled": "yes", "weight": "1"},
    "/admin/policy": {"rule": "uniform"},
    "/admin/limits": {"asked": "votes", "rate": "1/hour"},
    "/admin/accounts": {"name": "eve", "role": "admin"},
    "/admin/accounts/close": {"name": "rosa"},
    "/admin/accounts/links": {"name": "rosa"},
    "/admin/accounts/tokens": {"name": "rosa", "title": "x"},
    "/admin/accounts/tokens/revoke": {"id": "x"},
}


@pytest.mark.parametrize("role", [None, Role.VIEWER, Role.VOTER])
def test_nobody_else_sees_or_changes_anything(client: TestClient, here: Services, role: Role | None) -> None:
    here.access.accounts.create("rosa", Role.ADMIN, by="test")
    if role is not None:
        here.access.accounts.create("bob", role, by="test")
        client.post("/sign-in", data={"secret": here.access.accounts.link("bob", by="test").secret})
    with here.store() as uow:
        before = uow.changes.last()
    for path, fields in FORMS.items():
        assert client.post(path, data=fields).status_code == 403, path
    for path in ("/admin", "/admin/accounts"):
        answer = client.get(path)
        assert answer.status_code == 403
        assert "mole-9" not in answer.text
    with here.store() as uow:
        assert uow.changes.last() == before


@pytest.mark.parametrize("path", FORMS)
def test_another_sites_page_changes_nothing(signed_in: TestClient, here: Services, path: str) -> None:
    with here.store() as uow:
        before = uow.changes.last()
    for site in ("cross-site", "same-site"):
        assert signed_in.post(path, data=FORMS[path], headers={"Sec-Fetch-Site": site}).status_code == 403
    with here.store() as uow:
        assert uow.changes.last() == before


def drawn(services: Services, times: int = 30) -> Counter[str]:
    """Who is drawn, here and now."""
    rng, seats = random.Random(1), Counter[str]()
    with services.store() as uow:
        for _ in range(times):
            pair = services.battles.sampler.draw(uow, services.catalogue.contenders(), rng)
            seats.update((pair.contender_a, pair.contender_b))
    return seats


def test_a_contender_that_is_switched_off_is_drawn_nowhere_and_the_audit_sees_it(
    signed_in: TestClient, here: Services, there: Services
) -> None:
    assert set(drawn(there)) == {ZEBRA, QUOKKA, "mole-9"}
    answer = signed_in.post("/admin/contenders", data={"name": ZEBRA, "weight": "1"}, follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, "/admin#contenders")
    for process in (here, there):
        assert set(drawn(process)) == {QUOKKA, "mole-9"}
        # a process that starts now finds nothing new to tell
        assert process.access.control.keeper.catch_up() == []
    signed_in.post("/admin/contenders", data={"name": ZEBRA, "enabled": "yes", "weight": "2.5"})
    assert set(drawn(there)) == {ZEBRA, QUOKKA, "mole-9"}
    signed_in.post("/admin/contenders", data={"name": ZEBRA, "enabled": "yes", "weight": "4"})
    signed_in.post("/admin/contenders", data={"name": ZEBRA, "enabled": "yes", "weight": "4"})
    with here.store() as uow:
        events = uow.registry.all()
        noted = [change for change in uow.changes.recent(9) if change.subject == ZEBRA]
    told = [event for event in events if event.contender == ZEBRA][1:]
    kinds = RegistryEventKind
    assert [event.kind for event in told] == [kinds.REMOVED, kinds.REGISTERED, kinds.WEIGHTED]
    assert told[0].details["reason"] == "switched off"
    assert (told[1].details["weight"], told[2].details["weight"]) == ("2.5", "4.0")
    assert [change.actor for change in noted] == ["rosa"] * 3
    assert [change.details["weight"] for change in noted] == ["4.0", "2.5", "1.0"]
    assert replay(events).problems == ()
    page = signed_in.get("/admin").text
    assert "switched off" not in page
    assert page.count('class="chip ok">on<') == 3


@pytest.mark.parametrize("weight", ["0", "-1", "nan", "inf", "1001", "x", ""])
def test_a_weight_is_a_sensible_number(signed_in: TestClient, weight: str) -> None:
    answer = signed_in.post("/admin/contenders", data={"name": ZEBRA, "enabled": "yes", "weight": weight})
    assert answer.status_code == 422


def test_two_contenders_stay(here: Services) -> None:
    control = here.access.control
    control.set_contender(ZEBRA, enabled=False, weight=1, by="test")
    with pytest.raises(Conflict, match="needs two"):
        control.set_contender(QUOKKA, enabled=False, weight=1, by="test")
    with pytest.raises(NotFound):
        control.set_contender("nobody", enabled=True, weight=1, by="test")
    with pytest.raises(InvalidRequest):
        control.set_policy("random", by="test")
    for asked, rate in (("votes", "often"), ("nothing", "1/hour")):
        with pytest.raises(InvalidRequest):
            control.set_limit(asked, rate, by="test")


def test_the_rule_that_is_chosen_draws_and_is_stored_with_each_battle(
    signed_in: TestClient, here: Services, there: Services
) -> None:
    before = there.battles.create("One.").policy
    signed_in.post("/admin/policy", data={"rule": "weighted"})
    signed_in.post("/admin/contenders", data={"name": ZEBRA, "enabled": "yes", "weight": "200"})
    battle = there.battles.create("Two.")
    assert (before, battle.policy) == ("least-met", "weighted")
    assert 0 < battle.pair_probability < 1
    assert drawn(there, 200)[ZEBRA] > 170
    with here.store() as uow:
        declared = [event.details for event in uow.registry.all() if event.kind is RegistryEventKind.POLICY]
    assert [details["policy"] for details in declared] == ["least-met", "weighted"]
    assert declared[-1]["version"] == battle.policy_version
    assert here.facts.sampling().policy == "weighted"
    assert re.search(r'value="weighted" selected', signed_in.get("/admin").text)
    signed_in.post("/admin/policy", data={"rule": ""})
    assert there.battles.create("Three.").policy == "least-met"


def test_a_limit_that_is_chosen_holds_in_every_process(signed_in: TestClient, here: Services, there: Services) -> None:
    signed_in.post("/admin/limits", data={"asked": "battles", "rate": "1/hour"})
    found = there.access.limits.current()[Asked.BATTLES]
    assert found is not None
    assert found.count == 1
    signed_in.post("/admin/limits", data={"asked": "battles", "rate": "  "})
    signed_in.post("/admin/limits", data={"asked": "votes", "rate": "off"})
    with here.store() as uow:
        assert [change.details["rate"] for change in uow.changes.recent(2)] == ["off", ""]


def test_the_overview_tells_how_it_is_doing_and_escapes_what_it_tells(signed_in: TestClient, here: Services) -> None:
    here.figures.tell("host:1", {"idle": 2, "busy": 1, "idle_bytes": 2048})
    here.access.troubles.tell(_trouble())
    voted(here, 3, voter="f" * 32)
    page = signed_in.get("/admin").text
    assert "idle 2 · busy 1 · idle bytes 2 KiB" in page
    assert "&lt;script&gt;" in page
    assert "<script>x" not in page
    assert "req-7" in page
    assert re.search(r'<th scope="row">generation</th>', page)
    assert "f" * 32 not in page
    assert "120/hour" in page


def _trouble() -> Trouble:
    return Trouble(at="now", request_id="req-7", method="GET", path="/<script>x", code="unavailable", message="Away.")


def test_a_part_that_cannot_be_read_leaves_the_rest(url: str) -> None:
    engine = create_engine_for(url)
    services = assemble(store=SqlUnitOfWorkFactory(engine), admin=ADMIN, troubles=_Troubles())
    app = create_app(services)
    add_pages(app, services)
    page = TestClient(app).get("/admin", headers={"Authorization": f"Bearer {ADMIN}"})
    assert page.status_code == 200
    assert "Redis is away." in page.text
    assert ZEBRA in page.text
    engine.dispose()


def test_tokens_are_made_shown_once_and_revoked_on_the_page(signed_in: TestClient, here: Services) -> None:
    signed_in.post("/admin/accounts", data={"name": "nightly", "role": "voter"})
    made = signed_in.post("/admin/accounts/tokens", data={"name": "nightly", "title": "<i>run</i>", "days": "7"})
    secret = re.search(r"<code>(arena_[\w-]{43})</code>", made.text)
    assert secret
    assert "&lt;i&gt;run&lt;/i&gt;" in made.text
    page = signed_in.get("/admin/accounts").text
    assert secret[1] not in page
    assert "never" in page
    program = {"Authorization": f"Bearer {secret[1]}"}
    api = TestClient(signed_in.app)
    assert api.post("/api/v1/battles", json={"prompt": "x"}, headers=program).status_code == 201
    token_id = re.search(r'name="id" value="([0-9a-f]{32})"', page)
    assert token_id
    signed_in.post("/admin/accounts/tokens/revoke", data={"id": token_id[1]})
    assert api.post("/api/v1/battles", json={"prompt": "x"}, headers=program).status_code == 403
    assert ">revoked<" in signed_in.get("/admin/accounts").text
    assert signed_in.post("/admin/accounts/tokens/revoke", data={"id": "0" * 32}).status_code == 404
    assert "/sign-in?code=link_" in signed_in.post("/admin/accounts/links", data={"name": "nightly"}).text
    assert signed_in.post("/admin/accounts/close", data={"name": "rosa"}).status_code == 409
    signed_in.post("/admin/accounts/close", data={"name": "nightly"})
    assert ">closed<" in signed_in.get("/admin/accounts").text
    for fields in ({"name": "Bad Name", "role": "voter"}, {"name": "x", "role": "king"}):
        assert signed_in.post("/admin/accounts", data=fields).status_code == 422
    wrong = {"name": "rosa", "title": "x", "days": "many"}
    assert signed_in.post("/admin/accounts/tokens", data=wrong).status_code == 422
