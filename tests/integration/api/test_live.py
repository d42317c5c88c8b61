"""A whole battle over HTTP with a real store, a real event log and a real server."""

import json
import threading
from collections.abc import Iterator

import httpx
import pytest

from services.api.application import create_app
from services.api.streaming import StreamLimits
from services.container import Services
from services.domain.events import DeltaEvent
from services.domain.side import Side
from tests.fixtures.arena_services import finish_sides, judge
from tests.fixtures.served import serving

pytestmark = pytest.mark.redis


@pytest.fixture(scope="module")
def address(services: Services) -> Iterator[str]:
    """Where a real server listens."""
    app = create_app(services, stream_limits=StreamLimits(life_seconds=20, ping_seconds=0.2))
    with serving(app) as found:
        yield found


def test_a_viewer_who_loses_the_connection_misses_and_repeats_nothing(address: str, services: Services) -> None:
    with httpx.Client(base_url=address, timeout=15) as client:
        battle = client.post("/api/v1/battles", json={"prompt": "Count."}).json()["id"]
        for offset in range(5):
            services.events.append(battle, DeltaEvent(side=Side.A, offset=offset, text=str(offset)))
        seen: list[tuple[str, str]] = []
        with client.stream("GET", f"/api/v1/battles/{battle}/events") as stream:
            for fields in events(stream):
                seen.append((fields["id"], json.loads(fields["data"])["text"]))
                if len(seen) == 3:
                    break
        worker = threading.Thread(target=play, args=(services, battle))
        kinds = []
        headers = {"Last-Event-ID": seen[-1][0]}
        with client.stream("GET", f"/api/v1/battles/{battle}/events", headers=headers) as stream:
            worker.start()
            for fields in events(stream):
                kinds.append(fields["event"])
                if fields["event"] == "delta":
                    seen.append((fields["id"], json.loads(fields["data"])["text"]))
        worker.join()
        assert [text for _, text in seen] == ["0", "1", "2", "3", "4", "5"]
        assert len({cursor for cursor, _ in seen}) == 6
        assert kinds[-1] == "done"
        assert "judgement" not in kinds
        found = client.get(f"/api/v1/battles/{battle}").json()
        assert (found["state"], found["open_to_vote"]) == ("complete", True)
        assert found["sides"]["a"]["execution"]["stdout"]["preview"].startswith("2\n3\n5\n")
        headers = {"Idempotency-Key": "k", "X-Voter": "me"}
        vote = client.post(f"/api/v1/battles/{battle}/vote", json={"choice": "a"}, headers=headers)
        assert vote.status_code == 201
        assert client.get(f"/api/v1/battles/{battle}").json()["sides"]["a"]["contender"]


def play(services: Services, battle: str) -> None:
    """What workers would do."""
    services.events.append(battle, DeltaEvent(side=Side.A, offset=5, text="5"))
    finish_sides(services, battle)
    judge(services, battle)


def events(stream: httpx.Response) -> Iterator[dict[str, str]]:
    """Server-sent events as field maps."""
    fields: dict[str, str] = {}
    for line in stream.iter_lines():
        if line:
            name, _, value = line.partition(": ")
            fields[name] = value
        else:
            if "data" in fields:
                yield fields
            fields = {}
