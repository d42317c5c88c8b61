"""Attacks on the preview by pages, in a real Chromium; each kind of leak works on a plain site."""

import socket
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Dialog, Download, Frame, Page
from playwright.sync_api import Error as PageError

from sandboxes.preview.policy import SANDBOX
from sandboxes.preview.settings import PreviewSettings
from tests.fixtures.browser import Trap, browser, leading, site
from tests.fixtures.preview_apps import DOMAIN, App, Handler, answer, app_in, pages, preview_of, websocket_echo
from tests.fixtures.waiting import wait_for
from tests.hostile.page_leaks import LEAKS, WORKER, page

pytestmark = pytest.mark.browser
OTHERS = {
    "page-dns-prefetch", "page-service-worker", "page-reads-parent", "page-arena-cookies", "page-cookie-for-arena",
    "page-download", "page-fullscreen", "page-pointer-lock", "page-alert-loop", "page-leave-trap",
    "page-endless-redirect", "page-websocket-flood", "page-other-app", "page-framed-by-stranger", "page-permissions",
    "page-document-domain",
}  # fmt: skip
IDS = {*LEAKS, *OTHERS}
HARMLESS = {"aria-notify", "sync-xhr", "unload", "media-playback-while-not-visible"}
# control, an app in a tab, an app in the arena's frame
NAMES = ("control", "tab", "frame")


@dataclass(kw_only=True)
class World:
    """A browser, its traps by name, the arena's site, a preview and where its apps are."""

    context: BrowserContext
    traps: dict[str, Trap]
    log: Path
    folder: Path
    port: int
    arena: int
    answers: dict[str, tuple[dict[str, str], str]]
    asked: list[dict[str, str]]

    def address(self, app: App, path: str = "/") -> str:
        """Where a browser finds the app."""
        return f"http://{app.host}:{self.port}{path}"

    def open(self, address: str) -> Page:
        """A new tab."""
        tab = self.context.new_page()
        tab.goto(address, wait_until="commit")
        return tab

    def open_framed(self, app: App, path: str = "/") -> tuple[Page, Frame]:
        """The arena's page with the app in its frame, as the arena frames it."""
        policy = f"default-src 'none'; frame-src http://*.{DOMAIN}:{self.port}"
        frame = f'<iframe sandbox="{SANDBOX}" src="{self.address(app, path)}" width="600" height="400"></iframe>'
        cookie = "arena_session=secret; HttpOnly; SameSite=Strict; Path=/"
        self.answers["/battle"] = ({"Content-Security-Policy": policy, "Set-Cookie": cookie}, frame)
        tab = self.context.new_page()
        tab.goto(f"http://arena.localhost:{self.arena}/battle")
        found = next(one for one in tab.frames if one.parent_frame)
        return tab, found


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("pages")
    traps = {name: Trap() for name in NAMES}
    log = folder / "net.json"
    answers: dict[str, tuple[dict[str, str], str]] = {}
    led = {f"{name}.evil.example": f"127.0.0.1:{trap.port}" for name, trap in traps.items()}
    # that these are looked up is seen in the browser's own log
    rules = leading({**led, **{f"{name}.looked.example": f"{name}.looked.localhost" for name in NAMES}})
    (folder / "apps").mkdir()
    with site(answers) as (arena, asked):
        settings = PreviewSettings(arena_origins=(f"http://arena.localhost:{arena}",))
        running = preview_of(folder / "apps", settings)
        with running as port, browser(folder / "profile", rules, f"--log-net-log={log}") as context:
            yield World(
                context=context, traps=traps, log=log, folder=folder / "apps", port=port, arena=arena,
                answers=answers, asked=asked,
            )  # fmt: skip
    for trap in traps.values():
        trap.close()


@pytest.fixture(autouse=True)
def _tidy(world: World) -> Iterator[None]:
    yield
    for tab in world.context.pages:
        tab.close()
    for trap in world.traps.values():
        trap.empty()
    world.asked.clear()


def leaving(attack: str) -> Handler:
    """An app whose pages try that."""

    def handle(connection: socket.socket, head: bytes) -> None:
        path, _, query = head.split(b" ")[1].decode().partition("?")
        if path == "/away":
            connection.sendall(answer("", "text/html", f"Location: http://{query}/", status="302 Found"))
        elif path == "/worker.js":
            connection.sendall(answer(WORKER, "text/javascript"))
        else:
            connection.sendall(answer(page(attack)))

    return handle


@pytest.mark.parametrize("attack", LEAKS)
def test_nothing_leaves_the_app_s_origin(world: World, attack: str) -> None:
    control = {"/control": ({}, page(attack)), "/worker.js": ({"Content-Type": "text/javascript"}, WORKER)}
    world.answers.update(control)
    world.answers["/away"] = ({"Refresh": "0"}, "")
    with app_in(world.folder, leaving(attack)) as app:
        tab = world.open(world.address(app, f"/tab#{world.traps['tab'].port}"))
        world.open_framed(app, f"/frame#{world.traps['frame'].port}")
        if "redirect" not in attack:
            world.open(f"http://localhost:{world.arena}/control#{world.traps['control'].port}")
            wait_for("the plain site's page gets out", lambda: bool(world.traps["control"].caught), 15)
        wait_for("the app's page came", lambda: len(app.requests) >= 2, 15)
        # what got out of the plain site at once has had as long here, and half a second more
        tab.wait_for_timeout(500)
        assert world.traps["tab"].caught == []
        assert world.traps["frame"].caught == []


