"""What may run, and what may not."""

from dataclasses import replace

import pytest

from sandboxes.admission import admit, check_paths
from sandboxes.errors import InvalidRun
from sandboxes.limits import Limits
from sandboxes.selfcheck import BAD_NAMES
from sandboxes.spec import RunRequest

GOOD = RunRequest(key="k", environment="python", files={"main.py": b"x", "a/b.txt": b""}, entry="main.py")


def test_a_plain_request_is_taken() -> None:
    admit(replace(GOOD, env={"MODE_2": "x"}, args=("--a", "ü"), stdin=b"\0"), Limits())


@pytest.mark.parametrize("name", [*BAD_NAMES, "a\\b", "a\nb", "\ud800", "/".join(["x" * 200] * 6)])
def test_bad_names_are_refused(name: str) -> None:
    with pytest.raises(InvalidRun):
        check_paths([name])


@pytest.mark.parametrize("name", ["main.py", "a/b/c.txt", "ünïcode.py", "..hidden", "a..b", "x" * 255, "-rf"])
def test_good_names_are_taken(name: str) -> None:
    check_paths([name])


@pytest.mark.parametrize(
    "change",
    [
        {"entry": "other.py"},
        {"files": {"main.py": b"", "main.py/x": b""}},
        {"files": {f"f{n}": b"" for n in range(257)} | {"main.py": b""}},
        {"files": {"main.py": b"x" * (17 * 2**20)}},
        {"stdin": b"x" * (16 * 2**20 + 1)},
        {"args": ("a\0",)},
        {"args": ("x" * 70_000,)},
        {"env": {"A": "\0"}},
        {"env": {"a": "x"}},
        {"env": {"LD_PRELOAD": "x"}},
        {"env": {"HOME": "x"}},
        {"env": {"A=B": "x"}},
    ],
)
def test_bad_requests_are_refused(change: dict[str, object]) -> None:
    with pytest.raises(InvalidRun):
        admit(replace(GOOD, **change), Limits())  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "limits", [Limits(memory_bytes=2**20), Limits(wall_seconds=0), Limits(pids=10**6), Limits(cpu_seconds=float("nan"))]
)
def test_limits_have_limits(limits: Limits) -> None:
    with pytest.raises(InvalidRun):
        admit(GOOD, limits)
