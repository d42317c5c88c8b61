"""Packages and names of packages that want more than to be unpacked."""

import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from sandboxes.backends.docker_engine import DockerEngine
from sandboxes.backends.docker_install import PackageIndex
from sandboxes.recipes import build
from sandboxes.registry import Registry
from sandboxes.registry_proxy import RegistryProxy
from sandboxes.result import Outcome, RunResult
from sandboxes.spec import RunRequest
from tests.fixtures.npm_registry import Served, npm_registry
from tests.hostile.conftest import BOOT
from tests.hostile.package_catalogue import CONNECTS, PACKAGES, WORDS, PackageAttack

ALLOWED = "packages.example:443"


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    packages = [package for attack in PACKAGES for package in attack.packages]
    with npm_registry(packages, tmp_path_factory.mktemp("registry")) as found:
        yield found


@pytest.fixture(scope="module")
def state(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("state")


@pytest.fixture(scope="module")
def engine(registry: Served, state: Path) -> Iterator[DockerEngine]:
    environments = Registry.load()
    build(None, environments, ("javascript",))
    environ = {**os.environ, "SSL_CERT_FILE": str(registry.certificates)}
    indexes = {"javascript": PackageIndex(url=registry.url, private=True, environ=environ)}
    found = DockerEngine(registry=environments, state_dir=state, boot_id=BOOT, package_indexes=indexes)
    yield found
    found.close()


def ask(engine: DockerEngine, code: str, *words: str) -> RunResult:
    files = {"main.js": code.encode()}
    return engine.run(
        RunRequest(key=f"{BOOT}-npm", environment="javascript", files=files, entry="main.js", dependencies=words)
    )


@pytest.mark.engine
@pytest.mark.parametrize("attack", PACKAGES, ids=lambda attack: attack.id)
def test_a_package_is_unpacked_and_nothing_more(attack: PackageAttack, engine: DockerEngine, state: Path) -> None:
    result = ask(engine, attack.code, attack.packages[0].name, *attack.also)
    said = result.message if attack.outcome is Outcome.INSTALL_FAILED else result.stdout.data.decode()
    assert (result.outcome, attack.says in said) == (attack.outcome, True), (said, result.stderr.data)
    trees = list(state.glob("packages/*/tree"))
    assert [path for tree in trees for path in tree.iterdir() if path.name != "node_modules"] == []
    inside = [path for tree in trees for path in tree.rglob("*")]
    assert [path for path in inside if path.name == "ran"] == []
    links = [path for path in inside if path.is_symlink()]
    assert [path for path in links if not str(path.readlink()).startswith("/usr/share/nodejs/")] == []


@pytest.mark.engine
@pytest.mark.parametrize("word", WORDS.values(), ids=WORDS.keys())
def test_a_word_that_is_no_name_reaches_no_installer(word: str, engine: DockerEngine, registry: Served) -> None:
    asked = len(registry.asked)
    result = ask(engine, "console.log('ran')", word)
    assert (result.outcome, result.stages, result.stdout.data) == (Outcome.INSTALL_FAILED, (), b"")
    assert word in result.message
    assert len(registry.asked) == asked


def connect(proxy: RegistryProxy, request: str) -> bytes:
    with socket.socket(socket.AF_UNIX) as client:
        client.settimeout(10)
        client.connect(str(proxy.path))
        client.sendall(request.encode() + b"\r\n\r\n")
        return client.recv(4096)


@pytest.mark.parametrize("request_line", CONNECTS.values(), ids=CONNECTS.keys())
def test_the_proxy_leads_to_one_place(request_line: str, tmp_path: Path) -> None:
    with RegistryProxy(tmp_path / "s", (ALLOWED,), private=True).serving() as proxy:
        assert connect(proxy, request_line).startswith(b"HTTP/1.1 403 ")
        assert proxy.counts == {"refused": 1}


def test_a_name_in_other_letters_is_the_same_host(tmp_path: Path) -> None:
    """proxy-mixed-case"""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        with RegistryProxy(tmp_path / "s", (f"LocalHost:{port}",), private=True).serving() as proxy:
            assert connect(proxy, f"CONNECT LOCALhost:{port} HTTP/1.1").startswith(b"HTTP/1.1 200 ")
            assert listener.accept()[1][0] == "127.0.0.1"


def test_a_name_that_leads_inside_is_not_followed(tmp_path: Path) -> None:
    """proxy-private-address"""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        target = f"localhost:{listener.getsockname()[1]}"
        with RegistryProxy(tmp_path / "s", (target,)).serving() as proxy:
            assert connect(proxy, f"CONNECT {target} HTTP/1.1").startswith(b"HTTP/1.1 502 ")
            assert proxy.counts == {"unreachable": 1}
