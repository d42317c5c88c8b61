"""From what somebody asks to run to what a sandbox is asked, checked before it is accepted."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from pydantic import BaseModel, ConfigDict

from sandboxes.admission import admit
from sandboxes.agent.frames import MAX_PAYLOAD
from sandboxes.environment import Environment
from sandboxes.errors import InvalidRun
from sandboxes.limits import Limits
from sandboxes.plan import Plan, make_job, make_plan
from sandboxes.result import Phase
from sandboxes.spec import RunRequest
from services.errors import InvalidRequest

# all stages together but the install stage; well below the time after which a worker's task is ended by force
MAX_WALL_SECONDS = 600.0
FindDependencies = Callable[[str, Mapping[str, bytes]], tuple[str, ...]]


class _Kept(BaseModel):
    """A RunRequest without its key, as JSON; bytes are base64."""

    model_config = ConfigDict(ser_json_bytes="base64", val_json_bytes="base64", from_attributes=True)

    environment: str
    files: dict[str, bytes]
    entry: str
    stdin: bytes
    args: tuple[str, ...]
    env: dict[str, str]
    dependencies: tuple[str, ...]
    limits: Limits | None
    stage_limits: dict[Phase, Limits]
    tests: bool
    interactive: bool
    isolation: str
    artefacts: tuple[str, ...]
    record: str = ""


@dataclass(frozen=True, kw_only=True)
class Program:
    """What is asked for. An empty `entry` is found by the environment, `dependencies` None in the files; `limits` say
    per stage what is not as in the environment."""

    environment: str
    files: Mapping[str, bytes]
    entry: str = ""
    stdin: bytes = b""
    args: tuple[str, ...] = ()
    env: Mapping[str, str] = field(default_factory=dict)
    dependencies: tuple[str, ...] | None = None
    limits: Mapping[Phase, Mapping[str, float]] = field(default_factory=dict)
    tests: bool = True
    interactive: bool = False
    isolation: str = ""
    artefacts: tuple[str, ...] = ("**",)


def prepare(program: Program, environments: Mapping[str, Environment], *, find: FindDependencies) -> RunRequest:
    """The request for a sandbox, without a key; `find` finds what the files of a program ask for.

    Raises:
        InvalidRequest: it breaks a rule; names the field.
    """
    environment = environments.get(program.environment)
    if environment is None:
        names = ", ".join(sorted(environments))
        raise InvalidRequest(
            f"Unknown environment {program.environment!r}.", hint=f"There are: {names}.", where="environment"
        )
    stages = {phase: _limits(environment, phase, asked) for phase, asked in program.limits.items()}
    request = RunRequest(
        key="",
        environment=environment.name,
        files=dict(sorted(program.files.items())),
        entry=program.entry or default_entry(environment, program.files),
        stdin=program.stdin,
        args=program.args,
        env=dict(sorted(program.env.items())),
        dependencies=find(environment.name, program.files) if program.dependencies is None else program.dependencies,
        limits=stages.pop(environment.main_phase, None),
        stage_limits=stages,
        tests=program.tests,
        interactive=program.interactive,
        isolation=program.isolation,
        artefacts=program.artefacts,
    )
    try:
        plan = make_plan(request, environment)
        admit(request, *(stage.limits for stage in plan.stages))
    except InvalidRun as error:
        raise InvalidRequest(_sentence(error.message), hint=error.hint, where=error.where) from error
    _check_sums(request, plan)
    return request


def default_entry(environment: Environment, files: Mapping[str, bytes]) -> str:
    """The environment's own entry if it is there, else the first file in its language, else the first."""
    if environment.entry in files:
        return environment.entry
    sources = environment.sources(files)
    return sources[0] if sources else next(iter(files), "")


def to_blob(request: RunRequest) -> bytes:
    """The request as JSON; equal requests are equal bytes."""
    return _Kept.model_validate(request).model_dump_json().encode()


def from_blob(data: bytes, *, key: str) -> RunRequest:
    """The request that `to_blob` kept, under the key of a run."""
    kept = _Kept.model_validate_json(data)
    return RunRequest(key=key, **{name: getattr(kept, name) for name in _Kept.model_fields})


def _limits(environment: Environment, phase: Phase, asked: Mapping[str, Any]) -> Limits:
    if environment.spec(phase) is None:
        raise InvalidRequest(f"Environment {environment.name} has no {phase} stage.", where=f"limits.{phase}")
    return replace(environment.default_limits(phase), **asked)


def _check_sums(request: RunRequest, plan: Plan) -> None:
    # nobody waits for an app's end
    wall_seconds = sum(stage.limits.wall_seconds for stage in plan.stages if stage.phase is not Phase.SERVE)
    if wall_seconds > MAX_WALL_SECONDS:
        raise InvalidRequest(
            f"The stages may take {wall_seconds:.0f} s together; at most {MAX_WALL_SECONDS:.0f} s.",
            hint="Lower wall_seconds.",
            where="limits",
        )
    if len(make_job(request, plan, uid=0, preloads=False, peak_known=True).to_json()) > MAX_PAYLOAD:
        raise InvalidRequest("Arguments, environment and patterns are too long together.", where="args")


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}."
