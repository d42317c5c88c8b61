"""Images are built by the real engine from data alone, and carry nothing of the host's settings."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sandboxes.backends.docker_engine import DockerEngine
from sandboxes.errors import InvalidRun, Unavailable
from sandboxes.recipes import build, connect, image_for, missing
from sandboxes.registry import Registry, images_folder
from sandboxes.result import Outcome
from sandboxes.smoke import check_environment
from sandboxes.spec import RunRequest

pytestmark = pytest.mark.engine

TOY = """
version: "7"
name: toy
title: Toy
kind: program
languages: [toy]
extensions: [.toy]
entry: main.toy
run: {argv: [/bin/sh, "{entry}"]}
smoke: [{name: hello}]
"""
TOY_DOCKERFILE = """ARG BASE
FROM ${BASE} AS build
LABEL runarena.stage=build
COPY .host/ /run/host/
RUN grep -o 's3cret' /run/host/pip.conf > /tmp/seen

FROM ${BASE}
COPY --from=build /tmp/seen /opt/seen
"""
# a proxy on the host's loopback also makes the build use the host's network
HOST = {"PIP_INDEX_URL": "https://user:s3cret@pip.example/simple", "http_proxy": "http://user:pr0xy@127.0.0.1:9"}


@pytest.fixture
def toy(tmp_path: Path) -> Iterator[Registry]:
    folder = tmp_path / "images"
    shutil.copytree(images_folder() / "base", folder / "base")
    (folder / "toy").mkdir()
    (folder / "toy/Dockerfile").write_text(TOY_DOCKERFILE)
    (folder / "toy/environment.yaml").write_text(TOY)
    yield Registry.load(folder)
    client = connect()
    for name in ("runarena/toy", "runarena/runtime-toy"):
        for image in client.images.list(name=name):
            client.images.remove(image.id, force=True)
    client.close()


def test_an_environment_is_added_without_code_and_keeps_no_secret(toy: Registry, tmp_path: Path) -> None:
    client = connect()
    assert missing(client, toy) == ("toy",)
    (built,) = build(client, toy, ("toy",), environ=HOST)
    assert (built.cached, built.tag, missing(client, toy)) == (False, image_for(toy.get("toy")), ())
    (again,) = build(client, toy, ("toy",), environ=HOST)
    assert (again.cached, again.image_id) == (True, built.image_id)
    records = json.dumps(client.api.history(built.tag)) + json.dumps(client.api.inspect_image(built.tag))
    assert "runarena" in records
    assert not {word for word in ("s3cret", "pr0xy") if word in records}
    engine = DockerEngine(registry=toy, state_dir=tmp_path / "state", boot_id="recipes")
    script = b"cat /opt/seen; ls /run/host /.host; exit 4"
    result = engine.run(RunRequest(key=f"toy-{tmp_path}", environment="toy", files={"a.toy": script}, entry="a.toy"))
    assert (result.outcome, result.exit_code, result.stdout.data) == (Outcome.FAILED, 4, b"s3cret\n")
    assert (result.environment_version, result.image_digest) == ("7", built.image_id)
    engine.close()
    client.close()


def tags_of(client: Any) -> set[str]:
    return {tag for image in client.images.list(name="runarena/toy") for tag in image.tags}


def test_a_newer_recipe_replaces_an_old_image_but_none_of_today(toy: Registry) -> None:
    client = connect()
    (old,) = build(client, toy, ("toy",), environ=HOST)
    (toy.folder / "toy/Dockerfile").write_text(TOY_DOCKERFILE + "RUN echo newer > /opt/newer\n")
    (new,) = build(client, toy, ("toy",), environ=HOST)
    assert tags_of(client) == {old.tag, new.tag}
    (toy.folder / "toy/Dockerfile").write_text(TOY_DOCKERFILE + "RUN echo newest > /opt/newest\n")
    (newest,) = build(client, toy, ("toy",), environ=HOST, keep_seconds=0.0)
    assert tags_of(client) == {newest.tag}
    client.close()


def test_a_failing_recipe_says_why(toy: Registry) -> None:
    (toy.folder / "toy/Dockerfile").write_text("ARG BASE\nFROM ${BASE}\nRUN echo answer-$((40+2)) && exit 9\n")
    with pytest.raises(Unavailable, match="answer-42"):
        build(None, toy, ("toy",), environ=HOST)
    with pytest.raises(InvalidRun, match="there are: toy"):
        build(None, toy, ("cobol",))


def test_a_missing_image_names_the_command(toy: Registry, tmp_path: Path) -> None:
    engine = DockerEngine(registry=toy, state_dir=tmp_path / "state", boot_id="recipes")
    with pytest.raises(Unavailable) as caught:
        engine.run(RunRequest(key="k", environment="toy", files={"a.toy": b""}, entry="a.toy"))
    assert "toy" in caught.value.hint
    engine.close()


@pytest.mark.parametrize("name", [environment.name for environment in Registry.load().all()])
def test_every_smoke_program_does_what_it_should(name: str, tmp_path: Path) -> None:
    registry = Registry.load()
    build(None, registry, (name,))
    engine = DockerEngine(registry=registry, state_dir=tmp_path, boot_id="smoke")
    checks = check_environment(engine, registry.get(name), prefix=f"smoke-{tmp_path}")
    engine.close()
    assert checks
    assert [check for check in checks if not check.passed] == []


def test_probe_knows_the_engine(tmp_path: Path) -> None:
    engine = DockerEngine(registry=Registry.load(), state_dir=tmp_path, boot_id="probe")
    facts = engine.probe()
    assert facts.cgroup_version in {"1", "2"}
    assert facts.default_runtime in facts.runtimes
    engine.close()


def test_an_unreachable_engine_is_unavailable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/none.sock")
    engine = DockerEngine(registry=Registry.load(), state_dir=tmp_path, boot_id="none")
    with pytest.raises(Unavailable) as caught:
        engine.run(RunRequest(key="k", environment="python", files={"a.py": b""}, entry="a.py"))
    assert caught.value.hint == "make engine"
