"""From a request to the stages that will run, with their limits and argument lists."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from sandboxes import policy
from sandboxes.agent.job import Job, Stage
from sandboxes.environment import Environment
from sandboxes.limits import Limits
from sandboxes.result import Phase
from sandboxes.spec import RunRequest

BASE_ENV = {"PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": policy.WORK, "LANG": "C.UTF-8", "TMPDIR": "/tmp"}  # noqa: S108
BUILD_FOLDER = ".build"


@dataclass(frozen=True, kw_only=True)
class PlannedStage:
    """One stage: what is run, in which environment variables, within which limits."""

    phase: Phase
    argv: tuple[str, ...]
    env: Mapping[str, str]
    limits: Limits
    preloaded: bool = False
    port: int = 0


@dataclass(frozen=True, kw_only=True)
class Plan:
    """All stages of a run, in order."""

    stages: tuple[PlannedStage, ...]
    build_bytes: int = policy.MAX_BUILD_BYTES

    def limits(self, phase: Phase) -> Limits:
        """The limits of a stage that is in the plan."""
        return next(stage.limits for stage in self.stages if stage.phase is phase)

    @property
    def wall_seconds(self) -> float:
        """The longest that all stages may take."""
        return sum(stage.limits.wall_seconds for stage in self.stages)

    @property
    def disk(self) -> tuple[int, int]:
        """Bytes and inodes for a work directory that serves every stage."""
        limits = [stage.limits for stage in self.stages]
        return max(found.disk_bytes for found in limits), max(found.inodes for found in limits)

    def without(self, phase: Phase) -> "Plan":
        """The plan with this stage left out."""
        return Plan(stages=tuple(stage for stage in self.stages if stage.phase is not phase))


def make_plan(request: RunRequest, environment: Environment) -> Plan:
    """The stages this request goes through: compile where there is a compiler, run, and tests where it brings any."""
    phases = [Phase.COMPILE] if environment.compile else []
    tests = environment.test_files(request.files) if request.tests and environment.serve is None else ()
    if request.entry not in tests:
        phases.append(environment.main_phase)
    if tests:
        phases.append(Phase.TESTS)
    return Plan(stages=tuple(_stage(phase, request, environment) for phase in phases))


def _stage(phase: Phase, request: RunRequest, environment: Environment) -> PlannedStage:
    limits = _limits(phase, request, environment)
    spec = environment.spec(phase)
    argv = environment.command(
        phase, entry=request.entry, files=request.files, args=request.args, memory_bytes=limits.memory_bytes
    )
    theirs = {} if phase is Phase.COMPILE else dict(request.env)
    return PlannedStage(
        phase=phase,
        argv=argv,
        env={**BASE_ENV, **environment.env, **(spec.env if spec else {}), **theirs},
        limits=limits,
        port=environment.serve.port if environment.serve and phase is Phase.SERVE else 0,
        preloaded=_is_preloaded(phase, environment, argv, theirs),
    )


def _is_preloaded(phase: Phase, environment: Environment, argv: tuple[str, ...], env: Mapping[str, str]) -> bool:
    named = phase is environment.main_phase and environment.preload in argv[1:2]
    return named and not _needs_fresh_interpreter(env)


def _limits(phase: Phase, request: RunRequest, environment: Environment) -> Limits:
    asked = request.stage_limits.get(phase)
    if asked is None and phase is environment.main_phase:
        asked = request.limits
    return asked or environment.default_limits(phase)


def _needs_fresh_interpreter(env: Mapping[str, str]) -> bool:
    # an interpreter reads these as it starts, so one that has started cannot heed them
    return any(name.startswith("PYTHON") for name in env)


def install_plan(environment: Environment, packages: tuple[str, ...], env: Mapping[str, str]) -> Plan:
    """The one stage that fetches these requirements.

    Raises:
        InvalidRun: the environment has no install stage.
    """
    limits = environment.default_limits(Phase.INSTALL)
    argv = environment.command(Phase.INSTALL, packages=packages)
    stage = PlannedStage(phase=Phase.INSTALL, argv=argv, env={**BASE_ENV, **env}, limits=limits)
    return Plan(stages=(stage,), build_bytes=policy.MAX_PACKAGES_BYTES)


def index_plan(environment: Environment) -> Plan | None:
    """The one stage that says which index the installer would ask, where it can say so."""
    if environment.install is None or not environment.install.index:
        return None
    limits = environment.default_limits(Phase.INSTALL)
    stage = PlannedStage(phase=Phase.INSTALL, argv=environment.install.index, env=BASE_ENV, limits=limits)
    return Plan(stages=(stage,))


def with_packages(plan: Plan, environment: Environment) -> Plan:
    """The plan whose stages find what was installed."""
    found = environment.install.provides if environment.install else {}
    stages = (replace(stage, env={**stage.env, **found}, preloaded=False) for stage in plan.stages)
    return replace(plan, stages=tuple(stages))


def make_job(request: RunRequest, plan: Plan, *, uid: int, preloads: bool, peak_known: bool) -> Job:
    """The plan in the agent's words; `preloads` tells whether the sandbox has the environment's module loaded."""
    return Job(
        stages=tuple(_words(stage, preloaded=preloads and stage.preloaded) for stage in plan.stages),
        uid=uid,
        artefacts=request.artefacts,
        artefact_count=policy.MAX_ARTEFACTS,
        artefact_bytes=policy.MAX_ARTEFACT_BYTES,
        interactive=request.interactive,
        peak_known=peak_known,
        work=policy.WORK,
        build=BUILD_FOLDER,
        build_bytes=plan.build_bytes,
    )


def _words(stage: PlannedStage, *, preloaded: bool) -> Stage:
    return Stage(
        phase=stage.phase.value,
        argv=stage.argv[2:] if preloaded else stage.argv,
        env=dict(stage.env),
        cpu_seconds=stage.limits.cpu_seconds,
        wall_seconds=stage.limits.wall_seconds,
        output_bytes=stage.limits.output_bytes,
        file_bytes=stage.limits.file_bytes,
        disk_bytes=stage.limits.disk_bytes,
        inodes=stage.limits.inodes,
        port=stage.port,
        takes_input=stage.phase in {Phase.RUN, Phase.SERVE},
        keep_build=stage.phase in {Phase.INSTALL, Phase.COMPILE},
        preloaded=preloaded,
    )
