"""From a vote to the open leaderboard page, through the real queue, worker and store."""

import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from shutil import rmtree

import httpx
import pytest
from playwright.sync_api import expect

from services.domain.registry_event import RegistryEventKind
from services.entrypoints.asgi import make_asgi
from services.settings import Settings
from tests.fixtures.browser import browser, leading
from tests.fixtures.served import serving
from tests.fixtures.waiting import wait_for
from tests.integration.worker.arena_in_a_folder import PROMPT, arena, finished, write_recordings

pytestmark = [pytest.mark.engine, pytest.mark.browser]
VOTES = 3


@pytest.fixture
def folder() -> Iterator[Path]:
    # short, for it holds sockets
    found = Path(tempfile.mkdtemp(prefix="arena-l-"))
    yield found
    rmtree(found, ignore_errors=True)


def test_votes_appear_on_the_open_page(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    models = write_recordings(folder, {name: f"```python\nprint('{name}')\n```\n" for name in ("one", "two")})
    for name, value in {"DATA_DIR": folder / "data", "MODELS_FILE": models, "JUDGE": "none"}.items():
        monkeypatch.setenv(f"ARENA_{name}", str(value))
    with ExitStack() as stack:
        assembly, _ = stack.enter_context(arena(Settings()))
        address = stack.enter_context(serving(make_asgi(assembly)))
        with assembly.store() as uow:
            # before anybody can ask for a battle the history says who can be drawn, and how
            history = {(event.kind, event.contender) for event in uow.registry.all()}
        kinds = RegistryEventKind
        assert history == {(kinds.REGISTERED, "one"), (kinds.REGISTERED, "two"), (kinds.POLICY, "")}
        client = stack.enter_context(httpx.Client(base_url=address, timeout=30))
        battles = [assembly.services.battles.create(PROMPT, judges=()) for _ in range(VOTES)]
        for battle in battles:
            wait_for("the battle ends", lambda battle=battle: finished(assembly, battle), 120)  # type: ignore[misc]
        page = stack.enter_context(browser(folder / "profile", leading({}))).new_page()
        page.goto(f"{address.replace('127.0.0.1', 'localhost')}/leaderboard")
        expect(page.locator("#board-part")).to_contain_text("Nothing has been judged yet.")
        for number, battle in enumerate(battles, start=1):
            start = time.monotonic()
            path, headers = f"/api/v1/battles/{battle.id}/vote", {"Idempotency-Key": "k", "X-Voter": f"me-{number}"}
            assert client.post(path, json={"choice": "a"}, headers=headers).status_code == 201
            expect(page.locator("#board-part caption")).to_contain_text(f"{number} judgements", timeout=15_000)
            print(f"from vote to page: {time.monotonic() - start:.2f} s")
        assert page.locator("#board-part tbody tr").count() == 2
