"""A camera's answer is read as if the page it looked at had written it."""

import copy
import json
import struct
import zlib
from typing import Any

import pytest

from sandboxes import camera_answer
from sandboxes.camera_answer import read_answer
from sandboxes.errors import BackendLost
from sandboxes.png_check import png_size
from sandboxes.screenshots import PICTURES, PageReport, Plan, Reason

PLAN = Plan(url="http://a.preview.localhost:8300/", kind="document", pictures=("phone", "stable"))
CAGED = {"seccomp": 2, "filters": 1, "pids": [40], "capabilities": "0000000000000000", "network": "net:[1]"}
RENDERER = {**CAGED, "filters": 2, "pids": [50, 3, 1], "network": "net:[2]"}
REPORT: dict[str, Any] = {
    "version": 1,
    "kind": "document",
    "status": 200,
    "load_error": "",
    "settled": "settled",
    "first_paint_seconds": 0.1,
    "stable_seconds": 1,
    "seconds": 1.5,
    "title": "A page",
    "text": "Hello",
    "text_truncated": False,
    "document_width": 1280,
    "document_height": 800,
    "overflow_desktop": False,
    "overflow_phone": None,
    "blank": False,
    "console": [{"type": "log", "text": "said"}],
    "console_total": 1,
    "page_errors": [],
    "page_errors_total": 0,
    "failed_requests": [{"url": "http://x/", "reason": "HTTP 404"}],
    "failed_requests_total": 1,
    "dialogs": 0,
    "popups": 0,
    "downloads": 0,
    "file_choosers": 0,
    "navigations": 1,
    "navigations_stopped": False,
    "page_crashed": False,
    "did_not_respond": False,
    "left_out": [{"name": "phone", "reason": "no_time"}],
    "cage": {"browser": CAGED, "renderers": [RENDERER], "unsafe": False},
}


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png(width: int, height: int, *more: bytes, depth: int = 8) -> bytes:
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, 2, 0, 0, 0))
    rows = chunk(b"IDAT", zlib.compress(bytes((3 * width + 1) * height)))
    return b"\x89PNG\r\n\x1a\n" + head + b"".join(more) + rows + chunk(b"IEND", b"")


BIG, SMALL = png(64, 40), png(32, 20)
ENTRY: dict[str, Any] = {
    "name": "stable",
    "width": 64,
    "height": 40,
    "bytes": len(BIG),
    "at_seconds": 0.5,
    "blank": False,
    "thumbnail": {"width": 32, "height": 20, "bytes": len(SMALL)},
}


def answer(change: dict[str, Any] | None = None, pictures: bytes = BIG + SMALL, **entry: Any) -> bytes:
    report = {**copy.deepcopy(REPORT), "pictures": [{**ENTRY, **entry}], **(change or {})}
    text = json.dumps(report).encode()
    return struct.pack(">I", len(text)) + text + pictures


def test_a_good_answer_is_pictures_and_a_report() -> None:
    shots = read_answer(answer(), PLAN)
    (stable,) = shots.pictures
    assert (stable.name, stable.png, stable.width, stable.height) == ("stable", BIG, 64, 40)
    assert (stable.thumbnail, stable.thumbnail_width, stable.at_seconds) == (SMALL, 32, 0.5)
    assert shots.picture("stable") is stable
    assert shots.picture("phone") is None
    report = shots.report
    assert (report.title, report.left_out[0].reason, report.cage.holds) == ("A page", Reason.NO_TIME, True)


def test_a_plan_without_names_wants_every_picture_of_its_kind() -> None:
    assert Plan(url="http://a/", kind="web").names == PICTURES["web"]
    assert PLAN.names == ("stable", "phone")


