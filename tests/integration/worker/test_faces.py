"""A battle of programs with a face: pictures, a running page in a real browser, and the record of its use."""

import json
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from shutil import rmtree

import httpx
import pytest

from sandboxes.preview.server import running
from sandboxes.recipes import build
from services.domain.side import Side
from services.domain.visibility import Viewer
from services.entrypoints.asgi import make_asgi
from services.entrypoints.preview import make_preview
from services.settings import Settings
from tests.fixtures.browser import browser, leading
from tests.fixtures.served import serving
from tests.fixtures.waiting import wait_for
from tests.integration.worker.arena_in_a_folder import PROMPT, arena, finished, write_recordings

pytestmark = [pytest.mark.engine, pytest.mark.browser]

PAGE = """Here is the page.
```html
<!doctype html><title>Counter</title><h1>Counting</h1>
<script src="https://unpkg.com/jquery@3/dist/jquery.min.js"></script>
<button>Add</button> <output>0</output>
<script>let n = 0; $("button").on("click", () => $("output").text(++n));
fetch("https://example.com/").catch(() => console.log("nothing reached"));</script>
```
"""
BROKEN = """```jsx
import { useState } from "react";
export default function App() {
  const [n, setN] = useState(0);
  return <button onClick={() => setN(n + 1)}>{n}</button>
```
"""


@pytest.fixture
def folder() -> Iterator[Path]:
    # short, for it holds sockets
    found = Path(tempfile.mkdtemp(prefix="arena-f-"))
    yield found
    rmtree(found, ignore_errors=True)


def test_a_page_is_built_looked_at_tried_and_its_use_recorded(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    models = write_recordings(folder, {"page": PAGE, "broken": BROKEN})
    for name, value in {"DATA_DIR": folder / "data", "MODELS_FILE": models, "JUDGE": "none"}.items():
        monkeypatch.setenv(f"ARENA_{name}", str(value))
    monkeypatch.setenv("ARENA_APP_BYTES", str(2 << 30))
    settings = Settings()
    with ExitStack() as stack:
        assembly, _ = stack.enter_context(arena(settings))
        build(None, assembly.registry, ("html", "react", "camera", "cdn"))
        port = stack.enter_context(running(make_preview(settings), lambda found: found.serve_tcp("127.0.0.1", 0)))
        client = stack.enter_context(httpx.Client(base_url=stack.enter_context(serving(make_asgi(assembly)))))
        battle = assembly.services.battles.create(
            PROMPT, contenders=("page", "broken"), judges=("execution",), record_interactions=True
        )
        wait_for("the battle ends", lambda: finished(assembly, battle), 120)
        names = {side: battle.contender(side) for side in Side}
        page, broken = (next(side for side in Side if names[side] == name) for name in ("page", "broken"))
        shown = client.get(f"/api/v1/battles/{battle.id}").json()["sides"]
        failed = shown[broken.value]["execution"]
        assert (failed["outcome"], failed["phase"], failed["appearance"]) == ("compile_failed", "compile", None)
        assert "App" in failed["stderr"]["preview"] + failed["stdout"]["preview"]
        ran = shown[page.value]["execution"]
        assert (ran["outcome"], ran["phase"], ran["environment"]) == ("succeeded", "serve", "html")
        looks = ran["appearance"]
        assert {"stable", "clicked", "phone"} <= {picture["name"] for picture in looks["pictures"]}
        assert looks["facts"]["title"] == "Counter"
        assert "log: nothing reached" in looks["facts"]["console"]
        assert client.get(f"/api/v1/battles/{battle.id}/sides/{page.value}/pictures/clicked").content[1:4] == b"PNG"
        token = httpx.URL(ran["app"]["url"]).host.partition(".")[0]
        record = settings.sandbox_folder / "apps" / token / "interactions.jsonl"
        use(folder, f"http://{token}.preview.arena.localhost:{port}/", record)
        assert client.get(f"/api/v1/battles/{battle.id}/interactions").text == ""
        view = assembly.services.battles.view(battle.id, Viewer.OPERATOR)
        assert view.sides[page].execution is not None
    # with its worker the app has ended, and its record is left
    assert assembly.interactions.collect(settings.sandbox_folder / "records") == 1
    events = [json.loads(line) for line in assembly.interactions.of_battle(battle.id)]
    assert {event["side"] for event in events} == {page.value}
    kinds = [event["kind"] for event in events]
    assert kinds.count("click") >= 2
    assert "key" in kinds
    assert not any(name in json.dumps(events) for name in names.values() if name != "page")


def use(folder: Path, url: str, record: Path) -> None:
    """Try the page as a person would."""
    with browser(folder / "profile", leading({})) as context:
        page = context.new_page()
        page.goto(url)
        for _ in range(2):
            page.get_by_role("button", name="Add").click()
        assert page.locator("output").text_content() == "2"
        page.keyboard.press("ArrowDown")
        # the record is sent in pieces
        wait_for("the record of the key", lambda: record.exists() and "ArrowDown" in record.read_text(), 30)
