"""Apps in a real Chromium, in a frame as the arena shows them: that they work, and what is recorded of their use."""

import json
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Frame, Page

from sandboxes.preview.policy import SANDBOX
from sandboxes.preview.settings import PreviewSettings
from tests.fixtures.browser import browser, site
from tests.fixtures.preview_apps import App, answer, app_in, body_of, header_of, preview_of, websocket_echo
from tests.fixtures.waiting import wait_for

pytestmark = pytest.mark.browser
LIVELY = """<!doctype html><title>app</title><link rel="stylesheet" href="/style.css"><p id="out">waiting</p>
<form action="/login" method="post"><input name="user" value="me"><button id="login">go</button></form>
<script type="module">
import { four } from "/module.js";
const said = { four, style: getComputedStyle(document.body).marginTop };
said.json = (await (await fetch("/data.json")).json()).n;
said.moved = await (await fetch("/moved")).text();
said.socket = await new Promise((done) => {
  const talk = new WebSocket(`ws://${location.host}/socket`);
  talk.onopen = () => talk.send("echo"); talk.onmessage = (event) => done(event.data); });
said.event = await new Promise((done) => { new EventSource("/events").onmessage = (event) => done(event.data); });
said.worker = await new Promise((done) => { new Worker("/worker.js").onmessage = (event) => done(event.data); });
said.blob = await (await fetch(URL.createObjectURL(new Blob(["blob"])))).text();
said.image = await new Promise((done) => { const i = new Image(); i.onload = () => done(i.width); i.src =
  "data:image/gif;base64,R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7"; });
localStorage.setItem("kept", "yes"); said.kept = localStorage.getItem("kept");
said.eval = eval("1 + 1");
document.getElementById("out").textContent = JSON.stringify(said);
</script>"""
SAID = {
    "four": 4, "style": "7px", "json": 5, "moved": "here", "socket": "echo", "event": "one", "worker": 6,
    "blob": "blob", "image": 1, "kept": "yes", "eval": 2,
}  # fmt: skip
FILES = {
    "/": answer(LIVELY),
    "/style.css": answer("body { margin-top: 7px }", "text/css"),
    "/module.js": answer("export const four = 4;", "text/javascript"),
    "/worker.js": answer("postMessage(6)", "text/javascript"),
    "/data.json": answer('{"n": 5}', "application/json"),
    "/moved": answer("", "text/html", "Location: /target", status="302 Found"),
    "/target": answer("here", "text/plain"),
    "/events": answer("data: one\n\n", "text/event-stream"),
}
USED = """<!doctype html><html><head><title>x</title></head><body style="height: 5000px">
<button id="plain" role="switch">secret label</button><input id="text"><input id="pass" type="password">
<canvas id="game" tabindex="0" width="100" height="100"></canvas><div id="host"></div>
<iframe id="inner" srcdoc="<button id=deep>x</button>"></iframe>
<script>
const root = document.getElementById("host").attachShadow({ mode: "open" });
root.innerHTML = "<textarea id='shadow'></textarea>";
document.getElementById("game").addEventListener("pointerdown", (event) => event.stopImmediatePropagation(), true);
setTimeout(() => { throw new Error("broken on purpose"); }, 50);
Promise.reject(new Error("refused on purpose"));
</script></body></html>"""


def lively(connection: socket.socket, head: bytes) -> None:
    """An app that uses what browsers have."""
    path = head.split(b" ")[1].decode()
    if path == "/socket":
        websocket_echo(connection, head)
    elif path == "/login":
        user = body_of(connection, head).decode().partition("=")[2]
        cookie = f"Set-Cookie: user={user}; Path=/; HttpOnly"
        connection.sendall(answer("", "text/html", "Location: /home", cookie, status="303 See Other"))
    elif path == "/home":
        connection.sendall(answer(f"<p id=home>{header_of(head, b'cookie').decode()}</p>"))
    else:
        connection.sendall(FILES.get(path, answer("nothing", status="404 Not Found")))


@pytest.fixture(scope="module")
def context(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BrowserContext]:
    with browser(tmp_path_factory.mktemp("profile")) as started:
        yield started


