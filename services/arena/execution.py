"""The execution stage: the program runs in a sandbox, and what happened is stored."""

from collections.abc import Mapping
from dataclasses import dataclass

from sandboxes.environment import Environment
from sandboxes.runner import RunControl
from sandboxes.spec import RunRequest
from services.arena.captured import captured
from services.arena.effects import Effects, Publisher
from services.arena.live_output import LiveOutput, LivePiece
from services.arena.orchestrator import Orchestrator
from services.arena.showing import Showing, Shown
from services.clock import Ids
from services.domain.answer import Answer
from services.domain.events import ExecutionEvent
from services.domain.execution import Execution, ExecutionOutcome, StoredFile
from services.domain.snippet import Snippet
from services.domain.work import Lease
from services.errors import NotFound
from services.events.controls import RunControls
from services.store.blobs import BlobStore
from services.store.unit_of_work import UnitOfWorkFactory

LIVE_BYTES = 32 * 1024


@dataclass(frozen=True, kw_only=True)
class ExecutionStage:
    """Runs the program of one answer."""

    store: UnitOfWorkFactory
    blobs: BlobStore
    publisher: Publisher
    orchestrator: Orchestrator
    controls: RunControls
    showing: Showing
    environments: Mapping[str, Environment]
    ids: Ids

    def run(self, lease: Lease) -> None:
        """Run the snippet and store the result.

        Raises:
            SandboxError: the sandbox, not the program, failed.
            StaleLease: another attempt has taken over.
        """
        with self.store() as uow:
            answer = uow.answers.get(lease.work.subject)
            snippet = uow.snippets.find(answer.id)
            battle = uow.battles.get(answer.battle_id)
        if snippet is None:
            raise NotFound(f"Answer {answer.id} has no program.")
        request = RunRequest(
            key=answer.id,
            environment=snippet.environment,
            files={file.path: file.text.encode("utf-8", "replace") for file in snippet.files},
            entry=snippet.entry,
            dependencies=snippet.dependencies,
            record=answer.id if battle.record_interactions else "",
        )
        environment = self.environments.get(snippet.environment)
        control = RunControl()
        with (
            self.controls.attach(lease.work.id, control),
            LiveOutput(lambda piece: self._announce(answer, piece), most_bytes=LIVE_BYTES) as live,
        ):
            shown = self.showing.show(request, environment, on_output=live, control=control)
        execution = self._execution(answer, snippet, shown)
        effects = Effects()
        effects.event(answer.battle_id, _ended(answer, execution))
        with self.store() as uow:
            uow.work.finish(lease)
            uow.executions.put(execution)
            self.orchestrator.side_finished(uow, uow.answers.get(answer.id), execution.outcome, effects)
            uow.commit()
        self.publisher.publish(effects)
        self.controls.forget(lease.work.id)

    def _announce(self, answer: Answer, piece: LivePiece) -> bool:
        if piece.cut:
            return True
        event = ExecutionEvent(side=answer.side, stream=piece.stream, text=piece.text)
        return self.publisher.announce(answer.battle_id, event)

    def _execution(self, answer: Answer, snippet: Snippet, shown: Shown) -> Execution:
        result = shown.result
        return Execution(
            id=self.ids.new(),
            battle_id=answer.battle_id,
            answer_id=answer.id,
            snippet_id=snippet.id,
            environment=result.environment or snippet.environment,
            outcome=ExecutionOutcome(result.outcome.value),
            phase=result.phase.value,
            exit_code=result.exit_code,
            signal=result.signal,
            limit_hit=result.limit_hit,
            message=result.message,
            stdout=captured(result.stdout, self.blobs),
            stderr=captured(result.stderr, self.blobs),
            wall_seconds=result.wall_seconds,
            cpu_seconds=result.cpu_seconds,
            peak_memory_bytes=result.peak_memory_bytes,
            files=tuple(
                StoredFile(path=file.path, size_bytes=len(file.data), digest=self.blobs.put(file.data))
                for file in (*result.displays, *result.artefacts)
            ),
            skipped_files=tuple(f"{file.path}: {file.reason}" for file in result.skipped),
            isolation=result.isolation,
            image_digest=result.image_digest,
            environment_version=result.environment_version,
            policy_version=result.policy_version,
            appearance=shown.appearance,
            app=shown.app,
        )


def _ended(answer: Answer, execution: Execution) -> ExecutionEvent:
    return ExecutionEvent(
        side=answer.side,
        stream="status",
        outcome=execution.outcome,
        text=execution.limit_hit or execution.message,
        exit_code=execution.exit_code,
        wall_seconds=execution.wall_seconds,
        peak_memory_bytes=execution.peak_memory_bytes,
    )
