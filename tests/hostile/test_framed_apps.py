"""An app that attacks the battle page that frames it: nothing comes of it, and voting goes on."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Dialog, Download, Page, expect

from services.api.security import COOKIE
from tests.fixtures.battle_stage import APP_HOST, staged
from tests.fixtures.browser import browser, leading

pytestmark = pytest.mark.browser
# each attempt tells how it ended in the app's own title, which the page cannot see
ATTACK = """<!doctype html><html lang="en"><meta charset="utf-8"><title>attack</title><input id="catch" autofocus>
<pre id="told"></pre><script>
const told = [];
const attempt = async (name, act) => {
  let end;
  try { end = String(await act()); } catch (error) { end = error.name; }
  told.push(`${name}=${end}`);
  document.getElementById("told").textContent = told.join("\\n");
};
(async () => {
  await attempt("parent", () => parent.document.title);
  await attempt("vote", () => parent.document.querySelector(".vote button").click());
  await attempt("storage", () => parent.localStorage.length);
  await attempt("cookie", () => document.cookie);
  await attempt("top", () => { top.location = "about:blank#gone"; return "asked"; });
  await attempt("popup", () => window.open("about:blank"));
  await attempt("alert", () => { for (let n = 0; n < 50; n++) alert("again"); return "asked"; });
  addEventListener("beforeunload", (event) => event.preventDefault());
  await attempt("download", () => {
    Object.assign(document.createElement("a"), { href: "data:,x", download: "x.bin" }).click();
    return "asked";
  });
  await attempt("worker", async () => (await navigator.serviceWorker.register("/")).scope);
  await attempt("full", () => document.documentElement.requestFullscreen());
  for (let n = 0; n < 20; n++) { document.getElementById("catch").focus(); window.focus(); }
  parent.postMessage({ choice: "a" }, "*");
  told.push("done");
  document.getElementById("told").textContent = told.join("\\n");
})();
</script></html>"""


@pytest.fixture(scope="module")
def chrome(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BrowserContext]:
    """A browser that finds the app."""
    with browser(tmp_path_factory.mktemp("profile"), leading({APP_HOST: "127.0.0.1"})) as found:
        yield found


def test_an_app_cannot_touch_the_battle_that_frames_it(chrome: BrowserContext, tmp_path: Path) -> None:
    dialogs: list[Dialog] = []
    downloads: list[Download] = []
    opened: list[Page] = []
    with staged(chrome, tmp_path, ATTACK) as stage:
        page = stage.page
        page.on("dialog", lambda found: dialogs.append(found))  # noqa: PLW0108 - playwright wants a function
        page.on("download", lambda found: downloads.append(found))  # noqa: PLW0108
        battle_id = stage.ready()
        chrome.on("page", lambda found: opened.append(found))  # noqa: PLW0108
        told = page.frame_locator('[data-part="preview-a"] iframe').locator("#told")
        expect(told).to_contain_text("done")
        ends = dict(line.partition("=")[::2] for line in told.inner_text().splitlines())
        assert ends["parent"] == ends["vote"] == ends["storage"] == "SecurityError"
        assert COOKIE not in ends["cookie"]
        assert ends["popup"] == "null"
        assert (dialogs, downloads, opened) == ([], [], [])
        assert page.url.endswith(battle_id)
        assert page.evaluate("() => document.fullscreenElement") is None
        # what the browser says of refused attempts is said of the app
        refused = (
            "sandbox",
            "Blocked",
            "Unsafe attempt",
            "ignored",
            "Permissions",
            "ermission",
            "service",
            "fullscreen",
        )
        stage.complaints[:] = [one for one in stage.complaints if not any(word in one for word in refused)]
        with stage.services.store() as uow:
            assert uow.votes.find(battle_id) is None
        page.get_by_role("button", name="Tie").click()
        expect(page.locator("#status")).to_have_text("The vote is recorded.")


def test_an_app_takes_no_focus_from_who_types_and_is_given_it(chrome: BrowserContext, tmp_path: Path) -> None:
    greedy = "<!doctype html><title>x</title><input autofocus><script>setInterval(() => window.focus(), 100)</script>"
    with staged(chrome, tmp_path, greedy) as stage:
        stage.ready()
        page = stage.page
        field = page.frame_locator('[data-part="preview-a"] iframe').locator("input")
        expect(field).to_be_visible()
        page.locator("#help summary").click()
        page.locator("#keys").focus()
        for _ in range(12):
            page.keyboard.press("ArrowDown")
            page.wait_for_timeout(50)
        expect(page.locator("#keys")).to_be_focused()
        # who has stopped typing may go there
        page.wait_for_timeout(1600)
        field.click()
        page.keyboard.type("typed")
        expect(field).to_have_value("typed")
        stage.complaints[:] = [one for one in stage.complaints if "focus" not in one]