def framed(context: BrowserContext, app: App, port: int, arena: int) -> tuple[Page, Frame]:
    """The app in the arena's frame."""
    tab = context.new_page()
    tab.goto(f"http://arena.localhost:{arena}/")
    frame = f'<iframe sandbox="{SANDBOX}" src="http://{app.host}:{port}/" width="800" height="600"></iframe>'
    tab.set_content(frame)
    wait_for("the frame has loaded", lambda: any(app.host in one.url for one in tab.frames), 15)
    return tab, next(one for one in tab.frames if app.host in one.url)


def test_what_a_page_needs_works(context: BrowserContext, tmp_path: Path) -> None:
    with site({}) as (arena, _), app_in(tmp_path, lively, session="s-1") as app:
        settings = PreviewSettings(arena_origins=(f"http://arena.localhost:{arena}",))
        with preview_of(tmp_path, settings) as port:
            tab, frame = framed(context, app, port, arena)
            wait_for("all of it worked", lambda: frame.inner_text("#out") != "waiting", 20)
            assert json.loads(frame.inner_text("#out")) == SAID
            frame.click("#login")
            frame.wait_for_selector("#home")
            assert frame.inner_text("#home") == "user=me"
            tab.close()


def recorded(app: App) -> list[dict[str, Any]]:
    """What the file holds."""
    file = app.folder / "interactions.jsonl"
    return [json.loads(line) for line in file.read_text().splitlines()] if file.exists() else []


def at_rest(tab: Page, frame: Frame) -> bool:
    """Whether the page has stopped scrolling."""
    before = frame.evaluate("scrollY")
    tab.wait_for_timeout(200)
    return bool(frame.evaluate("scrollY") == before)


def test_how_an_app_is_used_is_recorded(context: BrowserContext, tmp_path: Path) -> None:
    def handle(connection: socket.socket, head: bytes) -> None:
        connection.sendall(answer(USED) if head.startswith(b"GET / ") else answer("", status="404 Not Found"))

    with site({}) as (arena, _), app_in(tmp_path, handle, session="battle-7-a") as app:
        settings = PreviewSettings(arena_origins=(f"http://arena.localhost:{arena}",))
        with preview_of(tmp_path, settings) as port:
            tab, frame = framed(context, app, port, arena)
            frame.wait_for_load_state("load")
            frame.click("#plain")
            frame.click("#text")
            tab.keyboard.type("topsecret")
            frame.click("#pass")
            tab.keyboard.type("hunter2")
            frame.evaluate("document.getElementById('host').shadowRoot.getElementById('shadow').focus()")
            tab.keyboard.type("inshadow")
            frame.click("#game", position={"x": 10, "y": 20})
            for key in ("ArrowLeft", "w", " ", "q"):
                tab.keyboard.press(key)
            # the space bar scrolls, and does not jump: a click on the way would miss
            wait_for("the page rests", lambda: at_rest(tab, frame), 15)
            frame.frame_locator("#inner").locator("#deep").click()
            frame.evaluate("scrollTo(0, 800)")
            wait_for("the scroll is recorded", lambda: any(one["kind"] == "scroll" for one in recorded(app)), 15)
            frame.evaluate("dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter' }))")
            tab.goto("about:blank")
            wait_for("the end is recorded", lambda: any(one["kind"] == "visibility" for one in recorded(app)), 15)
            tab.close()
            events = recorded(app)
            text = (app.folder / "interactions.jsonl").read_text()
    assert {one["session"] for one in events} == {"battle-7-a"}
    clicks = [(one["tag"], one["role"]) for one in events if one["kind"] == "click"]
    # one that misses a frame which is still being laid out lands on the page, and is made again
    clicks = [found for found in clicks if found[0] not in ("html", "body")]
    assert clicks == [("button", "switch"), ("input", ""), ("input", ""), ("canvas", ""), ("button", "")]
    assert [one["key"] for one in events if one["kind"] == "key"] == ["ArrowLeft", "wasd", "Space", "other"]
    assert sum(one["count"] for one in events if one["kind"] == "typed") == len("topsecret" + "hunter2" + "inshadow")
    assert [one["message"] for one in events if one["kind"] == "error"] == ["Uncaught Error: broken on purpose"]
    assert [one["message"] for one in events if one["kind"] == "rejection"] == ["refused on purpose"]
    assert [one["y"] for one in events if one["kind"] == "scroll"][-1] == 800
    assert [one["embedded"] for one in events if one["kind"] == "start"] == [False, True]
    assert [word for word in ("topsecret", "hunter", "inshadow", "secret label") if word in text] == []
