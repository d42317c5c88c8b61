"""A folder of an image on the host: whole, once, and nothing but files."""

import io
import shutil
import tarfile
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
    before = {container.id for container in client.containers.list(all=True)}
    (tmp_path / "copies").mkdir()
    (tmp_path / "copies/.unfinished-of-a-killed-one").mkdir()
    with ThreadPoolExecutor(4) as pool:
        found = set(pool.map(lambda _: export(client, toy, "/opt/data", tmp_path / "copies"), range(4)))
    (place,) = found
    assert place == tmp_path / "copies" / runtime_tag(toy).rpartition(":")[2]
    assert (place / "deep/er/hello.txt").read_text() == "hello\n"
    assert (place / "top").stat().st_mode & 0o7777 == 0o644
    assert names(tmp_path / "copies") == [".lock", place.name]
    made = [one for one in client.containers.list(all=True) if one.id not in before]
    assert [one for one in made if one.attrs["Config"]["Image"] == runtime_tag(toy)] == []
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


class Engine:
    """Gives one archive, whatever is asked for."""

    def __init__(self, *entries: tarfile.TarInfo) -> None:
        buffer = io.BytesIO()
        with tarfile.open(fileobj=buffer, mode="w") as archive:
            for entry in entries:
                archive.addfile(entry, io.BytesIO(b"x" * entry.size))
        self.api, self._data = self, buffer.getvalue()

    def create_container(self, *_: object, **__: object) -> dict[str, str]:
        return {"Id": "1"}

    def get_archive(self, *_: object, **__: object) -> tuple[Iterator[bytes], None]:
        return (self._data[at : at + 1000] for at in range(0, len(self._data), 1000)), None

    def remove_container(self, *_: object, **__: object) -> None:
        """It was none."""


def entry(name: str, kind: bytes = tarfile.REGTYPE, link: str = "") -> tarfile.TarInfo:
    found = tarfile.TarInfo(name)
    found.type, found.linkname, found.size = kind, link, 3 if kind == tarfile.REGTYPE else 0
    return found


@pytest.mark.parametrize(
    "bad",
    [
        entry("/etc/passwd"), entry("data/../../outside"), entry("data/a", tarfile.SYMTYPE, "/etc"),
        entry("data/a", tarfile.LNKTYPE, "data/b"), entry("data/a", tarfile.FIFOTYPE), entry("data/a", tarfile.CHRTYPE),
        entry("data"),
    ],
    ids=lambda one: f"{one.name}-{one.type.decode()}",
)  # fmt: skip
def test_an_archive_that_reaches_out_is_refused(tmp_path: Path, toys: Registry, bad: tarfile.TarInfo) -> None:
    engine = Engine(entry("data", tarfile.DIRTYPE), entry("data/b"), bad)
    with pytest.raises(Unavailable):
        export(engine, toys.get("toydata"), "/opt/data", tmp_path / "target")
    assert names(tmp_path / "target") == [".lock"]
    assert names(tmp_path) == ["target"]
