"""The camera on the real engine: Chromium in its own sandbox, pictures in their order, and what the report says."""

import shutil
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from sandboxes import camera, policy
from sandboxes.backends.docker_engine import DockerEngine
from sandboxes.errors import BackendLost
from sandboxes.png_check import png_size
from sandboxes.recipes import build, connect
from sandboxes.registry import Registry, images_folder
from sandboxes.result import Outcome
from sandboxes.runner import Session
from sandboxes.screenshots import PICTURES, Plan, Reason, Shots
from tests.fixtures.pages import serving

pytestmark = pytest.mark.engine

BOOT = f"camera-{uuid.uuid4().hex}"
ORIGIN = "http://abcdefghijklmnopqrstuvwxyz.preview.localhost:8300"
PAGES = {
    "/": """<!doctype html><title>Tasks</title><meta name=viewport content="width=device-width">
      <h1>My tasks</h1><form onsubmit="event.preventDefault(); const li = document.createElement('li');
      li.textContent = field.value; list.append(li); field.value = ''"><input id=field><button>Add</button></form>
      <ul id=list></ul><div style="height: 1500px"></div><footer style="display: none">hidden words</footer>
      <script>console.warn('be', 'careful'); fetch('/nothing'); setTimeout(() => { missing() }, 10)</script>""",
    "/wide": "<!doctype html><div style='width: 700px; height: 50px; background: teal'>wide</div>"
    "<meta name=viewport content='width=device-width'>",
    "/blank": "<!doctype html>",
    "/late": "<!doctype html><script>setTimeout(() => { document.body.innerHTML = '<h1>late</h1>' }, 700)</script>",
    "/game": """<!doctype html><canvas id=c width=400 height=300></canvas><p id=told></p><script>
      const pen = c.getContext('2d'); let x = 0; const held = [];
      addEventListener('keydown', (event) => { x += 20; held.push(event.code); told.textContent = held.join(' ') });
      const draw = () => { pen.fillStyle = 'navy'; pen.fillRect(0, 0, 400, 300); pen.fillStyle = 'gold';
      pen.fillRect(x, 100, 30, 30); requestAnimationFrame(draw) }; draw()</script>""",
    "/moving": """<!doctype html><h1>moves</h1>
      <div style="width: 50px; height: 50px; background: red; animation: a 1s infinite"></div>
      <style>@keyframes a { to { transform: translateX(300px) } }</style>""",
    "/three": """<!doctype html><canvas id=c width=300 height=200></canvas><script>
      const gl = c.getContext('webgl'); gl.clearColor(0, 0.5, 0, 1); gl.clear(gl.COLOR_BUFFER_BIT);
      document.title = gl ? 'has webgl' : 'has none'</script>""",
}

Look = Callable[..., Shots]


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DockerEngine]:
    registry = Registry.load()
    build(None, registry, (camera.ENVIRONMENT,))
    engine = DockerEngine(registry=registry, state_dir=tmp_path_factory.mktemp("state"), boot_id=BOOT)
    yield engine
    engine.close()
    client = connect()
    left = client.containers.list(all=True, filters={"label": f"runarena.boot={BOOT}"})
    client.close()
    assert left == []


@pytest.fixture(scope="module")
def session(engine: DockerEngine) -> Iterator[Session]:
    session = engine.open(camera.camera_request(f"{BOOT}-camera"))
    assert session.ready, session.result
    with serving(session.folder, PAGES):
        yield session
    session.close()


@pytest.fixture(scope="module")
def look(session: Session) -> Look:
    def shoot(path: str, kind: str = "web", **more: object) -> Shots:
        plan = Plan(url=ORIGIN + path, kind=kind, **more)  # type: ignore[arg-type]
        return camera.shoot(session.folder / policy.SOCKET_NAME, plan)

    return shoot


@pytest.fixture(scope="module")
def tasks(look: Look) -> Shots:
    return look("/")


def test_a_renderer_is_held_by_chromiums_own_sandbox_on_top_of_the_containers(tasks: Shots) -> None:
    cage = tasks.report.cage
    assert cage.holds
    assert cage.renderers
    assert cage.browser is not None
    for renderer in cage.renderers:
        assert (renderer.seccomp, renderer.filters > cage.browser.filters) == (2, True)
        assert len(renderer.pids) > 1
        assert renderer.network != cage.browser.network
        assert set(renderer.capabilities) == {"0"}


