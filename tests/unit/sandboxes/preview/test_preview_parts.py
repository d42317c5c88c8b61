"""Tokens, limits, settings, the folder of apps."""

import json
import os
import time
from pathlib import Path

import pytest

from sandboxes.errors import InvalidRun
from sandboxes.preview.apps import AppFacts, FolderApps, OneApp
from sandboxes.preview.limits import Gate, Pace
from sandboxes.preview.policy import app_headers
from sandboxes.preview.settings import PreviewSettings
from sandboxes.preview.tokens import address_of, is_token

TOKEN = "abcdefghijklmnopqrstuvwxyz234567"


def test_a_host_leads_to_its_app() -> None:
    found = address_of(f"{TOKEN}.preview.localhost:8300".encode(), "preview.localhost")
    assert found is not None
    assert (found.token, found.host) == (TOKEN, f"{TOKEN}.preview.localhost:8300")
    bare = address_of(b"preview.localhost", "preview.localhost")
    assert bare is not None
    assert bare.token == ""


@pytest.mark.parametrize("text", ["", "a" * 25, "a" * 53, "A" * 30, "1" * 30, "a" * 29 + "\n", "../" + "a" * 30])
def test_what_is_no_token(text: str) -> None:
    assert not is_token(text)


def test_the_gate() -> None:
    gate = Gate(total=3, each=2)
    assert [gate.enter(name) for name in "aaabb"] == [True, True, False, True, False]
    assert set(gate.inside) == {"a", "b"}
    gate.leave("b")
    assert gate.inside == ("a",)
    assert gate.enter("b")


def test_the_pace() -> None:
    pace = Pace(100)
    assert pace.wait(100, 10.0) == 0
    assert pace.wait(50, 10.0) == 0.5
    assert pace.wait(0, 10.5) == 0
    assert pace.wait(100, 60.0) == 0


@pytest.mark.parametrize("domain", ["", "Preview.localhost", "http://x", "x:80", "-x", "x..y", "a" * 200])
def test_a_domain_that_is_none_is_refused(domain: str) -> None:
    with pytest.raises(InvalidRun, match="domain"):
        PreviewSettings(domain=domain)


@pytest.mark.parametrize("origin", ["arena.example.com", "https://arena.example.com/", "https://a; script-src *", "*"])
def test_an_origin_that_is_none_is_refused(origin: str) -> None:
    with pytest.raises(InvalidRun, match="origin"):
        PreviewSettings(arena_origins=(origin,))


def test_the_policy_says_who_may_frame_and_what_is_reached() -> None:
    settings = PreviewSettings(scheme="https", arena_origins=("https://arena.example.com",))
    strict = dict(app_headers("x.example.com", settings))
    assert "connect-src 'self' wss://x.example.com data: blob:;" in strict["Content-Security-Policy"]
    assert "frame-ancestors 'self' https://arena.example.com;" in strict["Content-Security-Policy"]
    assert "allow-popups" not in strict["Content-Security-Policy"]
    assert strict["Connection-Allowlist"].startswith("(response-origin)")
    loose = dict(app_headers("x.example.com", PreviewSettings(egress=True)))
    assert "blob: https: wss:;" in loose["Content-Security-Policy"]
    assert "Connection-Allowlist" not in loose


def _folder(path: Path, **facts: object) -> FolderApps:
    (path / TOKEN).mkdir()
    known = {"token": TOKEN, "environment": "html", "kind": "web", "until": 5.0, "idle_seconds": 3, **facts}
    (path / TOKEN / "app.json").write_text(json.dumps(known))
    return FolderApps(path)


def test_an_app_in_its_folder(tmp_path: Path) -> None:
    apps = _folder(tmp_path, record={"session": "s"})
    app = apps.find(TOKEN)
    assert app == AppFacts(
        token=TOKEN, socket=tmp_path / TOKEN / "app.sock", until=5.0, folder=tmp_path / TOKEN, session="s"
    )
    apps.touch(TOKEN)
    used = tmp_path / TOKEN / "used"
    os.utime(used, (1, 1))
    apps.touch(TOKEN)
    assert used.stat().st_mtime > time.time() - 60


@pytest.mark.parametrize("facts", [{"token": "b" * 26}, {"until": "soon"}, {"record": {}}, {"record": {"session": ""}}])
def test_facts_that_do_not_fit_are_no_app(tmp_path: Path, facts: dict[str, object]) -> None:
    assert _folder(tmp_path, **facts).find(TOKEN) is None


def test_what_is_no_file_is_no_app(tmp_path: Path) -> None:
    apps = _folder(tmp_path)
    file = tmp_path / TOKEN / "app.json"
    text = file.read_text()
    file.write_text(text + " " * 20_000)
    assert apps.find(TOKEN) is None
    file.unlink()
    (tmp_path / "other").write_text(text)
    file.symlink_to(tmp_path / "other")
    assert apps.find(TOKEN) is None
    assert apps.find("../" + TOKEN) is None


def test_one_app() -> None:
    facts = AppFacts(token=TOKEN, socket=Path("x"), until=1.0)
    assert OneApp(facts).find(TOKEN) is facts
    assert OneApp(facts).find("b" * 26) is None
