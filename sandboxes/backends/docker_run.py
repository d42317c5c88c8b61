"""One run on its way through the engine: packages, build cache, sandbox, talk, result."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from sandboxes import outcome, policy, summary
from sandboxes.backends.docker_install import Installer
from sandboxes.backends.docker_sandbox import DockerSandbox, Shape
from sandboxes.backends.docker_stock import Stock
from sandboxes.build_cache import BuildCache
from sandboxes.conversation import Talk, opening
from sandboxes.dependencies import Wanted
from sandboxes.errors import BackendLost
from sandboxes.ledger import RunLedger
from sandboxes.outcome import Verdict
from sandboxes.plan import Plan, make_job, with_packages
from sandboxes.result import Outcome, Phase, RunResult, StageResult
from sandboxes.runner import FrameSink, RunControl
from sandboxes.spec import RunRequest
from sandboxes.transcript import BuiltFile, Transcript

CANCELLED = Verdict(outcome=Outcome.CANCELLED)
INSTALL_FAILED = Verdict(outcome=Outcome.INSTALL_FAILED)
DEPENDENCIES = "/opt/dependencies"


@dataclass(frozen=True, kw_only=True)
class Run:
    """One request on its way through the engine."""

    request: RunRequest
    where: summary.Provenance
    plan: Plan
    shape: Shape
    control: RunControl
    on_output: FrameSink | None
    wanted: Wanted = Wanted()
    cache_key: str = ""
    earlier: tuple[StageResult, ...] = ()
    built: tuple[BuiltFile, ...] = ()
    on_placed: Callable[["Run", DockerSandbox, Transcript], None] = lambda *_: None
    on_phase: Callable[[Phase], None] = lambda _: None


class Runs:
    """Executes prepared runs; `stock` gives this process's sandboxes."""

    def __init__(
        self, *, stock: Callable[[], Stock], ledger: RunLedger, builds: BuildCache, installer: Installer
    ) -> None:
        self._stock, self._ledger, self._builds, self._installer = stock, ledger, builds, installer

    def _with_packages(self, run: Run) -> Run | RunResult:
        """The run with what it asks for installed; the result if that cannot be."""
        environment, wanted = run.where.environment, run.wanted
        if environment.install is None and (wanted.install or wanted.refused):
            return summary.without_stages(run.where, INSTALL_FAILED, phase=Phase.INSTALL)
        if not self._installer.serves(environment) or not (wanted.install or wanted.refused):
            return run
        if wanted.refused:
            return summary.without_stages(run.where, INSTALL_FAILED, phase=Phase.INSTALL)
        found = self._installer.provide(
            environment,
            wanted.install,
            run.where.image_digest,
            lambda plan, mounts: self._install_in(run, plan, mounts),
        )
        if found.tree is None:
            where = replace(run.where, message=found.message)
            return summary.install_failed(where, found.stage)
        where = replace(run.where, installed=found.packages)
        mounts = ((str(found.tree), DEPENDENCIES),)
        shape = replace(run.shape, mounts=mounts, preload="")
        self._stock().learn(shape, environment)
        earlier = (found.stage,) if found.stage else ()
        return replace(run, where=where, plan=with_packages(run.plan, environment), shape=shape, earlier=earlier)

    def _install_in(self, run: Run, plan: Plan, mounts: tuple[tuple[str, str], ...]) -> tuple[RunResult, Transcript]:
        shape = Shape(image=run.shape.image, isolation=policy.CONTAINER, disk=plan.disk, mounts=mounts)
        self._stock().learn(shape, run.where.environment)
        request = RunRequest(
            key=f"{run.request.key}:install",
            environment=run.request.environment,
            files={},
            entry="",
            artefacts=(),
        )
        where = replace(run.where, isolation=policy.CONTAINER)
        install = Run(request=request, where=where, plan=plan, shape=shape, control=run.control, on_output=None)
        return self._run_in(install, self._stock().get(shape))

    def _with_build(self, run: Run) -> Run:
        """Leave the compile stage out if the same text was compiled before."""
        compiling = run.plan.stages[0]
        if compiling.phase is not Phase.COMPILE:
            return run
        key = self._builds.key(compiling, run.request.files, run.where.image_digest, policy.POLICY_VERSION)
        found = self._builds.find(key)
        stage, built = found or (None, ())
        plan = run.plan.without(Phase.COMPILE) if found else run.plan
        earlier = (*run.earlier, stage) if stage else run.earlier
        return replace(run, plan=plan, cache_key="" if found else key, earlier=earlier, built=built)

    def execute(self, run: Run) -> RunResult:
        """Run it, once more if a warm sandbox died before the program began."""
        ready = self._with_packages(run)
        if isinstance(ready, RunResult):
            return ready
        run = self._with_build(ready)
        left_over = self._ledger.find(run.request.key)
        if left_over:
            self._stock().workshop.remove(left_over)
        sandbox = self._stock().get(run.shape)
        if sandbox.runs and not self._greet(sandbox):
            self._stock().pool.give_back(sandbox, run.shape, healthy=False)
            sandbox = self._stock().get(run.shape)
        result, transcript = self._run_in(run, sandbox)
        self._keep_build(run, transcript, result)
        return result

    def _greet(self, sandbox: DockerSandbox) -> bool:
        """Whether an idle sandbox is still as it was when it said that it was ready."""
        return not sandbox.link.pending

    def _run_in(self, run: Run, sandbox: DockerSandbox) -> tuple[RunResult, Transcript]:
        key, healthy = run.request.key, False
        transcript = Transcript(plan=run.plan, on_output=run.on_output, on_phase=run.on_phase)
        self._ledger.record(key, sandbox.id)
        run.on_placed(run, sandbox, transcript)
        try:
            self._stock().workshop.resize(sandbox, run.plan.stages[0].limits)
            lost = self._converse(run, sandbox, transcript)
            # a sandbox in which memory ran out goes: the engine's own mark of it would outlast this run
            healthy = lost is None and not transcript.ran_out_of_memory
            if healthy and run.shape.isolation == policy.NAMESPACE:
                sandbox.ready = False
                sandbox.link.say_bye()
        finally:
            self._ledger.forget(key, sandbox.id)
            sandbox.runs += 1
            self._stock().pool.give_back(sandbox, run.shape, healthy=healthy)
        result = summary.make_result(transcript, run.where, earlier=run.earlier, lost=lost or _stopped(run))
        return result, transcript

    def _converse(self, run: Run, sandbox: DockerSandbox, transcript: Transcript) -> Verdict | None:
        """Hold the talk; a verdict if the sandbox did not live to report.

        Raises:
            BackendLost, StartFailed: the sandbox, not the program, failed.
        """
        request = run.request
        job = make_job(
            request,
            run.plan,
            uid=sandbox.placement.uid,
            preloads=bool(sandbox.shape.preload),
            peak_known=sandbox.reset_peak(),
        )
        talk = Talk(sandbox.link, transcript, run.control, on_held=lambda: self._between(run, sandbox, transcript))
        try:
            ended = talk.hold(
                opening(job, request.files, request.stdin, run.built),
                seconds=run.plan.wall_seconds + policy.GRACE_SECONDS,
                stdin_bytes=len(request.stdin),
                interactive=request.interactive,
            )
        except BackendLost:
            if run.control.cancelled:
                return CANCELLED
            self._stock().workshop.lost_for_memory(sandbox)
            return outcome.OUT_OF_MEMORY
        return None if ended else CANCELLED

    def _between(self, run: Run, sandbox: DockerSandbox, transcript: Transcript) -> None:
        """Before the next stage: its memory and processes, and a peak that is its own."""
        following = run.plan.stages[len(transcript.stages)]
        self._stock().workshop.resize(sandbox, following.limits)
        sandbox.reset_peak()

    def _keep_build(self, run: Run, transcript: Transcript, result: RunResult) -> None:
        compiled = next((stage for stage in result.stages if stage.phase is Phase.COMPILE), None)
        if not run.cache_key or compiled is None:
            return
        if compiled.outcome is Outcome.SUCCEEDED and transcript.built:
            self._builds.keep(run.cache_key, compiled, transcript.built)


def _stopped(run: Run) -> Verdict | None:
    return CANCELLED if run.control.cancelled else None