@pytest.mark.parametrize(
    "change",
    [
        {"extra": 1},
        {"status": "200"},
        {"status": 1000},
        {"kind": "web"},
        {"version": 2},
        {"title": "x" * 301},
        {"text": "x" * 20_001},
        {"title": "\ud800"},
        {"console": [{"type": "log", "text": "x"}] * 101},
        {"console": [{"type": "log", "text": "x" * 501}]},
        {"console": [{"type": "log", "text": "x", "more": 1}]},
        {"dialogs": -1},
        {"dialogs": 1.5},
        {"seconds": float("nan")},
        {"seconds": float("inf")},
        {"blank": "no"},
        {"left_out": []},
        {"left_out": [{"name": "phone", "reason": "because"}]},
        {"left_out": [{"name": "phone", "reason": "no_time"}] * 2},
        {"left_out": [{"name": "stable", "reason": "no_time"}]},
        {"cage": None},
        {"pictures": None},
        {"pictures": [ENTRY, ENTRY]},
    ],
)
def test_a_report_that_breaks_the_schema_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(BackendLost, match="not as it should be"):
        read_answer(answer(change), PLAN)


@pytest.mark.parametrize(
    ("entry", "pictures"),
    [
        ({"name": "keys"}, BIG + SMALL),
        ({"width": 65}, BIG + SMALL),
        ({"width": 1281}, BIG + SMALL),
        ({"height": 4001}, BIG + SMALL),
        ({"bytes": len(BIG) - 1}, BIG + SMALL),
        ({"bytes": 0}, BIG + SMALL),
        ({"bytes": 2**40}, BIG + SMALL),
        ({"thumbnail": {"width": 33, "height": 20, "bytes": len(SMALL)}}, BIG + SMALL),
        ({"thumbnail": {"width": 64, "height": 40, "bytes": len(BIG)}}, BIG + BIG + b"x"),
        ({}, BIG + SMALL + b"x"),
        ({}, BIG),
        ({}, b""),
        ({}, SMALL + BIG),
    ],
)
def test_pictures_that_are_not_what_they_say_are_refused(entry: dict[str, Any], pictures: bytes) -> None:
    with pytest.raises(BackendLost, match="not as it should be"):
        read_answer(answer(pictures=pictures, **entry), PLAN)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\0\0",
        struct.pack(">I", 2**31) + b"{}",
        struct.pack(">I", 2) + b"[]",
        struct.pack(">I", 2) + b"{]",
        struct.pack(">I", 3) + b"\xff\xfe\xfd",
        struct.pack(">I", 100_000) + b"[" * 100_000,
        bytes(camera_answer.MAX_BYTES + camera_answer.MAX_REPORT_BYTES + 5),
    ],
)
def test_bytes_that_are_no_answer_are_refused(data: bytes) -> None:
    with pytest.raises(BackendLost, match="not as it should be"):
        read_answer(data, PLAN)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"GIF89a" + BIG,
        BIG[:-1],
        BIG + b"\0",
        BIG[:40],
        png(0, 5),
        png(4, 4, depth=16),
        png(4, 4, chunk(b"tEXt", b"Comment\0hidden")),
        png(4, 4, chunk(b"acTL", bytes(8))),
        png(4, 4, chunk(b"IHDR", struct.pack(">IIBBBBB", 9999, 9999, 8, 2, 0, 0, 0))),
        b"\x89PNG\r\n\x1a\n" + chunk(b"IDAT", b"") + chunk(b"IEND", b""),
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", b"short") + chunk(b"IEND", b""),
        b"\x89PNG\r\n\x1a\n" + struct.pack(">I4s", 2**32 - 1, b"IHDR"),
    ],
)
def test_what_is_no_plain_png_is_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match="PNG"):
        png_size(data)


def test_the_size_of_a_png_is_read_from_its_head() -> None:
    assert png_size(BIG) == (64, 40)


@pytest.mark.parametrize(
    ("change", "unsafe"),
    [
        ({"filters": 1}, False),
        ({"seccomp": 0}, False),
        ({"pids": [50]}, False),
        ({"network": "net:[1]"}, False),
        ({"capabilities": "0000000000200000"}, False),
        ({}, True),
    ],
)
def test_a_renderer_without_a_sandbox_of_its_own_is_noticed(change: dict[str, Any], unsafe: bool) -> None:
    cage = {"browser": CAGED, "renderers": [RENDERER, {**RENDERER, **change}], "unsafe": unsafe}
    report = PageReport.model_validate({**REPORT, "cage": cage})
    assert not report.cage.holds
