"""Direct runs as whoever asks for them sees them: submit, look, cancel, write to their input."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import structlog

from sandboxes.environment import Environment
from services.arena.effects import Effects, Publisher
from services.arena.programs import FindDependencies, Program, prepare, to_blob
from services.clock import Clock, Ids
from services.domain.direct_run import DirectRun, RunReport, RunState
from services.domain.execution import ExecutionOutcome
from services.domain.problem import Problem
from services.domain.run_events import ending
from services.domain.side import Side
from services.domain.work import WorkItem, WorkKind
from services.errors import Conflict, InvalidRequest, NotFound, QueueFull, Unavailable
from services.events.controls import RunControls
from services.store.blobs import BlobStore
from services.store.unit_of_work import UnitOfWork, UnitOfWorkFactory

MAX_BATCH = 64
MAX_RETRY_AFTER_SECONDS = 60.0
log = structlog.get_logger()


@dataclass(frozen=True, kw_only=True)
class Submitted:
    """What a request led to; `known` when the same request with the same key had been accepted before."""

    runs: tuple[DirectRun, ...]
    known: bool


@dataclass(frozen=True, kw_only=True)
class Tie:
    """The side of a battle that runs belong to; `within` is called in the transaction that accepts them."""

    battle_id: str
    side: Side
    within: Callable[[UnitOfWork], None]


def work_id(run_id: str) -> str:
    """The id of the work row of a direct run."""
    return f"{WorkKind.RUN}:{run_id}"


@dataclass(frozen=True, kw_only=True)
class DirectRuns:
    """Accepts, shows and steers direct runs. At most `queue_bound` wait for a worker."""

    store: UnitOfWorkFactory
    blobs: BlobStore
    publisher: Publisher
    controls: RunControls
    environments: Mapping[str, Environment]
    find_dependencies: FindDependencies
    queue_bound: int
    clock: Clock
    ids: Ids

    def submit(
        self, program: Program, *, caller: str = "", idempotency_key: str | None = None, tie: Tie | None = None
    ) -> Submitted:
        """Accept one program.

        Raises:
            InvalidRequest: it breaks a rule; names the field.
            Conflict: the caller used the key for something else.
            QueueFull: as many as may wait do.
            Unavailable: the database or the queue cannot be reached; nothing was accepted.
        """
        blob = to_blob(prepare(program, self.environments, find=self.find_dependencies))
        return self._submit([blob], [program], "", caller=caller, key=idempotency_key, tie=tie)

    def submit_batch(
        self, programs: Sequence[Program], *, caller: str = "", idempotency_key: str | None = None
    ) -> Submitted:
        """Accept all of them or none; raises as `submit` does, and names the first program that breaks a rule."""
        if not 1 <= len(programs) <= MAX_BATCH:
            raise InvalidRequest(f"A batch holds 1 to {MAX_BATCH} executions.", where="executions")
        blobs = []
        for position, program in enumerate(programs):
            try:
                blobs.append(to_blob(prepare(program, self.environments, find=self.find_dependencies)))
            except InvalidRequest as error:
                where = ".".join(["executions", str(position), *([error.where] if error.where else [])])
                raise InvalidRequest(error.message, hint=error.hint, where=where) from error
        return self._submit(blobs, programs, self.ids.new(), caller=caller, key=idempotency_key)

    def get(self, run_id: str) -> DirectRun:
        """The run as it stands.

        Raises:
            NotFound: there is none.
        """
        with self.store() as uow:
            return uow.runs.get(run_id)

    def batch(self, batch_id: str) -> Sequence[DirectRun]:
        """The runs of a batch, in the order they were given.

        Raises:
            NotFound: there is no such batch.
        """
        with self.store() as uow:
            runs = uow.runs.of_batch(batch_id)
        if not runs:
            raise NotFound(f"No batch has the id {batch_id!r}.")
        return runs

    def cancel(self, run_id: str) -> DirectRun:
        """Have it end now; the run as it stands then. Ended runs stay as they are, and asking twice changes nothing.

        Raises:
            NotFound: there is no such run.
            Unavailable: the worker cannot be told; the wish is kept for the next attempt.
        """
        now, effects = self.clock.now(), Effects()
        with self.store() as uow:
            withdrawn = uow.work.withdraw(work_id(run_id))
            run = uow.runs.get_for_update(run_id).cancel_asked(now=now)
            if withdrawn and run.state is not RunState.ENDED:
                report = RunReport(outcome=ExecutionOutcome.CANCELLED, message="Cancelled before it began.")
                run = run.ended(report, now=now)
                effects.event(run_id, ending(report))
            uow.runs.update(run)
            uow.commit()
        self.publisher.publish(effects)
        if run.state is not RunState.ENDED:
            self.controls.cancel(run_id)
        return run

    def send_input(self, run_id: str, data: bytes, *, close: bool) -> DirectRun:
        """Append to the input of an interactive run, which may still wait for its worker.

        Raises:
            NotFound: there is no such run.
            Conflict: it is not interactive, has ended, or its input was closed.
            InvalidRequest: it would get more input than a run may have.
            Unavailable: the worker cannot be told.
        """
        run = self.get(run_id)
        if not run.interactive:
            raise Conflict("This execution takes no input while it runs.", hint="Start it with interactive: true.")
        if run.state is RunState.ENDED:
            raise Conflict("This execution has ended.")
        self.controls.send_input(run_id, data, close=close)
        return run

    def failed(self, uow: UnitOfWork, work: WorkItem, problem: Problem, effects: Effects) -> None:
        """A run's work has failed for good: its result says so."""
        run = uow.runs.get_for_update(work.subject)
        if run.state is RunState.ENDED:
            return
        asked = run.cancel_asked_at is not None
        outcome = ExecutionOutcome.CANCELLED if asked else ExecutionOutcome.INFRASTRUCTURE_ERROR
        report = RunReport(outcome=outcome, message=problem.message)
        uow.runs.update(run.ended(report, now=self.clock.now(), problem=problem))
        effects.event(run.id, ending(report))

    def _submit(
        self,
        blobs: Sequence[bytes],
        programs: Sequence[Program],
        batch_id: str,
        *,
        caller: str,
        key: str | None,
        tie: Tie | None = None,
    ) -> Submitted:
        asked = hashlib.sha256(b"batch" if batch_id else b"one")
        if tie is not None:
            asked.update(f"{tie.battle_id}:{tie.side}".encode())
        for blob in blobs:
            asked.update(hashlib.sha256(blob).digest())
        request_hash = asked.hexdigest()
        with self.store() as uow:
            if known := _known(uow, caller, key, request_hash):
                return known
            self._check_room(uow, len(blobs))
        digests = [self.blobs.put(blob) for blob in blobs]
        now = self.clock.now()
        runs = tuple(
            DirectRun(
                id=self.ids.new(),
                batch_id=batch_id,
                position=position,
                environment=program.environment,
                interactive=program.interactive,
                program=digest,
                request_hash=request_hash,
                caller=caller,
                idempotency_key=key,
                created_at=now,
                battle_id=tie.battle_id if tie else "",
                side=tie.side if tie else None,
            )
            for position, (program, digest) in enumerate(zip(programs, digests, strict=True))
        )
        # sent_at: the message goes out at once; if this process dies before, the reaper sends it
        work = [
            WorkItem(id=work_id(run.id), kind=WorkKind.RUN, topic=run.id, subject=run.id, created_at=now, sent_at=now)
            for run in runs
        ]
        with self.store() as uow:
            self._check_room(uow, len(blobs))
            if not uow.runs.add(runs):
                known = _known(uow, caller, key, request_hash)
                if known is not None:
                    return known
            for item in work:
                uow.work.add(item)
            if tie is not None:
                tie.within(uow)
            uow.commit()
        self._send(work)
        return Submitted(runs=runs, known=False)

    def _check_room(self, uow: UnitOfWork, wanted: int) -> None:
        waiting = uow.work.waiting(WorkKind.RUN)
        if waiting.count + wanted <= self.queue_bound:
            return
        # what is at the head of the queue has needed this long to get there
        age = (self.clock.now() - waiting.oldest).total_seconds() if waiting.oldest else 1.0
        raise QueueFull(
            f"{waiting.count} executions wait already; at most {self.queue_bound} may.",
            retry_after_seconds=min(max(1.0, age), MAX_RETRY_AFTER_SECONDS),
            hint="Come back when Retry-After says.",
        )

    def _send(self, work: Sequence[WorkItem]) -> None:
        """Tell the workers. If not even the first message goes out, nothing is accepted."""
        for position, item in enumerate(work):
            try:
                self.publisher.dispatcher.send(item)
            except Unavailable as error:
                if position == 0:
                    self._take_back(work)
                    raise
                log.warning("work_not_sent", work=item.id, error=error.message)

    def _take_back(self, work: Sequence[WorkItem]) -> None:
        with self.store() as uow:
            for item in work:
                if uow.work.withdraw(item.id):
                    uow.runs.remove(item.subject)
            uow.commit()


def _known(uow: UnitOfWork, caller: str, key: str | None, request_hash: str) -> Submitted | None:
    """What the caller has started with this key.

    Raises:
        Conflict: it was something else.
    """
    runs = tuple(uow.runs.of_key(caller, key)) if key is not None else ()
    if not runs:
        return None
    if runs[0].request_hash != request_hash:
        raise Conflict("This idempotency key was used for another request.", hint="Choose a new key.")
    return Submitted(runs=runs, known=True)
