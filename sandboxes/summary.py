"""From what the agent reported to the result of a run."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from sandboxes import outcome, policy
from sandboxes.environment import Environment
from sandboxes.limits import Limits
from sandboxes.outcome import Verdict
from sandboxes.result import InstalledPackage, Outcome, OutputStream, Phase, RunResult, StageResult
from sandboxes.transcript import StageRecord, Transcript

SHOWN_PHASES = frozenset({Phase.RUN, Phase.SERVE, Phase.TESTS})


@dataclass(frozen=True, kw_only=True)
class Provenance:
    """Where and how a run happened."""

    environment: Environment
    image_digest: str
    isolation: str
    backend: str
    message: str = ""
    installed: tuple[InstalledPackage, ...] = ()


def stage_result(record: StageRecord, limits: Limits, environment: Environment, lost: Verdict | None) -> StageResult:
    """One stage; `lost` is the verdict on a stage whose end the agent could not report."""
    end = record.end or record.usage
    verdict = (
        outcome.judge(end, phase=record.phase, limits=limits, signature=environment.memory_signature)
        if record.end
        else lost or Verdict(outcome=Outcome.INFRASTRUCTURE_ERROR)
    )
    return StageResult(
        phase=record.phase,
        wall_seconds=end.get("wall_seconds", 0.0),
        cpu_seconds=end.get("cpu_seconds", 0.0),
        peak_memory_bytes=_peak(end, limits, verdict),
        memory_method=end.get("memory_method", ""),
        oom_kills=end.get("oom_kills", 1 if verdict is outcome.OUT_OF_MEMORY else 0),
        outcome=verdict.outcome,
        exit_code=end.get("exit_code"),
        signal=end.get("signal"),
        limit_hit=verdict.limit_hit,
        limit_source=verdict.limit_source,
        stdout=record.stream("stdout"),
        stderr=record.stream("stderr"),
    )


def _peak(end: Mapping[str, Any], limits: Limits, verdict: Verdict) -> int:
    """What the stage itself used; where memory ran out, all that there was, whoever had it."""
    if verdict.outcome is Outcome.OUT_OF_MEMORY:
        return int(end.get("peak_memory_bytes", limits.memory_bytes))
    return max(0, int(end.get("peak_memory_bytes", 0)) - int(end.get("base_memory_bytes", 0)))


def make_result(
    transcript: Transcript, where: Provenance, *, earlier: tuple[StageResult, ...] = (), lost: Verdict | None = None
) -> RunResult:
    """The whole result; `earlier` are stages that did not run here (installed, or compiled before)."""
    environment = where.environment
    stages = earlier + tuple(
        stage_result(record, transcript.plan.limits(record.phase), environment, lost) for record in transcript.stages
    )
    if not stages:
        return without_stages(where, lost or Verdict(outcome=Outcome.INFRASTRUCTURE_ERROR))
    last = stages[-1]
    shown = [stage for stage in stages if stage.phase in SHOWN_PHASES] or [last]
    ended = _how(last, transcript, lost)
    return replace(
        _blank(where),
        outcome=ended.outcome,
        phase=last.phase,
        exit_code=last.exit_code,
        signal=last.signal,
        limit_hit=ended.limit_hit,
        limit_source=ended.limit_source,
        stages=stages,
        stdout=_joined(stage.stdout for stage in shown),
        stderr=_joined(stage.stderr for stage in shown),
        displays=transcript.displays,
        artefacts=transcript.files,
        skipped=tuple(transcript.skipped),
    )


def so_far(transcript: Transcript, where: Provenance, *, earlier: tuple[StageResult, ...] = ()) -> RunResult:
    """The result of an app that is ready and runs on; what it uses is as of half a second ago at most."""
    alive = Verdict(outcome=Outcome.SUCCEEDED)
    return replace(make_result(transcript, where, earlier=earlier, lost=alive), artefacts=(), displays=())


def without_stages(where: Provenance, verdict: Verdict, *, phase: Phase = Phase.PREPARE) -> RunResult:
    """A run that ended before any stage began."""
    return replace(_blank(where), outcome=verdict.outcome, phase=phase, limit_hit=verdict.limit_hit)


def install_failed(where: Provenance, stage: StageResult | None) -> RunResult:
    """A run whose packages could not be installed; a limit that the stage hit is the run's."""
    if stage is None:
        return without_stages(where, Verdict(outcome=Outcome.INSTALL_FAILED), phase=Phase.INSTALL)
    return replace(
        _blank(where),
        outcome=Outcome.INSTALL_FAILED,
        phase=Phase.INSTALL,
        exit_code=stage.exit_code,
        signal=stage.signal,
        limit_hit=stage.limit_hit,
        limit_source=stage.limit_source,
        stages=(stage,),
        stdout=stage.stdout,
        stderr=stage.stderr,
    )


def _how(last: StageResult, transcript: Transcript, lost: Verdict | None) -> Verdict:
    """The run's verdict: the last stage's, unless the run was ended between two stages."""
    complete = len(transcript.stages) == len(transcript.plan.stages)
    if lost is not None and last.outcome is Outcome.SUCCEEDED and not complete:
        return lost
    return Verdict(outcome=last.outcome, limit_hit=last.limit_hit, limit_source=last.limit_source)


def _joined(streams: Iterable[OutputStream]) -> OutputStream:
    found = list(streams)
    if len(found) == 1:
        return found[0]
    return OutputStream(
        data=b"".join(stream.data for stream in found),
        total_bytes=sum(stream.total_bytes for stream in found),
        truncated=any(stream.truncated for stream in found),
    )


def _blank(where: Provenance) -> RunResult:
    return RunResult(
        outcome=Outcome.INFRASTRUCTURE_ERROR,
        phase=Phase.PREPARE,
        message=where.message,
        installed=where.installed,
        environment=where.environment.name,
        environment_version=where.environment.version,
        image_digest=where.image_digest,
        policy_version=policy.POLICY_VERSION,
        isolation=where.isolation,
        backend=where.backend,
    )
