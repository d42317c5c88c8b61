"""The worker's side of a direct run: take it up, run it in a sandbox, store what happened."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sandboxes.environment import Environment
from sandboxes.errors import InvalidRun
from sandboxes.result import Artefact, StageResult
from sandboxes.runner import RunControl
from services.arena.captured import captured
from services.arena.effects import Effects, Publisher
from services.arena.live_output import LiveOutput, LivePiece
from services.arena.programs import from_blob
from services.arena.showing import Showing, Shown
from services.clock import Clock
from services.domain.direct_run import DirectRun, InstalledPackage, RunReport, RunState, SkippedFile, StageReport
from services.domain.execution import ExecutionOutcome, StoredFile
from services.domain.run_events import OutputEvent, StateEvent, ending
from services.domain.work import Lease
from services.events.controls import RunControls
from services.store.blobs import BlobStore
from services.store.unit_of_work import UnitOfWorkFactory


@dataclass(frozen=True, kw_only=True)
class DirectStage:
    """Runs one direct run."""

    store: UnitOfWorkFactory
    blobs: BlobStore
    publisher: Publisher
    controls: RunControls
    showing: Showing
    environments: Mapping[str, Environment]
    clock: Clock

    def run(self, lease: Lease) -> None:
        """Run the program and store the result.

        Raises:
            SandboxError: the sandbox, not the program, failed.
            StaleLease: another attempt has taken over.
        """
        control = RunControl()
        with self.controls.attach(lease.work.subject, control):
            run = self._begin(lease)
            report = self._cancelled(run) or self._execute(run, control)
        effects = Effects()
        with self.store() as uow:
            uow.work.finish(lease)
            latest = uow.runs.get_for_update(run.id)
            if latest.state is not RunState.ENDED:
                uow.runs.update(latest.ended(report, now=self.clock.now()))
                effects.event(run.id, ending(report))
            uow.commit()
        self.publisher.publish(effects)
        self.controls.forget(run.id)

    def _begin(self, lease: Lease) -> DirectRun:
        with self.store() as uow:
            run = uow.runs.get_for_update(lease.work.subject)
            if run.state is RunState.ENDED:
                return run
            run = run.taken_up(now=self.clock.now())
            uow.runs.update(run)
            uow.commit()
        self.publisher.announce(run.id, StateEvent(attempt=run.attempts, at=self.clock.now()))
        return run

    def _cancelled(self, run: DirectRun) -> RunReport | None:
        """What to say of a run that was to end before this attempt began; the wish is in the row, too."""
        if run.report is not None:
            return run.report
        if run.cancel_asked_at is None:
            return None
        return RunReport(outcome=ExecutionOutcome.CANCELLED, message="Cancelled before it began.")

    def _execute(self, run: DirectRun, control: RunControl) -> RunReport:
        request = from_blob(self.blobs.get(run.program), key=run.id)
        try:
            with LiveOutput(lambda piece: self._announce(run, piece)) as live:
                environment = self.environments.get(request.environment)
                shown = self.showing.show(request, environment, on_output=live, control=control)
        except InvalidRun as error:
            # this worker's rules are not those that accepted it
            return RunReport(outcome=ExecutionOutcome.REJECTED, message=error.message)
        return self._report(shown)

    def _announce(self, run: DirectRun, piece: LivePiece) -> bool:
        event = OutputEvent(
            attempt=run.attempts,
            sequence=piece.sequence,
            stream=piece.stream,
            phase=piece.phase.value,
            at=self.clock.now(),
            text=piece.text,
            cut=piece.cut,
        )
        return self.publisher.announce(run.id, event)

    def _report(self, shown: Shown) -> RunReport:
        result = shown.result
        return RunReport(
            outcome=ExecutionOutcome(result.outcome.value),
            phase=result.phase.value,
            exit_code=result.exit_code,
            signal=result.signal,
            limit_hit=result.limit_hit,
            limit_source=result.limit_source,
            message=result.message,
            wall_seconds=result.wall_seconds,
            cpu_seconds=result.cpu_seconds,
            peak_memory_bytes=result.peak_memory_bytes,
            stdout=captured(result.stdout, self.blobs),
            stderr=captured(result.stderr, self.blobs),
            stages=tuple(self._stage(stage) for stage in result.stages),
            displays=self._files(result.displays),
            artefacts=self._files(result.artefacts),
            skipped=tuple(SkippedFile(path=found.path, reason=found.reason) for found in result.skipped),
            installed=tuple(
                InstalledPackage(name=found.name, version=found.version, digest=found.digest)
                for found in result.installed
            ),
            environment_version=result.environment_version,
            image_digest=result.image_digest,
            policy_version=result.policy_version,
            isolation=result.isolation,
            backend=result.backend,
            appearance=shown.appearance,
            app=shown.app,
        )

    def _stage(self, stage: StageResult) -> StageReport:
        return StageReport(
            phase=stage.phase.value,
            outcome=ExecutionOutcome(stage.outcome.value),
            exit_code=stage.exit_code,
            signal=stage.signal,
            limit_hit=stage.limit_hit,
            limit_source=stage.limit_source,
            wall_seconds=stage.wall_seconds,
            cpu_seconds=stage.cpu_seconds,
            peak_memory_bytes=stage.peak_memory_bytes,
            memory_method=stage.memory_method,
            cached=stage.cached,
            stdout=captured(stage.stdout, self.blobs),
            stderr=captured(stage.stderr, self.blobs),
        )

    def _files(self, files: Iterable[Artefact]) -> tuple[StoredFile, ...]:
        return tuple(
            StoredFile(path=file.path, size_bytes=len(file.data), digest=self.blobs.put(file.data)) for file in files
        )
