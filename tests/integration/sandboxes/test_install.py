"""The install stage on a package index of our own: wheels only, one host only, cached, bounded."""

import functools
import http.server
import io
import os
import tarfile
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from sandboxes.backends.docker_engine import DockerEngine
from sandboxes.backends.docker_install import PackageIndex
from sandboxes.recipes import build, connect
from sandboxes.registry import Registry
from sandboxes.result import Outcome, Phase, RunResult
from sandboxes.spec import RunRequest
from tests.fixtures.npm_registry import served

pytestmark = pytest.mark.engine


def wheel(name: str, files: dict[str, bytes]) -> bytes:
    made = io.BytesIO()
    info = f"{name}-1.0.dist-info"
    meta = f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n".encode()
    tags = b"Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, data in {**files, f"{info}/METADATA": meta, f"{info}/WHEEL": tags, f"{info}/RECORD": b""}.items():
            archive.writestr(path, data)
    return made.getvalue()


def source_archive() -> bytes:
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w:gz") as archive:
        text = b"open('/sandbox/pwned', 'w')\nfrom setuptools import setup\nsetup(name='sourceonly', version='1.0')\n"
        entry = tarfile.TarInfo("sourceonly-1.0/setup.py")
        entry.size = len(text)
        archive.addfile(entry, io.BytesIO(text))
    return made.getvalue()


@dataclass(frozen=True)
class Index:
    """A running index: where it is, who vouches for it, what it was asked."""

    url: str
    certificates: Path
    asked: list[str]


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Index]:
    folder = tmp_path_factory.mktemp("index")
    packages = {
        "greeting": {"greeting-1.0-py3-none-any.whl": wheel("greeting", {"greeting.py": b"word = 'good day'\n"})},
        "huge": {"huge-1.0-py3-none-any.whl": wheel("huge", {"huge/data": bytes(700 << 20)})},
        "sourceonly": {"sourceonly-1.0.tar.gz": source_archive()},
        "escaping": {"escaping-1.0-py3-none-any.whl": wheel("escaping", {"../../escape.py": b"x = 1\n"})},
        "elsewhere": {},
    }
    for name, files in packages.items():
        (folder / "simple" / name).mkdir(parents=True)
        links = "".join(f'<a href="/files/{file}">{file}</a>' for file in files)
        if name == "elsewhere":
            links = (
                '<a href="https://169.254.169.254/elsewhere-1.0-py3-none-any.whl">elsewhere-1.0-py3-none-any.whl</a>'
            )
        (folder / "simple" / name / "index.html").write_text(links)
        for file, data in files.items():
            (folder / "files").mkdir(exist_ok=True)
            (folder / "files" / file).write_bytes(data)
    asked: list[str] = []

    class Handler(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *args: object) -> None:
            asked.append(self.path)

    with served(functools.partial(Handler, directory=str(folder)), folder) as (url, certificate):  # type: ignore[arg-type]
        yield Index(f"{url}/simple", certificate, asked)


@pytest.fixture(scope="module")
def engine(index: Index, tmp_path_factory: pytest.TempPathFactory) -> Iterator[DockerEngine]:
    registry = Registry.load()
    build(None, registry, ("python",))
    environ = {**os.environ, "SSL_CERT_FILE": str(index.certificates)}
    packages = PackageIndex(url=index.url, private=True, environ=environ)
    state = tmp_path_factory.mktemp("state")
    found = DockerEngine(registry=registry, state_dir=state, boot_id="install", package_indexes={"python": packages})
    yield found
    found.close()
    client = connect()
    left = client.containers.list(all=True, filters={"label": "runarena.boot=install"})
    client.close()
    assert left == []


def ask(engine: DockerEngine, code: str, *dependencies: str, environment: str = "python") -> RunResult:
    files = {"main.py": code.encode()}
    return engine.run(
        RunRequest(key="install", environment=environment, files=files, entry="main.py", dependencies=dependencies)
    )


def test_a_wheel_is_installed_once_and_found_by_the_program(engine: DockerEngine, index: Index) -> None:
    code = "import greeting, os; print(greeting.word, os.access(greeting.__file__, os.W_OK))"
    first = ask(engine, code, "greeting")
    assert (first.outcome, first.stdout.data) == (Outcome.SUCCEEDED, b"good day False\n"), first.stderr
    assert [stage.phase for stage in first.stages] == [Phase.INSTALL, Phase.RUN]
    assert [(one.name, one.version, one.digest[:7]) for one in first.installed] == [("greeting", "1.0", "sha256=")]
    asked = len(index.asked)
    again = ask(engine, code, "greeting")
    assert (again.stdout.data, [stage.phase for stage in again.stages]) == (b"good day False\n", [Phase.RUN])
    assert (len(index.asked), again.installed) == (asked, first.installed)


def test_the_run_itself_has_no_network(engine: DockerEngine) -> None:
    code = "import os, socket, greeting\nprint(os.path.exists('/run/proxy'), os.listdir('/sys/class/net'))"
    assert ask(engine, code, "greeting").stdout.data == b"False ['lo']\n"


@pytest.mark.parametrize("name", ["sourceonly", "nowhere", "elsewhere", "escaping"])
def test_what_cannot_be_installed_safely_is_not(name: str, engine: DockerEngine) -> None:
    result = ask(engine, "print('ran')", name)
    assert (result.outcome, result.phase, result.stdout.data) == (Outcome.INSTALL_FAILED, Phase.INSTALL, b"")
    assert name in result.message


def test_a_package_beyond_the_limits_ends_the_stage(engine: DockerEngine) -> None:
    result = ask(engine, "print('ran')", "huge")
    assert (result.outcome, result.phase) == (Outcome.INSTALL_FAILED, Phase.INSTALL)
    assert "huge" in result.message


@pytest.mark.parametrize("word", ["greeting @ https://127.0.0.1/x.whl", "greeting; rm -rf /", "--index-url=https://x"])
def test_a_word_that_is_no_requirement_is_refused_before_anything_starts(word: str, engine: DockerEngine) -> None:
    result = ask(engine, "print('ran')", word)
    assert (result.outcome, result.stages) == (Outcome.INSTALL_FAILED, ())
    assert word in result.message


def test_without_an_index_the_program_runs_and_the_result_says_what_is_absent(tmp_path: Path) -> None:
    engine = DockerEngine(registry=Registry.load(), state_dir=tmp_path, boot_id="install")
    result = ask(engine, "print('ran')", "greeting", "yaml")
    engine.close()
    assert (result.stdout.data, result.message) == (b"ran\n", "not installed in this environment: greeting")
