"""Runs one piece of work under a lease: take it, say that we live, end it one way or another."""

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

import structlog

from sandboxes.errors import SandboxError
from services.arena.effects import Effects, Publisher
from services.clock import Clock
from services.domain.problem import Problem
from services.domain.work import (
    HEARTBEAT_SECONDS,
    MAX_INFRASTRUCTURE_RETRIES,
    MAX_PROVIDER_RETRIES,
    Lease,
    WorkItem,
    WorkKind,
    retry_delay_seconds,
)
from services.errors import ArenaError, ProviderError, StaleLease, Unavailable
from services.store.unit_of_work import UnitOfWork, UnitOfWorkFactory

Stage = Callable[[Lease], None]
OnFailure = Callable[[UnitOfWork, WorkItem, Problem, Effects], None]
log = structlog.get_logger()


@dataclass(frozen=True, kw_only=True)
class WorkRunner:
    """Calls the stage of a work row. A program that fails is a result; only trouble is retried.

    `failures` says, by kind, what follows when work has failed for good; it is called in the transaction that says so.
    """

    store: UnitOfWorkFactory
    publisher: Publisher
    stages: Mapping[WorkKind, Stage]
    failures: Mapping[WorkKind, OnFailure]
    clock: Clock

    def run(self, work_id: str, *, owner: str) -> bool:
        """Do the work if its lease can be had; False when somebody else has it or it is done."""
        with self.store() as uow:
            lease = uow.work.acquire(work_id, owner=owner, now=self.clock.now())
            uow.commit()
        if lease is None:
            return False
        with self._heartbeat(lease):
            try:
                self.stages[lease.work.kind](lease)
            except StaleLease:
                log.warning("lease_lost", work=work_id, owner=owner)
            except (ArenaError, SandboxError) as error:
                self._trouble(lease, error)
            except Exception as error:
                self._give_up(lease, Problem(code="bug", message=f"Internal error: {type(error).__name__}."))
                raise
        return True

    def _trouble(self, lease: Lease, error: ArenaError | SandboxError) -> None:
        if lease.work.retries < _retries_allowed(error):
            due = self.clock.now() + timedelta(seconds=retry_delay_seconds(lease.work.retries))
            log.warning("work_retried", work=lease.work.id, error=error.message, retries=lease.work.retries + 1)
            try:
                with self.store() as uow:
                    uow.work.retry(lease, error=error.message, not_before=due)
                    uow.commit()
            except StaleLease:
                log.warning("lease_lost", work=lease.work.id)
            return
        code = error.code if isinstance(error, ArenaError) else "sandbox_unavailable"
        self._give_up(lease, Problem(code=code, message=error.message, hint=error.hint))

    def _give_up(self, lease: Lease, problem: Problem) -> None:
        effects = Effects()
        try:
            with self.store() as uow:
                uow.work.fail(lease, error=problem.message)
                self.failures[lease.work.kind](uow, lease.work, problem, effects)
                uow.commit()
        except StaleLease:
            log.warning("lease_lost", work=lease.work.id)
            return
        self.publisher.publish(effects)

    @contextmanager
    def _heartbeat(self, lease: Lease) -> Iterator[None]:
        stop = threading.Event()

        def beat() -> None:
            while not stop.wait(HEARTBEAT_SECONDS):
                try:
                    with self.store() as uow:
                        alive = uow.work.heartbeat(lease, now=self.clock.now())
                        uow.commit()
                except Unavailable as error:
                    log.warning("heartbeat_failed", work=lease.work.id, error=error.message)
                    continue
                if not alive:
                    return

        thread = threading.Thread(target=beat, name=f"heartbeat-{lease.work.id}", daemon=True)
        thread.start()
        try:
            yield
        finally:
            stop.set()
            thread.join(timeout=5)


def _retries_allowed(error: ArenaError | SandboxError) -> int:
    """How often the work is tried again after this error; a provider has been retried inside its client already."""
    if isinstance(error, ProviderError):
        return MAX_PROVIDER_RETRIES if error.retryable else 0
    retryable = error.retryable if isinstance(error, SandboxError) else isinstance(error, Unavailable)
    return MAX_INFRASTRUCTURE_RETRIES if retryable else 0
