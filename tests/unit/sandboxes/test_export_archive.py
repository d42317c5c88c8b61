"""What an archive may hold that is unpacked on the host."""

import io
import tarfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from sandboxes.errors import Unavailable
from sandboxes.export import export
from sandboxes.registry import Registry


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
def test_an_archive_that_reaches_out_is_refused(tmp_path: Path, bad: tarfile.TarInfo) -> None:
    engine = Engine(entry("data", tarfile.DIRTYPE), entry("data/b"), bad)
    with pytest.raises(Unavailable):
        export(engine, Registry.load().get("python"), "/opt/data", tmp_path / "target")
    assert [path.name for path in (tmp_path / "target").iterdir()] == [".lock"]
    assert [path.name for path in tmp_path.iterdir()] == ["target"]
