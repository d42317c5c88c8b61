"""The worker's side of a direct run, over a scripted sandbox; real ones are in tests/integration/worker."""

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from sandboxes.backends.scripted import ScriptedRunner
from sandboxes.errors import InvalidRun, StartFailed
from sandboxes.result import Artefact, Outcome, OutputStream, Phase, RunResult, StageResult
from sandboxes.spec import RunRequest
from services.arena.direct_runs import work_id
from services.arena.direct_stage import DirectStage
from services.arena.programs import Program
from services.arena.work_runner import WorkRunner
from services.clock import SystemClock
from services.container import Services
from services.domain.direct_run import DirectRun, RunState
from services.domain.execution import ExecutionOutcome
from services.domain.run_events import OutputEvent
from services.domain.work import MAX_INFRASTRUCTURE_RETRIES, WorkKind
from services.store import schema
from services.store.sql import SqlUnitOfWorkFactory, create_engine_for
from tests.fixtures.arena_services import assemble
from tests.fixtures.showing import showing

HELLO = Program(environment="python", files={"main.py": b"print(1)"})
Script = Callable[[RunRequest], RunResult]


def result(_: RunRequest) -> RunResult:
    stage = StageResult(
        phase=Phase.RUN, wall_seconds=1.5, cpu_seconds=1.0, peak_memory_bytes=7, memory_method="cgroup_v1_peak"
    )
    return RunResult(
        outcome=Outcome.SUCCEEDED,
        phase=Phase.RUN,
        exit_code=0,
        stages=(stage,),
        stdout=OutputStream(data=b"\xff" * 20_000, total_bytes=30_000, truncated=True),
        stderr=OutputStream(data=b"e\0", total_bytes=2),
        artefacts=(Artefact(path="a.png", data=b"png"),),
        displays=(Artefact(path=".display/001.txt", data=b"7"),),
    )


@pytest.fixture
def services(tmp_path: Path) -> Services:
    url = f"sqlite:///{tmp_path}/arena.db"
    schema.upgrade(url)
    return assemble(store=SqlUnitOfWorkFactory(create_engine_for(url)))


def worker(services: Services, script: Script) -> tuple[WorkRunner, ScriptedRunner]:
    runner = ScriptedRunner(script)
    stage = DirectStage(
        store=services.store,
        blobs=services.blobs,
        publisher=services.runs.publisher,
        controls=services.runs.controls,
        showing=showing(runner, services.blobs),
        environments={},
        clock=services.clock,
    )
    working = WorkRunner(
        store=services.store,
        publisher=services.runs.publisher,
        stages={WorkKind.RUN: stage.run},
        failures={WorkKind.RUN: services.runs.failed},
        clock=services.clock,
    )
    return working, runner


def submit(services: Services) -> DirectRun:
    [run] = services.runs.submit(HELLO).runs
    return run


def test_a_result_is_stored_whole_and_the_last_event_says_so(services: Services) -> None:
    run = submit(services)
    working, runner = worker(services, result)
    assert working.run(work_id(run.id), owner="w")
    ended = services.runs.get(run.id)
    report = ended.report
    assert report is not None
    assert (ended.state, ended.attempts, report.outcome) == (RunState.ENDED, 1, ExecutionOutcome.SUCCEEDED)
    assert services.blobs.get(report.stdout.digest) == b"\xff" * 20_000
    assert services.blobs.get(report.stderr.digest) == b"e\0"
    assert (report.stdout.total_bytes, report.stdout.truncated) == (30_000, True)
    assert report.stages[0].memory_method == "cgroup_v1_peak"
    assert [file.path for file in (*report.artefacts, *report.displays)] == ["a.png", ".display/001.txt"]
    kinds = [logged.event.kind for logged in services.events.read(run.id)]
    assert (kinds[0], kinds[-1], set(kinds[1:-1])) == ("state", "ended", {"output"})
    output = [found.event for found in services.events.read(run.id) if isinstance(found.event, OutputEvent)]
    assert [(event.attempt, event.sequence) for event in output] == [(1, number) for number in range(len(output))]
    assert [request.key for request in runner.requests] == [run.id]


def test_a_second_message_about_the_same_run_does_nothing(services: Services) -> None:
    run = submit(services)
    working, runner = worker(services, result)
    assert [working.run(work_id(run.id), owner="w") for _ in range(2)] == [True, False]
    assert len(runner.requests) == 1


