"""Environments of pages and documents: samples are opened and looked at, odd answers built, wrong ones told apart."""

import http.client
import socket
import uuid
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest
import yaml

from sandboxes.app_folder import reachable
from sandboxes.backends.docker_engine import DockerEngine
from sandboxes.camera import ENVIRONMENT as CAMERA
from sandboxes.camera import WEB_SOCKET, camera_request, shoot
from sandboxes.environment import Environment
from sandboxes.policy import SOCKET_NAME
from sandboxes.preview.apps import FolderApps
from sandboxes.preview.proxy import Preview
from sandboxes.preview.server import running
from sandboxes.preview.settings import PreviewSettings
from sandboxes.recipes import build, connect
from sandboxes.registry import Registry
from sandboxes.result import Outcome, Phase, RunResult
from sandboxes.runner import Session
from sandboxes.screenshots import PageReport, Plan
from sandboxes.spec import RunRequest
from sandboxes.stage_spec import Smoke

pytestmark = [pytest.mark.engine, pytest.mark.timeout(900)]

BOOT = f"web-{uuid.uuid4().hex}"
NAMES = ("html", "react", "vue", "svelte", "mermaid", "markdown", "svg")
REGISTRY = Registry.load()
SHOWN = [(REGISTRY.get(name), smoke) for name in NAMES for smoke in REGISTRY.get(name).smoke if smoke.text]
WRONG = [(REGISTRY.get(name), smoke) for name in NAMES for smoke in REGISTRY.get(name).smoke if not smoke.text]

ANSWERS = yaml.safe_load((Path(__file__).parents[2] / "fixtures/web_answers.yaml").read_text())

Files = dict[str, str]
Look = Callable[[Session, str], PageReport]


