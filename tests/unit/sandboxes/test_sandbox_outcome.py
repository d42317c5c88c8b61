"""The outcome follows from wait status and counters alone."""

import pytest

from sandboxes.limits import MIB, Limits
from sandboxes.outcome import judge
from sandboxes.output import Collector
from sandboxes.result import Outcome, Phase
from sandboxes.stage_spec import MemorySignature

CLEAN = {
    "exit_code": 0,
    "signal": None,
    "limit_hit": "",
    "oom_kills": 0,
    "disk_full": False,
    "cpu_seconds": 0.1,
    "cancelled": False,
}


@pytest.mark.parametrize(
    ("change", "outcome", "limit"),
    [
        ({}, Outcome.SUCCEEDED, ""),
        ({"cancelled": True, "signal": 9}, Outcome.CANCELLED, ""),
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
    found = judge({**CLEAN, **change}, phase=Phase.RUN, limits=Limits(cpu_seconds=2.0))
    assert (found.outcome, found.limit_hit) == (outcome, limit)


@pytest.mark.parametrize(
    ("change", "outcome"),
    [
        ({"exit_code": 1}, "compile_failed"),
        ({"signal": 11}, "compile_failed"),
        ({"limit_hit": "cpu_seconds"}, "timed_out"),
        ({"oom_kills": 1}, "out_of_memory"),
        ({}, "succeeded"),
    ],
)
def test_a_compiler_that_fails_is_told_apart_from_one_that_hits_a_limit(
    change: dict[str, object], outcome: str
) -> None:
    assert judge({**CLEAN, **change}, phase=Phase.COMPILE, limits=Limits()).outcome == outcome


@pytest.mark.parametrize(("peak", "outcome", "source"), [(90, "out_of_memory", "runtime"), (70, "failed", "")])
def test_a_runtime_that_gives_up_is_believed_only_when_memory_was_full(peak: int, outcome: str, source: str) -> None:
    limits, signature = Limits(memory_bytes=100 * MIB), MemorySignature(exit_codes=(3,), peak_share=0.8)
    end = {**CLEAN, "exit_code": 3, "peak_memory_bytes": peak * MIB}
    found = judge(end, phase=Phase.RUN, limits=limits, signature=signature)
    assert (found.outcome, found.limit_source) == (outcome, source)


def test_the_kernels_verdict_on_memory_names_its_source() -> None:
    assert judge({**CLEAN, "oom_kills": 1}, phase=Phase.RUN, limits=Limits()).limit_source == "cgroup"


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
