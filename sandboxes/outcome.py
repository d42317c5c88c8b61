"""From wait status and counters to the outcome; nothing the program printed is looked at."""

import signal
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sandboxes.limits import Limits
from sandboxes.result import Outcome, Phase
from sandboxes.stage_spec import MemorySignature

TIME_LIMITS = frozenset({"cpu_seconds", "wall_seconds"})
BY_KERNEL, BY_RUNTIME = "cgroup", "runtime"


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """How a stage ended, which limit it hit, if any, and who noticed that memory was exhausted."""

    outcome: Outcome
    limit_hit: str = ""
    limit_source: str = ""


OUT_OF_MEMORY = Verdict(outcome=Outcome.OUT_OF_MEMORY, limit_hit="memory_bytes", limit_source=BY_KERNEL)


def judge(end: Mapping[str, Any], *, phase: Phase, limits: Limits, signature: MemorySignature | None = None) -> Verdict:
    """The verdict on a stage, from what the agent read from the kernel (`sandboxes.agent.session.report`)."""
    verdict = _judge(end, limits, signature or MemorySignature())
    if phase is Phase.COMPILE and verdict.outcome in {Outcome.FAILED, Outcome.SIGNALLED}:
        return Verdict(outcome=Outcome.COMPILE_FAILED, limit_hit=verdict.limit_hit)
    return verdict


def _judge(end: Mapping[str, Any], limits: Limits, signature: MemorySignature) -> Verdict:
    limit = str(end["limit_hit"])
    if end["cancelled"]:
        return Verdict(outcome=Outcome.CANCELLED)
    if limit == "output_bytes":
        return Verdict(outcome=Outcome.OUTPUT_LIMIT, limit_hit=limit)
    if limit in TIME_LIMITS:
        return Verdict(outcome=Outcome.TIMED_OUT, limit_hit=limit)
    if end["oom_kills"]:
        return OUT_OF_MEMORY
    if _gave_up(end, limits, signature):
        return Verdict(outcome=Outcome.OUT_OF_MEMORY, limit_hit="memory_bytes", limit_source=BY_RUNTIME)
    return _exited(end) if end["signal"] is None else _signalled(end, limits)


def _gave_up(end: Mapping[str, Any], limits: Limits, signature: MemorySignature) -> bool:
    """Whether the language's runtime ended as it does when its heap is full, and memory really was."""
    marked = end["exit_code"] in signature.exit_codes or end["signal"] in signature.signals
    return marked and end.get("peak_memory_bytes", 0) >= signature.peak_share * limits.memory_bytes


def _exited(end: Mapping[str, Any]) -> Verdict:
    if end["exit_code"] == 0:
        return Verdict(outcome=Outcome.SUCCEEDED)
    if end["disk_full"]:
        return Verdict(outcome=Outcome.DISK_LIMIT, limit_hit="disk_bytes")
    return Verdict(outcome=Outcome.FAILED)


def _signalled(end: Mapping[str, Any], limits: Limits) -> Verdict:
    # a program may send itself SIGXCPU, so the counter has to agree
    if end["signal"] in {signal.SIGXCPU, signal.SIGKILL} and end["cpu_seconds"] >= limits.cpu_seconds:
        return Verdict(outcome=Outcome.TIMED_OUT, limit_hit="cpu_seconds")
    if end["signal"] == signal.SIGXFSZ:
        return Verdict(outcome=Outcome.DISK_LIMIT, limit_hit="file_bytes")
    return Verdict(outcome=Outcome.SIGNALLED)
