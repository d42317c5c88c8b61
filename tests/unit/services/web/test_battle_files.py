"""What a side wrote and what its program left can be downloaded, byte for byte, and is opened by no browser."""

import io
import zipfile
from dataclasses import replace

import pytest
from fastapi.testclient import TestClient

from services.api.application import create_app
from services.container import Services
from services.domain.execution import CapturedStream, StoredFile
from services.domain.side import Side
from services.domain.snippet import SourceFile
from services.web.site import add_pages
from tests.fixtures import arena_services
from tests.fixtures.arena_services import finish_sides

LONG = b"\xff" + b"x" * 100_000
ODD = "src/<b> ü & 100%.py"


@pytest.fixture
def services() -> Services:
    return arena_services.assemble()


@pytest.fixture
def client(services: Services) -> TestClient:
    app = create_app(services)
    add_pages(app, services)
    return TestClient(app, raise_server_exceptions=False)


@pytest.fixture
def base(services: Services) -> str:
    """The address of side A of a finished battle, whose program printed much and left a file."""
    battle = services.battles.create("Print.", owner="me")
    finish_sides(services, battle.id)
    with services.store() as uow:
        answer = next(one for one in uow.answers.of_battle(battle.id) if one.side is Side.A)
        snippet, run = uow.snippets.find(answer.id), uow.executions.find(answer.id)
        assert snippet is not None
        assert run is not None
        uow.snippets.put(replace(snippet, files=(*snippet.files, SourceFile(path=ODD, text="x = 1\n"))))
        stdout = CapturedStream(preview="?xxx", digest=services.blobs.put(LONG), total_bytes=len(LONG), truncated=True)
        left = StoredFile(path="out/page.html", size_bytes=8, digest=services.blobs.put(b"<script>"))
        uow.executions.put(replace(run, stdout=stdout, files=(left,)))
        uow.commit()
    return f"/battles/{battle.id}/sides/a"


def test_output_beyond_the_preview_is_downloaded_whole(client: TestClient, base: str) -> None:
    page = client.get(base.partition("/sides")[0]).text
    assert f'href="{base}/stdout" download' in page
    assert "cut off at the limit" in page
    answer = client.get(f"{base}/stdout")
    assert answer.content == LONG
    assert answer.headers["content-disposition"].startswith("attachment")
    assert answer.headers["content-type"] == "application/octet-stream"


def test_files_are_found_by_any_name_through_the_page(client: TestClient, base: str) -> None:
    page = client.get(base.partition("/sides")[0]).text
    address = f"{base}/files/src/%3Cb%3E%20%C3%BC%20%26%20100%25.py"
    assert address in page
    assert client.get(address).text == "x = 1\n"
    assert client.get(f"{base}/left/out/page.html").content == b"<script>"


def test_all_files_come_as_one_archive(client: TestClient, base: str) -> None:
    answer = client.get(f"{base}/files.zip")
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        assert archive.namelist() == ["main.py", ODD]
        assert archive.read(ODD) == b"x = 1\n"
    assert client.get(f"{base}/files.zip").content == answer.content


def test_what_is_not_there_is_told(client: TestClient, base: str) -> None:
    for path in ("files/no.py", "left/no.txt", "files/../main.py"):
        assert client.get(f"{base}/{path}").status_code == 404
    assert client.get(base.replace("/sides/a", "/sides/c") + "/stdout").status_code in (404, 422)
    assert client.get(f"{base}/stdin").status_code in (404, 422)
