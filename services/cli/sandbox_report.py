"""How a sandbox result is shown."""

from dataclasses import asdict
from typing import Any

from sandboxes.result import OutputStream, Phase, RunResult, StageResult
from services.domain.execution import spoken_time


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
        "limit_source": stage.limit_source,
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


def print_output(document: dict[str, Any]) -> None:
    """What the program wrote: standard output on ours, standard error on ours."""
    for stream in ("stdout", "stderr"):
        print_piece(stream, document[stream]["text"])


def print_piece(stream: str, text: str) -> None:
    """A piece of what it wrote."""
    from services.cli.output import plain, progress, results

    if not text:
        return
    if stream == "stdout":
        results().print(plain(text), end="", markup=False)
    else:
        progress().print(plain(text), end="", markup=False, style="red")


def print_summary(document: dict[str, Any]) -> None:
    """Earlier stages, one line about how it ended, and what it left."""
    from services.cli.output import progress

    note = progress()
    for stage in document["stages"]:
        if stage["phase"] in {Phase.INSTALL, Phase.COMPILE}:
            again = "from the cache" if stage["cached"] else spoken_time(stage["wall_seconds"])
            note.print(f"[{stage['phase']}] {stage['outcome']} · {again}", markup=False)
    if document.get("installed"):
        names = ", ".join(f"{package['name']}=={package['version']}" for package in document["installed"])
        note.print(f"installed: {names}", markup=False)
    if document["message"]:
        note.print(document["message"], markup=False)
    code, signal = document["exit_code"], document["signal"]
    how = f" exit {code} ·" if code is not None else f" signal {signal} ·" if signal is not None else ""
    limit = f" limit {document['limit_hit']} ·" if document["limit_hit"] else ""
    mib = document["peak_memory_bytes"] / 2**20
    time = spoken_time(document["wall_seconds"])
    note.print(f"[{document['outcome']}]{how}{limit} {time} · {mib:.0f} MiB", markup=False)
    for kind, verb in (("displays", "showed"), ("artefacts", "left")):
        for file in document[kind]:
            note.print(f"  {verb} {file['path']} ({file['size_bytes']:,} bytes)", markup=False)
    for skipped in document["skipped"]:
        note.print(f"  skipped {skipped['path']}: {skipped['reason']}", markup=False)