def test_names_are_not_looked_up(world: World) -> None:
    """page-dns-prefetch"""
    text = "<!doctype html><body><script>document.body.append(Object.assign(document.createElement('link'),"
    hint = text + "{ rel: 'dns-prefetch', href: '//NAME.looked.example' }))</script>"
    world.answers["/hint"] = ({}, hint.replace("NAME", "control"))
    files = {f"/{name}": answer(hint.replace("NAME", name)) for name in ("tab", "frame")}
    with app_in(world.folder, pages(files)) as app:
        world.open(world.address(app, "/tab"))
        world.open_framed(app, "/frame")
        world.open(f"http://localhost:{world.arena}/hint").wait_for_timeout(500)

        def looked_up() -> set[str]:
            lines = [line for line in world.log.read_text(errors="replace").splitlines() if '"host":"' in line]
            return {name for name in NAMES if any(f"{name}.looked.localhost" in line for line in lines)}

        wait_for("the plain site's name is in the log", lambda: "control" in looked_up(), 20)
        assert looked_up() == {"control"}


REGISTER = "() => navigator.serviceWorker.register('/sw.js').then(() => 'registered', (e) => e.name)"


def test_service_workers_are_not_registered(world: World) -> None:
    """page-service-worker"""
    world.answers["/sw.js"] = ({"Content-Type": "text/javascript"}, "onfetch = () => {}")
    world.answers["/plain"] = ({}, "x")
    files = {"/": answer("x"), "/sw.js": answer("onfetch = () => {}", "text/javascript", "Service-Worker-Allowed: /")}
    with app_in(world.folder, pages(files)) as app:
        assert world.open(f"http://localhost:{world.arena}/plain").evaluate(REGISTER) == "registered"
        assert world.open(world.address(app)).evaluate(REGISTER) != "registered"
        assert world.open_framed(app)[1].evaluate(REGISTER) != "registered"
        assert not any(b" /sw.js " in head for head in app.requests)


READS = {
    "document": "() => { try { return String(parent.document.cookie); } catch (e) { return e.name; } }",
    "storage": "() => { try { return String(parent.localStorage.length); } catch (e) { return e.name; } }",
    "address": "() => { try { return String(top.location.href); } catch (e) { return e.name; } }",
}


def test_the_arena_s_page_cannot_be_read(world: World) -> None:
    """page-reads-parent"""
    with app_in(world.folder, pages({"/": answer("x")})) as app:
        _, frame = world.open_framed(app)
        assert {what: frame.evaluate(script) for what, script in READS.items()} == dict.fromkeys(READS, "SecurityError")


def test_cookies_stay_where_they_belong(world: World) -> None:
    """page-arena-cookies, page-cookie-for-arena"""
    stores = """() => { for (const more of ["mine=1", "top=1; domain=localhost", "wide=1; domain=arena.localhost",
      "__Host-arena_session=forged; domain=arena.localhost; Secure", "__Host-arena_session=forged; Secure"])
      document.cookie = `${more}; path=/`; return document.cookie; }"""
    with app_in(world.folder, pages({"/": answer("x"), "/again": answer("y")})) as app:
        tab, frame = world.open_framed(app)
        kept = frame.evaluate(stores)
        frame.evaluate("() => fetch('/again')")
        wait_for("the app was asked again", lambda: b" /again " in app.requests[-1], 10)
        # an app of the same site keeps its cookies, and may leave some for all of the site, but none with this prefix
        assert "mine=1" in kept
        assert "mine=1" in app.seen()
        assert not any(b"arena_session" in head for head in app.requests)
        world.asked.clear()
        tab.reload()
        world.open(f"http://localhost:{world.arena}/battle")
        found = {(asked["host"].partition(":")[0], asked.get("cookie", "")) for asked in world.asked}
        assert ("arena.localhost", "arena_session=secret; wide=1") in found
        assert ("localhost", "") in found


def test_downloads_do_not_begin(world: World) -> None:
    """page-download"""
    files = {"/": answer("x"), "/file": answer("x", "application/zip", "Content-Disposition: attachment")}
    script = """() => { const a = document.createElement("a"); a.href = "/file"; a.download = "x"; a.click();
      location.href = "/file"; }"""
    with app_in(world.folder, pages(files)) as app:
        tab, frame = world.open_framed(app)
        alone = world.open(world.address(app))
        begun: list[object] = []

        def keep(download: Download) -> None:
            begun.append(download)

        for one in (tab, alone):
            one.on("download", keep)
        for target in (frame, alone):
            target.evaluate(script)
        alone.wait_for_timeout(700)
        assert begun == []


