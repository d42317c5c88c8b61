"""`arena admin`: the first admin, links and tokens; the secret is shown once and kept by nobody."""

import json
import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from services.cli.main import build
from services.errors import Conflict, NotFound


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("ARENA_DATA_DIR", str(tmp_path))
    monkeypatch.delenv("ARENA_DATABASE_URL", raising=False)
    return tmp_path


def arena(*arguments: str) -> str:
    done = CliRunner().invoke(build(), ["admin", *arguments], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.stdout


def test_the_first_admin_gets_a_link_and_tokens_come_and_go(folder: Path) -> None:
    url = arena("create", "rosa").strip()
    assert re.fullmatch(r"http://127\.0\.0\.1:8300/sign-in\?code=link_[\w-]{43}", url)
    with pytest.raises(Conflict):
        arena("create", "rosa")
    token = arena("token", "create", "rosa", "--name", "laptop", "--days", "30").strip()
    assert re.fullmatch(r"arena_[\w-]{43}", token)
    [row] = json.loads(arena("token", "list", "--json"))["data"]
    assert (row["account"], row["name"], row["revoked_at"]) == ("rosa", "laptop", None)
    arena("token", "revoke", row["id"])
    assert "revoked" in arena("token", "list")
    assert "link_" in arena("link", "rosa")
    assert json.loads(arena("list", "--json"))["data"][0]["role"] == "admin"
    arena("close", "rosa")
    with pytest.raises(NotFound):
        arena("link", "rosa")
    stored = b"".join(path.read_bytes() for path in folder.glob("arena.db*"))
    assert token.encode() not in stored
    assert url.partition("=")[2].encode() not in stored
