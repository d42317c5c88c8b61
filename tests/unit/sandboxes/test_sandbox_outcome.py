"""The outcome follows from wait status and counters alone."""

import pytest

from sandboxes.outcome import judge
from sandboxes.output import Collector
from sandboxes.result import Outcome

CLEAN = {"exit_code": 0, "signal": None, "limit_hit": "", "oom_kills": 0, "disk_full": False, "cpu_seconds": 0.1}


@pytest.mark.parametrize(
    ("change", "outcome", "limit"),
    [
        ({}, Outcome.SUCCEEDED, ""),
        ({"exit_code": 137}, Outcome.FAILED, ""),
        ({"exit_code": 1, "disk_full": True}, Outcome.DISK_LIMIT, "disk_bytes"),
        ({"disk_full": True}, Outcome.SUCCEEDED, ""),
        ({"oom_kills": 1}, Outcome.OUT_OF_MEMORY, "memory_bytes"),
        ({"exit_code": None, "signal": 9}, Outcome.SIGNALLED, ""),
        ({"exit_code": None, "signal": 9, "oom_kills": 1}, Outcome.OUT_OF_MEMORY, "memory_bytes"),
        ({"exit_code": None, "signal": 9, "limit_hit": "wall_seconds"}, Outcome.TIMED_OUT, "wall_seconds"),
        ({"limit_hit": "cpu_seconds", "oom_kills": 3}, Outcome.TIMED_OUT, "cpu_seconds"),
        ({"limit_hit": "output_bytes"}, Outcome.OUTPUT_LIMIT, "output_bytes"),
        ({"exit_code": None, "signal": 24}, Outcome.SIGNALLED, ""),
        ({"exit_code": None, "signal": 24, "cpu_seconds": 2.1}, Outcome.TIMED_OUT, "cpu_seconds"),
        ({"exit_code": None, "signal": 25}, Outcome.DISK_LIMIT, "file_bytes"),
    ],
)
def test_every_kind_of_end(change: dict[str, object], outcome: Outcome, limit: str) -> None:
    found = judge({**CLEAN, **change}, cpu_limit_seconds=2.0)
    assert (found.outcome, found.limit_hit) == (outcome, limit)


def test_collector_keeps_the_first_bytes_and_counts_all() -> None:
    collector = Collector(5)
    assert collector.add(b"abc") == b"abc"
    assert collector.add(b"defg") == b"de"
    assert collector.add(b"h") == b""
    found = collector.finish(total_bytes=100)
    assert (found.data, found.total_bytes, found.truncated) == (b"abcde", 100, True)


def test_collector_is_not_truncated_when_all_fits() -> None:
    collector = Collector(3)
    collector.add(b"abc")
    assert not collector.finish().truncated