def test_the_screen_is_not_taken_over(world: World) -> None:
    """page-fullscreen, page-pointer-lock"""
    text = """<!doctype html><button onclick="take()">x</button><script>
    const say = (what, taking) => taking.then(() => console.log(what), (error) => console.log(what, error.name));
    const take = () => say("screen", document.body.requestFullscreen());
    onload = () => say("pointer", document.body.requestPointerLock());</script>"""
    with app_in(world.folder, pages({"/": answer(text)})) as app:
        # nobody has clicked yet
        with world.context.expect_console_message(lambda said: said.text.startswith("pointer")) as pointer:
            _, frame = world.open_framed(app)
        with world.context.expect_console_message(lambda said: said.text.startswith("screen")) as screen:
            frame.click("button")
        assert (pointer.value.text, screen.value.text) == ("pointer NotAllowedError", "screen TypeError")


def test_dialogs_do_not_open(world: World) -> None:
    """page-alert-loop, page-leave-trap"""
    text = """<!doctype html><button>x</button><script>
    onbeforeunload = (event) => { event.preventDefault(); event.returnValue = "stay"; };
    const loop = () => { for (let n = 0; n < 1000; n += 1) { alert(n); confirm(n); prompt(n); } return "over"; };
    </script>"""
    shown: list[str] = []

    def show(dialog: Dialog) -> None:
        shown.append(dialog.message)
        dialog.dismiss()

    with app_in(world.folder, pages({"/": answer(text)})) as app:
        tab, frame = world.open_framed(app)
        tab.on("dialog", show)
        frame.click("button")
        assert frame.evaluate("loop()") == "over"
        tab.goto("about:blank")
        assert shown == []


def test_a_redirect_without_end_ends(world: World) -> None:
    """page-endless-redirect"""

    def handle(connection: socket.socket, head: bytes) -> None:
        number = int(head.split(b" ")[1].strip(b"/") or b"0")
        connection.sendall(answer("", "text/html", f"Location: /{number + 1}", status="302 Found"))

    with app_in(world.folder, handle) as app:
        with pytest.raises(PageError, match="TOO_MANY_REDIRECTS"):
            world.context.new_page().goto(world.address(app))
        assert len(app.requests) < 30


def test_a_flood_of_websockets_harms_no_neighbour(world: World) -> None:
    """page-websocket-flood"""
    script = """async (address) => {
      const all = Array.from({ length: 150 }, () => new WebSocket(address));
      const opened = await Promise.all(all.map((one) => new Promise((done) => {
        one.onopen = () => { for (let n = 0; n < 20; n += 1) one.send("x".repeat(10000)); done(true); };
        one.onerror = () => done(false); })));
      return opened.filter(Boolean).length; }"""

    def handle(connection: socket.socket, head: bytes) -> None:
        if b"Sec-WebSocket-Key" in head or b"sec-websocket-key" in head:
            websocket_echo(connection, head)
        else:
            connection.sendall(answer("x"))

    with app_in(world.folder, handle) as app, app_in(world.folder, pages({"/": answer("fine")})) as neighbour:
        tab = world.open(world.address(app))
        opened = tab.evaluate(script, f"ws://{app.host}:{world.port}/")
        assert 0 < opened <= 64
        assert world.open(world.address(neighbour)).inner_text("body") == "fine"


def test_apps_do_not_reach_each_other(world: World) -> None:
    """page-other-app, page-document-domain"""
    text = "<!doctype html><script>try { document.domain = 'preview.arena.localhost'; } catch {}</script>x"
    frame_of = """(address) => new Promise((done) => {
      const frame = document.createElement("iframe"); frame.src = address; document.body.append(frame);
      frame.onload = () => { try { done(frame.contentWindow.document.body.innerText); } catch (e) { done(e.name); } };
    })"""
    says = pages({"/": answer(text)})
    with app_in(world.folder, says) as one, app_in(world.folder, says) as two:
        tab = world.open(world.address(one))
        assert tab.evaluate(frame_of, world.address(two)) == "SecurityError"
        fetched = "(address) => fetch(address).then(() => 'got', (e) => e.name)"
        assert tab.evaluate(fetched, world.address(two)) == "TypeError"
        assert two.requests == []


def test_strangers_cannot_frame_an_app(world: World) -> None:
    """page-framed-by-stranger"""
    with app_in(world.folder, pages({"/": answer("<p id=mine>x")})) as app, site({}) as (stranger, _):
        tab = world.open(f"http://localhost:{stranger}/")
        tab.set_content(f'<iframe src="{world.address(app)}"></iframe>')
        wait_for("the app was asked", lambda: bool(app.requests), 10)
        tab.wait_for_timeout(300)
        assert [frame.query_selector("#mine") for frame in tab.frames] == [None, None]


def test_every_feature_is_off_and_every_name_known(world: World) -> None:
    """page-permissions"""
    said: list[str] = []
    with app_in(world.folder, pages({"/": answer("x")})) as app:
        tab = world.context.new_page()
        tab.on("console", lambda message: said.append(message.text))
        tab.goto(world.address(app))
        allowed = set(tab.evaluate("document.featurePolicy.allowedFeatures()"))
        assert {name for name in allowed if not name.startswith("ch-")} <= HARMLESS
        assert [text for text in said if "nrecognized" in text or "Policy" in text] == []
