"""From wait status and counters to the outcome; nothing the program printed is looked at."""

import signal
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sandboxes.result import Outcome

TIME_LIMITS = frozenset({"cpu_seconds", "wall_seconds"})


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """How a run ended and which limit it hit, if any."""

    outcome: Outcome
    limit_hit: str = ""


def judge(end: Mapping[str, Any], *, cpu_limit_seconds: float) -> Verdict:
    """The verdict on a run, from what the agent read from the kernel (`sandboxes.agent.main.report`)."""
    limit = str(end["limit_hit"])
    if limit == "output_bytes":
        return Verdict(outcome=Outcome.OUTPUT_LIMIT, limit_hit=limit)
    if limit in TIME_LIMITS:
        return Verdict(outcome=Outcome.TIMED_OUT, limit_hit=limit)
    if end["oom_kills"]:
        return Verdict(outcome=Outcome.OUT_OF_MEMORY, limit_hit="memory_bytes")
    if end["signal"] is not None:
        return _signalled(end, cpu_limit_seconds)
    return _exited(end)


def _exited(end: Mapping[str, Any]) -> Verdict:
    if end["exit_code"] == 0:
        return Verdict(outcome=Outcome.SUCCEEDED)
    if end["disk_full"]:
        return Verdict(outcome=Outcome.DISK_LIMIT, limit_hit="disk_bytes")
    return Verdict(outcome=Outcome.FAILED)


def _signalled(end: Mapping[str, Any], cpu_limit_seconds: float) -> Verdict:
    # a program may send itself SIGXCPU, so the counter has to agree
    if end["signal"] in {signal.SIGXCPU, signal.SIGKILL} and end["cpu_seconds"] >= cpu_limit_seconds:
        return Verdict(outcome=Outcome.TIMED_OUT, limit_hit="cpu_seconds")
    if end["signal"] == signal.SIGXFSZ:
        return Verdict(outcome=Outcome.DISK_LIMIT, limit_hit="file_bytes")
    return Verdict(outcome=Outcome.SIGNALLED)
