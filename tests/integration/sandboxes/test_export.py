"""A folder of an image on the host: whole, once, and nothing but files."""

import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from sandboxes.errors import Unavailable
from sandboxes.export import export
from sandboxes.recipes import build, connect, runtime_tag
from sandboxes.registry import Registry, images_folder

pytestmark = pytest.mark.engine

DATA = """
version: "1"
name: toydata
title: Toy data
kind: program
languages: [toydata]
extensions: [.toydata]
entry: main.toydata
run: {argv: [/bin/sh, "{entry}"]}
smoke: [{name: hello}]
"""
DOCKERFILE = """ARG BASE
FROM ${BASE}
RUN mkdir -p /opt/data/deep/er /opt/links && echo hello > /opt/data/deep/er/hello.txt && echo x > /opt/data/top \
 && chmod 4755 /opt/data/top && ln -s /etc/passwd /opt/links/passwd
"""


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@pytest.fixture(scope="module")
def client() -> Iterator[Any]:
    found = connect()
    yield found
    found.close()


@pytest.fixture(scope="module")
def toys(tmp_path_factory: pytest.TempPathFactory, client: Any) -> Iterator[Registry]:
    folder = tmp_path_factory.mktemp("images")
    shutil.copytree(images_folder() / "base", folder / "base")
    (folder / "toydata").mkdir()
    (folder / "toydata/Dockerfile").write_text(DOCKERFILE)
    (folder / "toydata/environment.yaml").write_text(DATA)
    registry = Registry.load(folder)
    build(client, registry)
    yield registry
    for name in ("runarena/toydata", "runarena/runtime-toydata"):
        for image in client.images.list(name=name):
            client.images.remove(image.id, force=True)


def test_a_folder_is_copied_once_also_for_many(toys: Registry, client: Any, tmp_path: Path) -> None:
    toy = toys.get("toydata")
    (tmp_path / "copies").mkdir()
    (tmp_path / "copies/.unfinished-of-a-killed-one").mkdir()
    with ThreadPoolExecutor(4) as pool:
        found = set(pool.map(lambda _: export(client, toy, "/opt/data", tmp_path / "copies"), range(4)))
    (place,) = found
    assert place == tmp_path / "copies" / runtime_tag(toy).rpartition(":")[2]
    assert (place / "deep/er/hello.txt").read_text() == "hello\n"
    assert (place / "top").stat().st_mode & 0o7777 == 0o644
    assert names(tmp_path / "copies") == [".lock", place.name]
    assert client.api.containers(all=True, filters={"ancestor": runtime_tag(toy)}) == []
    (place / "top").unlink()
    export(client, toy, "/opt/data", tmp_path / "copies")
    assert not (place / "top").exists()


@pytest.mark.parametrize(
    ("path", "limits"),
    [
        ("/opt/links", {}),
        ("/opt/data/top", {}),
        ("/opt/none", {}),
        ("/opt/data", {"max_bytes": 3}),
        ("/opt/data", {"max_files": 2}),
    ],
)
def test_what_is_refused_leaves_nothing(
    toys: Registry, client: Any, tmp_path: Path, path: str, limits: dict[str, int]
) -> None:
    with pytest.raises(Unavailable):
        export(client, toys.get("toydata"), path, tmp_path, **limits)
    assert names(tmp_path) == [".lock"]


def test_an_image_that_is_not_there(client: Any, tmp_path: Path, toys: Registry) -> None:
    other = toys.get("toydata").model_copy(update={"folder": images_folder() / "base"})
    with pytest.raises(Unavailable, match="there is no image"):
        export(client, other, "/opt/data", tmp_path)