@pytest.fixture(scope="module")
def state(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("state")


@pytest.fixture(scope="module")
def engine(state: Path) -> Iterator[DockerEngine]:
    build(None, REGISTRY, (*NAMES, CAMERA))
    engine = DockerEngine(registry=REGISTRY, state_dir=state, boot_id=BOOT)
    yield engine
    engine.close()
    client = connect()
    left = client.containers.list(all=True, filters={"label": f"runarena.boot={BOOT}"})
    client.close()
    assert left == []


@pytest.fixture(scope="module")
def look(engine: DockerEngine, state: Path) -> Iterator[Look]:
    camera = engine.open(camera_request(f"{BOOT}-camera"))
    assert camera.ready, camera.result
    preview = Preview(FolderApps(state / "apps"), PreviewSettings())

    def see(session: Session, kind: str) -> PageReport:
        url = f"http://{session.token}.preview.localhost:8300/"
        plan = Plan(url=url, kind=kind, pictures=("stable",))  # type: ignore[arg-type]
        return shoot(camera.folder / SOCKET_NAME, plan, seconds=30).report

    with running(preview, lambda served: served.serve_unix(camera.folder / WEB_SOCKET, mode=0o666)):
        yield see
    camera.close()


def opened(engine: DockerEngine, environment: str, files: Files, entry: str = "") -> Session:
    request = RunRequest(
        key=f"{BOOT}-{uuid.uuid4().hex}",
        environment=environment,
        files={path: text.encode() for path, text in files.items()},
        entry=entry or next(iter(files)),
    )
    return engine.open(request)


def opened_sample(engine: DockerEngine, environment: Environment, smoke: Smoke) -> Session:
    files = {path: data.decode() for path, data in environment.smoke_files(smoke).items()}
    return opened(engine, environment.name, files, smoke.entry or environment.entry)


def failure(session: Session) -> tuple[RunResult, str]:
    result = session.result
    assert result is not None, session.close()
    return result, result.stderr.data.decode()


def ask(session: Session, path: str) -> tuple[int, str, bytes]:
    connection = http.client.HTTPConnection("localhost", timeout=10)
    connection.sock = socket.socket(socket.AF_UNIX)
    connection.sock.settimeout(10)
    with reachable(session.folder) as place:
        connection.sock.connect(place)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.status, answer.getheader("content-type") or "", answer.read()
    finally:
        connection.close()


def named(pair: tuple[Environment, Smoke]) -> str:
    return f"{pair[0].name}-{pair[1].name}"


@pytest.mark.parametrize("pair", SHOWN, ids=map(named, SHOWN))
def test_a_sample_shows_what_it_says_and_complains_of_nothing(
    pair: tuple[Environment, Smoke], engine: DockerEngine, look: Look
) -> None:
    environment, smoke = pair
    session = opened_sample(engine, environment, smoke)
    assert session.ready, failure(session)
    report = look(session, environment.kind)
    session.close()
    assert smoke.text.lower() in report.text.lower()
    assert (report.status, report.blank, report.page_errors) == (200, False, ())
    assert [line for line in report.console if line.type == "error"] == []


@pytest.mark.parametrize("pair", WRONG, ids=map(named, WRONG))
def test_a_sample_that_is_wrong_says_where(pair: tuple[Environment, Smoke], engine: DockerEngine) -> None:
    environment, smoke = pair
    result, said = failure(opened_sample(engine, environment, smoke))
    assert (result.outcome, result.phase) == (smoke.outcome, smoke.phase)
    assert f"{smoke.entry or environment.entry}:" in said


@pytest.mark.parametrize("name", ANSWERS["shown"])
def test_an_answer_is_completed_and_shown(name: str, engine: DockerEngine, look: Look) -> None:
    answer = ANSWERS["shown"][name]
    session = opened(engine, answer["environment"], answer["files"])
    assert session.ready, failure(session)
    report = look(session, REGISTRY.get(answer["environment"]).kind)
    session.close()
    assert answer["text"] in " ".join(report.text.split())
    assert report.page_errors == ()


@pytest.mark.parametrize("name", ANSWERS["wrong"])
def test_what_is_wrong_ends_the_compile_stage_with_its_place(name: str, engine: DockerEngine) -> None:
    answer = ANSWERS["wrong"][name]
    result, said = failure(opened(engine, answer["environment"], answer["files"]))
    assert (result.outcome, result.phase) == (Outcome.COMPILE_FAILED, Phase.COMPILE)
    assert [part for part in answer["said"] if part.lower() not in said.lower()] == [], said
    assert "/sandbox" not in said


def test_an_error_while_the_page_runs_is_the_pages(engine: DockerEngine, look: Look) -> None:
    session = opened(engine, "react", {"App.tsx": "export default () => { throw new Error('at run time'); };"})
    assert session.ready
    assert any("at run time" in line for line in look(session, "web").page_errors)
    session.close()


def test_a_built_application_is_taken_from_the_cache(engine: DockerEngine) -> None:
    files = {"App.tsx": f"export default () => <b>{uuid.uuid4().hex}</b>;"}
    for cached in (False, True):
        session = opened(engine, "react", files)
        assert b"<script" in ask(session, "/")[2]
        assert session.close().stages[0].cached is cached


def test_every_way_leads_to_the_application_and_no_other(engine: DockerEngine) -> None:
    session = opened(engine, "vue", {"App.vue": "<template>x</template>"})
    get = partial(ask, session)
    page = get("/")[2]
    assert get("/some/route") == (200, "text/html; charset=utf-8", page)
    assert [get(path)[0] for path in ("/a.png", "/.cache", "/-/nothing.js")] == [404, 404, 404]
    assert get("/../etc/passwd")[2] == page
    session.close()


def test_diagrams_of_documents_come_from_the_image(engine: DockerEngine) -> None:
    session = opened(engine, "markdown", {"document.md": "```mermaid\ngraph TD\n a --> b\n```\n\n$x^2$"})
    page = ask(session, "/")[2]
    for path in ("/-/diagrams.js", "/-/mermaid.js", "/-/katex/katex.css"):
        assert (path.encode() in page or path == "/-/mermaid.js", ask(session, path)[0]) == (True, 200)
    session.close()