def test_cancelled_while_it_waits_it_never_starts(services: Services) -> None:
    run = submit(services)
    first, second = services.runs.cancel(run.id), services.runs.cancel(run.id)
    working, runner = worker(services, result)
    assert not working.run(work_id(run.id), owner="w")
    assert runner.requests == []
    assert first == second
    assert first.report is not None
    assert first.report.outcome is ExecutionOutcome.CANCELLED
    assert [logged.event.kind for logged in services.events.read(run.id)] == ["ended"]


def test_cancelled_after_a_worker_was_lost_it_does_not_run_again(services: Services) -> None:
    run = submit(services)
    with services.store() as uow:
        uow.work.acquire(work_id(run.id), owner="doomed", now=datetime.now(UTC) - timedelta(minutes=1))
        uow.commit()
    assert services.runs.cancel(run.id).state is RunState.QUEUED
    services.recovery.sweep()
    working, runner = worker(services, result)
    assert working.run(work_id(run.id), owner="w")
    report = services.runs.get(run.id).report
    assert report is not None
    assert report.outcome is ExecutionOutcome.CANCELLED
    assert runner.requests == []


def test_cancelled_while_it_runs_the_sandbox_is_told(services: Services) -> None:
    run = submit(services)
    running, told = threading.Event(), threading.Event()
    working, runner = worker(services, result)

    def until_told(request: RunRequest, **options: object) -> RunResult:
        running.set()
        control = options["control"]
        while not control.cancelled:  # type: ignore[attr-defined]
            told.wait(0.01)
        return RunResult(outcome=Outcome.CANCELLED, phase=Phase.RUN)

    runner.run = until_told  # type: ignore[method-assign]
    thread = threading.Thread(target=working.run, args=(work_id(run.id),), kwargs={"owner": "w"})
    thread.start()
    assert running.wait(10)
    assert services.runs.cancel(run.id).state is RunState.RUNNING
    thread.join(10)
    before = services.runs.get(run.id)
    assert services.runs.cancel(run.id) == before
    assert before.report is not None
    assert before.report.outcome is ExecutionOutcome.CANCELLED


def test_the_third_lost_worker_ends_it_and_says_why(services: Services) -> None:
    run = submit(services)
    for _ in range(3):
        with services.store() as uow:
            uow.work.acquire(work_id(run.id), owner="doomed", now=datetime.now(UTC) - timedelta(minutes=1))
            uow.commit()
        services.recovery.sweep()
    ended = services.runs.get(run.id)
    assert ended.report is not None
    assert ended.problem is not None
    assert (ended.report.outcome, ended.problem.code) == (ExecutionOutcome.INFRASTRUCTURE_ERROR, "workers_lost")
    assert "3 times" in ended.report.message


def test_a_sandbox_that_fails_is_tried_again_and_then_said_so(services: Services) -> None:
    def refuse(_: RunRequest) -> RunResult:
        raise StartFailed("the engine refuses")

    run, clock = submit(services), LaterEachTime()
    working, _ = worker(services, refuse)
    for _ in range(MAX_INFRASTRUCTURE_RETRIES):
        assert replace(working, clock=clock).run(work_id(run.id), owner="w")
        assert services.runs.get(run.id).state is RunState.RUNNING
    assert replace(working, clock=clock).run(work_id(run.id), owner="w")
    ended = services.runs.get(run.id)
    assert ended.report is not None
    assert (ended.report.outcome, ended.report.message) == (
        ExecutionOutcome.INFRASTRUCTURE_ERROR,
        "the engine refuses",
    )
    assert ended.attempts == MAX_INFRASTRUCTURE_RETRIES + 1


class LaterEachTime(SystemClock):
    """A minute passes whenever somebody looks."""

    passed = 0

    def now(self) -> datetime:
        self.passed += 1
        return super().now() + timedelta(minutes=self.passed)


def test_a_rule_that_only_the_worker_knows_is_a_result(services: Services) -> None:
    def refuse(_: RunRequest) -> RunResult:
        raise InvalidRun("unknown environment")

    run = submit(services)
    working, _ = worker(services, refuse)
    working.run(work_id(run.id), owner="w")
    report = services.runs.get(run.id).report
    assert report is not None
    assert (report.outcome, report.message) == (ExecutionOutcome.REJECTED, "unknown environment")
