"""The whole way of a newcomer, with nothing played: real queue, worker, sandboxes, previews, browser."""

import socket
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from shutil import rmtree

import pytest
from playwright.sync_api import expect

from sandboxes.preview.server import running
from sandboxes.recipes import build
from services.entrypoints.asgi import make_asgi
from services.entrypoints.preview import make_preview
from services.settings import Settings
from tests.fixtures.browser import browser, leading
from tests.fixtures.served import serving
from tests.integration.worker.arena_in_a_folder import PROMPT, arena, write_recordings

pytestmark = [pytest.mark.engine, pytest.mark.redis, pytest.mark.browser]
MILLISECONDS = 120_000
PAGE = """Here is the page.
```html
<!doctype html><html lang="en"><title>Counter</title><h1>Counting</h1>
<button>Add</button> <output>0</output>
<script>let n = 0;
document.querySelector("button").onclick = () => document.querySelector("output").value = ++n;</script>
</html>
```
"""
PROGRAM = """It prints.
```python
print("from the program")
```
"""


@pytest.fixture
def folder() -> Iterator[Path]:
    # short, for it holds sockets
    found = Path(tempfile.mkdtemp(prefix="arena-j-"))
    yield found
    rmtree(found, ignore_errors=True)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as found:
        return int(found.getsockname()[1])


def test_from_a_prompt_to_the_board(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    models, port = write_recordings(folder, {"page": PAGE, "program": PROGRAM}), free_port()
    names = {"DATA_DIR": folder / "data", "MODELS_FILE": models, "JUDGE": "none", "APP_BYTES": 2 << 30}
    for name, value in {**names, "PREVIEW_ORIGIN": f"http://*.preview.arena.localhost:{port}"}.items():
        monkeypatch.setenv(f"ARENA_{name}", str(value))
    complaints: list[str] = []
    with ExitStack() as stack:
        settings = Settings()
        assembly, _ = stack.enter_context(arena(settings))
        build(None, assembly.registry, ("python", "html", "camera", "cdn"))
        address = stack.enter_context(serving(make_asgi(assembly))).replace("127.0.0.1", "localhost")
        framed = make_preview(settings.model_copy(update={"arena_origins": (address,)}))
        stack.enter_context(running(framed, lambda found: found.serve_tcp("127.0.0.1", port)))
        page = stack.enter_context(browser(folder / "profile", leading({}))).new_page()
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))

        page.goto(address)
        page.get_by_role("checkbox", name="I have read").check()
        page.locator("#prompt").fill(PROMPT)
        page.keyboard.press("Control+Enter")
        page.wait_for_url("**/battles/*")
        expect(page.get_by_role("button", name="A is better")).to_be_enabled(timeout=MILLISECONDS)

        frame = page.locator(".side iframe")
        expect(frame).to_have_count(1)
        side = "a" if page.locator("#side-a iframe").count() else "b"
        other = "b" if side == "a" else "a"
        app = page.frame_locator(f"#side-{side} iframe")
        app.get_by_role("button", name="Add").click()
        expect(app.locator("output")).to_have_text("1")
        expect(page.locator(f'[data-part="console-{other}"]')).to_contain_text("from the program")

        page.keyboard.press("Escape")
        page.locator("#battle h1").evaluate("() => document.activeElement.blur()")
        page.keyboard.press("1" if side == "a" else "4")
        expect(page.locator("#status")).to_have_text("The vote is recorded.")
        expect(page.locator("#reveal .won")).to_contain_text("page")
        page.get_by_role("link", name="See the leaderboard").click()
        expect(page.locator("#board-part caption")).to_contain_text("1 judgements", timeout=30_000)
        expect(page.locator("#board-part")).to_contain_text("page")
        assert complaints == []
