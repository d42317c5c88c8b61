"""How a sandbox result is shown."""

from dataclasses import asdict
from typing import Any

from sandboxes.result import OutputStream, Phase, RunResult, StageResult


def as_document(result: RunResult) -> dict[str, Any]:
    """The result as JSON-ready values; streams as text with replacement characters, artefacts by path and size."""
    return {
        "outcome": result.outcome.value,
        "phase": result.phase.value,
        "exit_code": result.exit_code,
        "signal": result.signal,
        "limit_hit": result.limit_hit,
        "limit_source": result.limit_source,
        "message": result.message,
        "stdout": _stream(result.stdout),
        "stderr": _stream(result.stderr),
        "wall_seconds": result.wall_seconds,
        "cpu_seconds": result.cpu_seconds,
        "peak_memory_bytes": result.peak_memory_bytes,
        "stages": [_stage(stage) for stage in result.stages],
        "displays": [{"path": file.path, "size_bytes": len(file.data)} for file in result.displays],
        "artefacts": [{"path": file.path, "size_bytes": len(file.data)} for file in result.artefacts],
        "skipped": [{"path": file.path, "reason": file.reason} for file in result.skipped],
        "installed": [asdict(package) for package in result.installed],
        "environment": result.environment,
        "environment_version": result.environment_version,
        "image_digest": result.image_digest,
        "policy_version": result.policy_version,
        "isolation": result.isolation,
    }


def _stage(stage: StageResult) -> dict[str, Any]:
    return {
        "phase": stage.phase.value,
        "outcome": stage.outcome.value,
        "exit_code": stage.exit_code,
        "signal": stage.signal,
        "limit_hit": stage.limit_hit,
        "wall_seconds": stage.wall_seconds,
        "cpu_seconds": stage.cpu_seconds,
        "peak_memory_bytes": stage.peak_memory_bytes,
        "memory_method": stage.memory_method,
        "cached": stage.cached,
        "stdout": _stream(stage.stdout),
        "stderr": _stream(stage.stderr),
    }


def _stream(stream: OutputStream) -> dict[str, Any]:
    return {
        "text": stream.data.decode("utf-8", "replace"),
        "total_bytes": stream.total_bytes,
        "truncated": stream.truncated,
    }


def print_result(result: RunResult) -> None:
    """The program's output, then one line about how it ended."""
    from services.cli.output import plain, progress, results

    out, note = results(), progress()
    if result.stdout.data:
        out.print(plain(result.stdout.data.decode("utf-8", "replace")), end="", markup=False)
    if result.stderr.data:
        note.print(plain(result.stderr.data.decode("utf-8", "replace")), end="", markup=False, style="red")
    for stage in result.stages:
        if stage.phase in {Phase.INSTALL, Phase.COMPILE}:
            again = "from the cache" if stage.cached else f"{stage.wall_seconds:.2f} s"
            note.print(f"[{stage.phase}] {stage.outcome} · {again}", markup=False)
    if result.installed:
        names = ", ".join(f"{package.name}=={package.version}" for package in result.installed)
        note.print(f"installed: {names}", markup=False)
    if result.message:
        note.print(result.message, markup=False)
    how = f"exit {result.exit_code}" if result.exit_code is not None else f"signal {result.signal}"
    limit = f" · limit {result.limit_hit}" if result.limit_hit else ""
    mib = result.peak_memory_bytes / 2**20
    note.print(f"[{result.outcome}] {how}{limit} · {result.wall_seconds:.2f} s · {mib:.0f} MiB", markup=False)
    for file in result.displays:
        note.print(f"  showed {file.path} ({len(file.data):,} bytes)", markup=False)
    for file in result.artefacts:
        note.print(f"  left {file.path} ({len(file.data):,} bytes)", markup=False)
    for skipped in result.skipped:
        note.print(f"  skipped {skipped.path}: {skipped.reason}", markup=False)
