"""The stages of work, put together from the parts of a process."""

from typing import TYPE_CHECKING

from services.arena.direct_stage import DirectStage
from services.arena.execution import ExecutionStage
from services.arena.generation import Generation
from services.arena.judging import Judging
from services.arena.work_runner import WorkRunner
from services.domain.work import WorkKind

if TYPE_CHECKING:
    from services.entrypoints.bootstrap import Assembly


def work_runner_of(parts: "Assembly") -> WorkRunner:
    """Does work of every kind."""
    store, publisher, orchestrator = parts.store, parts.publisher, parts.orchestrator
    generation = Generation(
        store=store,
        publisher=publisher,
        orchestrator=orchestrator,
        catalogue=parts.catalogue,
        controls=parts.controls,
        take_program=parts.take_program,
        clock=parts.clock,
    )
    execution = ExecutionStage(
        store=store,
        blobs=parts.blobs,
        publisher=publisher,
        orchestrator=orchestrator,
        controls=parts.controls,
        showing=parts.showing,
        environments=parts.environments,
        ids=parts.ids,
    )
    judging = Judging(
        store=store,
        blobs=parts.blobs,
        publisher=publisher,
        orchestrator=orchestrator,
        judges=parts.judges,
        clock=parts.clock,
        ids=parts.ids,
    )
    direct = DirectStage(
        store=parts.store,
        blobs=parts.blobs,
        publisher=parts.publisher,
        controls=parts.controls,
        showing=parts.showing,
        environments=parts.environments,
        clock=parts.clock,
    )
    stages = {
        WorkKind.ANSWER: generation.run,
        WorkKind.EXECUTE: execution.run,
        WorkKind.JUDGE: judging.run,
        WorkKind.RATE: parts.rating.run,
        WorkKind.RUN: direct.run,
    }
    return WorkRunner(store=store, publisher=publisher, stages=stages, failures=parts.failures, clock=parts.clock)
