"""Runs the smoke programs of an environment: does the image do what its folder says?"""

from sandboxes.environment import Environment
from sandboxes.errors import SandboxError
from sandboxes.result import Phase, RunResult
from sandboxes.runner import Runner
from sandboxes.selfcheck import Check
from sandboxes.spec import RunRequest
from sandboxes.stage_spec import Smoke

SHOWN = 400


def check_environment(runner: Runner, environment: Environment, *, prefix: str) -> tuple[Check, ...]:
    """Run every smoke program; run keys begin with `prefix`. Never raises for what the image does wrong."""
    return tuple(_check(runner, environment, smoke, prefix) for smoke in environment.smoke)


def _check(runner: Runner, environment: Environment, smoke: Smoke, prefix: str) -> Check:
    request = RunRequest(
        key=f"{prefix}-{environment.name}-{smoke.name}",
        environment=environment.name,
        files=environment.smoke_files(smoke),
        entry=smoke.entry or environment.entry,
        stdin=smoke.stdin.encode(),
        args=smoke.args,
        env=smoke.env,
    )
    try:
        result = runner.run(request)
    except SandboxError as error:
        return Check(name=smoke.name, passed=False, detail=f"{type(error).__name__}: {error}")
    wrong = _difference(result, smoke, smoke.phase or environment.main_phase, environment.smoke_expected(smoke))
    return Check(name=smoke.name, passed=not wrong, detail=wrong or f"{result.outcome}, {result.wall_seconds:.2f} s")


def _difference(result: RunResult, smoke: Smoke, phase: Phase, expected: bytes | None) -> str:
    if (result.outcome, result.phase) != (smoke.outcome, phase):
        tail = (result.stderr.data or result.stdout.data)[-SHOWN:].decode(errors="backslashreplace")
        return f"wanted {smoke.outcome} in {phase}, was {result.outcome} in {result.phase}: {tail}"
    if expected is not None and result.stdout.data != expected:
        return f"printed {result.stdout.data[-SHOWN:]!r}, wanted {expected[-SHOWN:]!r}"
    return ""
