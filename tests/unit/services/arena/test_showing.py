"""Programs with a face are opened, looked at and left running; others run to their end."""

import struct
import zlib
from dataclasses import replace
from pathlib import Path

from sandboxes.backends.scripted import ScriptedRunner
from sandboxes.environment import Environment
from sandboxes.registry import Registry
from sandboxes.result import Outcome, Phase, RunResult
from sandboxes.screenshots import Cage, ConsoleLine, LeftOut, PageReport, Picture, Reason, Shots
from sandboxes.spec import RunRequest
from sandboxes.stage_spec import ServeSpec
from services.arena.showing import facts_of
from services.store.blob_folder import BlobFolder
from tests.fixtures.showing import showing

PYTHON = Registry.load().get("python")
WEB: Environment = PYTHON.model_copy(
    update={"kind": "web", "run": None, "serve": ServeSpec(argv=("x",), port=80), "isolation": "container"}
)
REQUEST = RunRequest(key="k", environment="python", files={"a.py": b""}, entry="a.py")
FINE = RunResult(outcome=Outcome.SUCCEEDED, phase=Phase.SERVE)


def png() -> bytes:
    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0abc")) + chunk(b"IEND", b"")


def report(**changes: object) -> PageReport:
    values = {
        "version": 1,
        "kind": "web",
        "status": 200,
        "load_error": "",
        "settled": "settled",
        "first_paint_seconds": 0.1,
        "stable_seconds": 0.4,
        "seconds": 1.0,
        "title": "Hi",
        "text": "Hello",
        "text_truncated": False,
        "document_width": 1280,
        "document_height": 800,
        "overflow_desktop": False,
        "overflow_phone": True,
        "blank": False,
        "console": (ConsoleLine(type="log", text="here"),),
        "console_total": 1,
        "page_errors": ("TypeError: x",),
        "page_errors_total": 1,
        "failed_requests": (),
        "failed_requests_total": 0,
        "dialogs": 2,
        "popups": 0,
        "downloads": 0,
        "file_choosers": 0,
        "navigations": 1,
        "navigations_stopped": False,
        "page_crashed": True,
        "did_not_respond": False,
        "left_out": (LeftOut(name="keys", reason=Reason.NO_KEY_LISTENER),),
        "cage": Cage(browser=None, renderers=(), unsafe=False),
    }
    return PageReport.model_validate(values | changes)


def shots() -> Shots:
    picture = Picture(
        name="stable",
        png=png(),
        width=1,
        height=1,
        thumbnail=png(),
        thumbnail_width=1,
        thumbnail_height=1,
        at_seconds=0.5,
        blank=False,
    )
    return Shots(pictures=(picture,), report=report())


def test_a_program_without_a_face_runs_to_its_end(tmp_path: Path) -> None:
    shown = showing(ScriptedRunner({"k": FINE}), BlobFolder(tmp_path), shots()).show(REQUEST, PYTHON)
    assert (shown.result, shown.appearance, shown.app) == (FINE, None, None)


def test_an_app_is_looked_at_and_left_running(tmp_path: Path) -> None:
    blobs = BlobFolder(tmp_path)
    shown = showing(ScriptedRunner({"k": FINE}), blobs, shots()).show(REQUEST, WEB)
    assert shown.result == FINE
    assert shown.app is not None
    assert shown.app.url == "http://scripted.test"
    assert shown.appearance is not None
    (picture,) = shown.appearance.pictures
    assert (picture.name, picture.size_bytes, blobs.get(picture.digest)) == ("stable", len(png()), png())


def test_an_app_that_does_not_come_up_has_no_appearance(tmp_path: Path) -> None:
    broken = replace(FINE, outcome=Outcome.COMPILE_FAILED, phase=Phase.COMPILE)
    shown = showing(ScriptedRunner({"k": broken}), BlobFolder(tmp_path), shots()).show(REQUEST, WEB)
    assert (shown.result, shown.appearance, shown.app) == (broken, None, None)


def test_without_a_camera_the_app_runs_and_the_appearance_says_what_to_do(tmp_path: Path) -> None:
    shown = showing(ScriptedRunner({"k": FINE}), BlobFolder(tmp_path)).show(REQUEST, WEB)
    assert shown.appearance is not None
    assert shown.app is not None
    assert "arena images build camera" in shown.appearance.problem


def test_facts_keep_what_went_wrong() -> None:
    facts = facts_of(report())
    assert facts.errors == ("The page crashed.", "TypeError: x")
    assert (facts.console, facts.attempts, facts.missing) == (
        ("log: here",),
        ("dialogs: 2",),
        ("keys: no key listener",),
    )
    assert (facts.overflow, facts.phone_overflow, facts.blank) == (False, True, False)
