"""Nothing that a voter can fetch before the vote tells who is in their battle: any route, any event, any header."""

import re
from collections.abc import Iterator
from dataclasses import replace

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from services.api.application import create_app
from services.api.streaming import StreamLimits
from services.arena.board_facts import QUIET
from services.container import Services
from services.domain.answer import SidePhase
from services.domain.events import DeltaEvent, ProblemEvent
from services.domain.side import Side
from services.web.site import add_pages
from tests.fixtures.arena_services import NAMES, finish_sides, judge

PUBLIC = re.compile(
    r"^/(leaderboard|contenders|side-by-side|chat|audit|method|api/v1/(leaderboard|audit|openapi\.json|docs|redoc))"
)
"""Who there is at all is no secret: these name contenders of the arena, never those of one battle."""
_NAME = re.compile(r"{(\w+)(?::\w+)?}")
VALUES = {
    "side": "a",
    "name": "desktop",
    "path": "main.py",
    "stream": "stdout",
    "ending": "jsonl",
    "number": "1",
    "execution_id": "0" * 32,
    "batch_id": "0" * 32,
}


@pytest.fixture
def app(stored: Services) -> FastAPI:
    # draws are told as late as in a real arena
    real = replace(stored, facts=replace(stored.facts, quiet=QUIET))
    found = create_app(real, stream_limits=StreamLimits(life_seconds=0.3, ping_seconds=0.05))
    add_pages(found, real)
    return found


@pytest.fixture
def browser(app: FastAPI) -> Iterator[TestClient]:
    headers = {"Sec-Fetch-Site": "same-origin", "X-Voter": "me"}
    with TestClient(app, headers=headers, raise_server_exceptions=False, follow_redirects=False) as found:
        yield found


def places(app: FastAPI, battle: str) -> list[str]:
    """Every address that can be got, with this battle where an id stands."""
    found, values = [], VALUES | {"battle_id": battle}
    for path in got(app):
        unknown = [name for name in _NAME.findall(path) if name not in values]
        assert not unknown, f"say in VALUES what {unknown} of {path} can be, so that the test fetches it"
        found.append(_NAME.sub(lambda name: values[name[1]], path))
    assert len(found) > 40
    return found


def got(app: FastAPI) -> Iterator[str]:
    """The path of every route that answers GET, those of included routers, too."""
    for route in app.routes:
        contexts = getattr(route, "effective_route_contexts", None)
        for one in contexts() if contexts is not None else [route]:
            if "GET" in (getattr(one, "methods", None) or ()):
                yield str(getattr(one, "path", ""))


def secrets(services: Services, battle: str) -> list[str]:
    """What tells who is in the battle: names, models, organisations, in any case."""
    with services.store() as uow:
        found = uow.battles.get(battle)
    pair = (found.contender_a, found.contender_b)
    cards = [one for one in services.catalogue.contenders() if one.name in pair]
    return [word.lower() for one in cards for word in (one.name, one.model, one.organisation) if word]


def begin(services: Services, browser: TestClient, *, state: str) -> str:
    """A battle of this client in this state, with a voter's page open on it."""
    asked = browser.post("/api/v1/battles", json={"prompt": "Print the primes."})
    battle = str(asked.json()["id"])
    if state == "writing":
        with services.store() as uow:
            for answer in uow.answers.of_battle(battle):
                uow.answers.update(replace(answer, phase=SidePhase.WRITING))
            uow.commit()
        services.events.append(battle, DeltaEvent(side=Side.A, offset=0, text="Here you are"))
        services.events.append(
            battle, ProblemEvent(side=Side.B, code="trouble", message=f"{NAMES[0]} and {NAMES[1]} are slow.")
        )
    if state in ("judging", "complete"):
        finish_sides(services, battle)
    if state == "complete":
        judge(services, battle)
    return battle


@pytest.mark.parametrize("state", ["queued", "writing", "judging", "complete"])
def test_no_page_fragment_event_or_header_names_who_answers(
    app: FastAPI, stored: Services, browser: TestClient, state: str
) -> None:
    battle = begin(stored, browser, state=state)
    words, seen = secrets(stored, battle), 0
    assert len(words) >= 4
    for place in places(app, battle):
        answer = browser.get(place)
        assert answer.status_code < 500 or answer.status_code == 503, (place, answer.text[:300])
        said = f"{answer.headers} {answer.text}".lower()
        if not PUBLIC.match(place):
            assert [word for word in words if word in said] == [], place
        assert f"{battle}" not in said or not any(word in said for word in words), place
        seen += answer.status_code == 200
    assert seen >= 12, "most of these have something to show"


def test_nothing_public_changes_when_a_battle_begins(app: FastAPI, stored: Services, browser: TestClient) -> None:
    """Whoever looks at the boards before and after cannot tell whom they were given."""
    shown = [place for place in places(app, "0" * 32) if PUBLIC.match(place)]
    before = {place: _plain(browser.get(place).text) for place in shown}
    begin(stored, browser, state="complete")
    after = {place: _plain(browser.get(place).text) for place in shown}
    changed = [place for place in shown if before[place] != after[place]]
    # the boards of automatic judges live from judgements that come in before the vote
    assert [place for place in changed if "source" not in place] == []


def _plain(text: str) -> str:
    """Without nonces, ids and times, which are new each time."""
    return re.sub(r"nonce=\"[^\"]+\"|[0-9a-f]{16,}|\d{4}-\d\d-\d\d[T ][\d:.]+\S*", "", text)