def test_a_web_page_is_looked_at_in_every_way_and_in_one_order(tasks: Shots) -> None:
    report = tasks.report
    assert [left.name for left in report.left_out] == ["keys"]
    assert report.left_out[0].reason is Reason.NO_KEY_LISTENER
    assert [found.name for found in tasks.pictures] == [name for name in PICTURES["web"] if name != "keys"]
    sizes = {found.name: (found.width, found.height) for found in tasks.pictures}
    assert sizes["stable"] == sizes["first-paint"] == sizes["scrolled"] == (1280, 800)
    assert sizes["phone"] == (390, 844)
    assert sizes["full-page"][0] == 1280
    assert 1500 < sizes["full-page"][1] < 2000
    for found in tasks.pictures:
        assert png_size(found.png) == (found.width, found.height)
        assert found.thumbnail_width == 320
        assert len(found.thumbnail) < len(found.png)
    assert len({found.png for found in tasks.pictures if found.name != "first-paint"}) == 6


def test_the_report_tells_what_the_page_said_and_how_it_lies(tasks: Shots) -> None:
    report = tasks.report
    assert (report.status, report.load_error, report.settled, report.blank) == (200, "", "settled", False)
    assert (report.title, report.overflow_desktop, report.overflow_phone) == ("Tasks", False, False)
    assert report.text.splitlines()[:2] == ["My tasks", "Add"]
    assert "hidden words" not in report.text
    assert ("warning", "be careful") in {(line.type, line.text) for line in report.console}
    assert report.page_errors == ("missing is not defined",)
    assert [
        (each.url.removeprefix(ORIGIN), each.reason) for each in report.failed_requests if "nothing" in each.url
    ] == [("/nothing", "HTTP 404")]
    assert (report.first_paint_seconds or 99) < (report.stable_seconds or 0)


def test_keys_reach_a_game(look: Look) -> None:
    shots = look("/game", pictures=("stable", "keys"))
    stable, keys = shots.pictures
    assert (stable.name, keys.name) == ("stable", "keys")
    assert stable.png != keys.png


def test_desktop_frames_are_taken_over_time_and_after_keys(look: Look) -> None:
    shots = look("/game", kind="desktop")
    assert {left.reason for left in shots.report.left_out} <= {Reason.NO_CHANGE}
    assert [found.name for found in shots.pictures] == ["frame-1", "frame-2", "frame-3", "keys"]
    first, second, third, keys = shots.pictures
    assert second.at_seconds - first.at_seconds >= 0.4
    assert third.at_seconds - second.at_seconds >= 0.4
    assert keys.png != third.png


def test_a_document_gets_three_pictures_at_most(look: Look) -> None:
    shots = look("/", kind="document")
    assert [found.name for found in shots.pictures] == ["stable", "full-page", "phone"]


@pytest.mark.parametrize(
    ("path", "settled", "blank", "overflow_phone"),
    [
        ("/wide", "settled", False, True),
        ("/blank", "settled", True, False),
        ("/moving", "animated", False, False),
        ("/late", None, False, False),
        ("/three", "settled", False, False),
    ],
)
def test_facts_of_pages(look: Look, path: str, settled: str | None, blank: bool, overflow_phone: bool) -> None:
    report = look(path, pictures=("stable", "phone")).report
    assert settled in {None, report.settled}
    assert (report.blank, report.overflow_desktop, report.overflow_phone) == (blank, False, overflow_phone)
    if path == "/three":
        assert report.title == "has webgl"
    if path == "/late":
        assert report.text == "late"


def test_an_app_that_is_gone_is_a_report(session: Session, look: Look) -> None:
    (session.folder / camera.WEB_SOCKET).rename(session.folder / "away")
    try:
        report = look("/").report
    finally:
        (session.folder / "away").rename(session.folder / camera.WEB_SOCKET)
    assert {left.reason for left in report.left_out} == {Reason.NOT_LOADED}
    assert report.load_error


def test_where_the_inner_sandbox_cannot_be_there_is_no_camera(tmp_path: Path) -> None:
    folder = tmp_path / "images"
    for name in ("base", camera.ENVIRONMENT):
        shutil.copytree(images_folder() / name, folder / name)
    settings = folder / camera.ENVIRONMENT / "environment.yaml"
    settings.write_text(settings.read_text().replace("inner_sandbox: true", "inner_sandbox: false"))
    registry = Registry.load(folder)
    (image,) = build(None, registry, (camera.ENVIRONMENT,))
    engine = DockerEngine(registry=registry, state_dir=tmp_path / "state", boot_id=f"{BOOT}-none")
    try:
        session = engine.open(camera.camera_request(f"{BOOT}-none"))
        assert (session.ready, session.result is not None) == (False, True)
        assert session.result is not None
        assert session.result.outcome is Outcome.FAILED
        assert "Chromium did not start inside its own sandbox" in session.result.stderr.data.decode()
    finally:
        engine.close()
        client = connect()
        client.images.remove(image.tag, force=True)
        client.close()


def test_no_camera_is_a_clear_error(tmp_path: Path) -> None:
    with pytest.raises(BackendLost, match="camera did not answer"):
        camera.shoot(tmp_path / "app.sock", Plan(url=ORIGIN, kind="web"))
