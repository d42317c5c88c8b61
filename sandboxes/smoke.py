"""Runs the smoke programs of an environment: does the image do what its folder says?"""

from sandboxes.cameras import Camera
from sandboxes.environment import Environment
from sandboxes.errors import SandboxError
from sandboxes.result import Phase, RunResult
from sandboxes.runner import Runner
from sandboxes.screenshots import PageReport, Shots
from sandboxes.selfcheck import Check
from sandboxes.spec import RunRequest
from sandboxes.stage_spec import Smoke

SHOWN = 400


def check_environment(
    runner: Runner, environment: Environment, *, prefix: str, camera: Camera | None = None
) -> tuple[Check, ...]:
    """Run every smoke program; run keys begin with `prefix`. Never raises for what the image does wrong.

    What has a face is looked at by the `camera`, or, without one, only has to come up.
    """
    return tuple(_check(runner, environment, smoke, prefix, camera) for smoke in environment.smoke)


def smoke_request(environment: Environment, smoke: Smoke, *, key: str) -> RunRequest:
    """What to run or open for a smoke program."""
    return RunRequest(
        key=key,
        environment=environment.name,
        files=environment.smoke_files(smoke),
        entry=smoke.entry or environment.entry,
        stdin=smoke.stdin.encode(),
        args=smoke.args,
        env=smoke.env,
    )


def _check(runner: Runner, environment: Environment, smoke: Smoke, prefix: str, camera: Camera | None) -> Check:
    request = smoke_request(environment, smoke, key=f"{prefix}-{environment.name}-{smoke.name}")
    try:
        if environment.serve is None:
            result, wrong = runner.run(request), ""
        else:
            result, wrong = _shown(runner, environment, smoke, request, camera)
    except SandboxError as error:
        return Check(name=smoke.name, passed=False, detail=f"{type(error).__name__}: {error}")
    expected = environment.smoke_expected(smoke) if environment.serve is None else None
    wrong = _difference(result, smoke, smoke.phase or environment.main_phase, expected) or wrong
    return Check(name=smoke.name, passed=not wrong, detail=wrong or f"{result.outcome}, {result.wall_seconds:.2f} s")


def _shown(
    runner: Runner, environment: Environment, smoke: Smoke, request: RunRequest, camera: Camera | None
) -> tuple[RunResult, str]:
    """How an app came up, and what is wrong with how it looks."""
    session = runner.open(request)
    if session.result is not None:
        return session.result, ""
    try:
        report, face = session.report(), environment.face
        return report, _looks_wrong(camera.look(session, face), smoke) if camera and face else ""
    finally:
        session.close()


def _looks_wrong(shots: Shots, smoke: Smoke) -> str:
    report: PageReport = shots.report
    if report.page_errors or report.page_crashed or report.load_error:
        return f"the page failed: {report.load_error or report.page_errors or 'it crashed'}"[:SHOWN]
    if not shots.pictures or all(picture.blank for picture in shots.pictures):
        return "nothing is to be seen"
    # style sheets may change the case of what is seen
    if smoke.text.casefold() not in report.text.casefold():
        return f"the page does not show {smoke.text!r} but {report.text[:SHOWN]!r}"
    return ""


def _difference(result: RunResult, smoke: Smoke, phase: Phase, expected: bytes | None) -> str:
    if (result.outcome, result.phase) != (smoke.outcome, phase):
        tail = (result.stderr.data or result.stdout.data)[-SHOWN:].decode(errors="backslashreplace")
        return f"wanted {smoke.outcome} in {phase}, was {result.outcome} in {result.phase}: {tail}"
    if expected is not None and result.stdout.data != expected:
        return f"printed {result.stdout.data[-SHOWN:]!r}, wanted {expected[-SHOWN:]!r}"
    return ""
