"""What a viewer of a battle gets while a program runs: all of it, whole characters, then how it ended."""

from dataclasses import replace

from sandboxes.backends.scripted import ScriptedRunner
from sandboxes.result import Outcome, OutputStream, Phase, RunResult
from sandboxes.runner import FrameSink, OutputFrame, RunControl
from sandboxes.spec import RunRequest
from services.arena.execution import LIVE_BYTES, ExecutionStage
from services.container import Services
from services.domain.answer import Answer, SidePhase
from services.domain.events import ExecutionEvent
from services.domain.snippet import Snippet, SourceFile
from services.domain.work import Lease, WorkItem, WorkKind
from tests.fixtures.arena_services import NAMES, assemble
from tests.fixtures.showing import showing

TEXT = "h\u00e9llo \U0001f30d\n"


class Torn(ScriptedRunner):
    """Gives what was laid down byte by byte."""

    def run(
        self, request: RunRequest, *, on_output: FrameSink | None = None, control: RunControl | None = None
    ) -> RunResult:
        result = super().run(request, control=control)
        for number in range(len(result.stdout.data) if on_output else 0):
            piece = result.stdout.data[number : number + 1]
            on_output(OutputFrame(sequence=number, stream="stdout", data=piece))  # type: ignore[misc]
        return result


def executing(services: Services) -> tuple[Answer, Lease]:
    """The first side of a new battle, with a program that a worker has taken up."""
    battle = services.battles.create("Say hello.", contenders=(NAMES[0], NAMES[1]), judges=())
    now = services.clock.now()
    with services.store() as uow:
        answer = replace(uow.answers.of_battle(battle.id)[0], phase=SidePhase.EXECUTING, text="```python```")
        uow.answers.update(answer)
        code = SourceFile(path="main.py", text="print()")
        uow.snippets.put(Snippet(id="s", answer_id=answer.id, environment="python", files=(code,), entry="main.py"))
        uow.work.add(
            WorkItem(id="w", kind=WorkKind.EXECUTE, topic=battle.id, subject=answer.id, created_at=now, sent_at=now)
        )
        lease = uow.work.acquire("w", owner="me", now=now)
        uow.commit()
    assert lease is not None
    return answer, lease


def live(data: bytes) -> list[ExecutionEvent]:
    """The execution events of a program that writes this."""
    services = assemble()
    answer, lease = executing(services)
    output = OutputStream(data=data, total_bytes=len(data))
    result = RunResult(outcome=Outcome.SUCCEEDED, phase=Phase.RUN, exit_code=0, stdout=output)
    stage = ExecutionStage(
        store=services.store,
        blobs=services.blobs,
        publisher=services.runs.publisher,
        orchestrator=services.orchestrator,
        controls=services.runs.controls,
        showing=showing(Torn({answer.id: result}), services.blobs),
        environments={},
        ids=services.ids,
    )
    stage.run(lease)
    events = [logged.event for logged in services.events.read(answer.battle_id)]
    return [event for event in events if isinstance(event, ExecutionEvent)]


def test_characters_are_shown_whole_and_the_end_comes_last() -> None:
    *output, end = live(TEXT.encode())
    assert "".join(event.text for event in output) == TEXT
    assert {event.stream for event in output} == {"stdout"}
    assert (end.stream, end.outcome, end.exit_code) == ("status", "succeeded", 0)


def test_live_output_is_bounded() -> None:
    *output, _ = live(b"x" * (LIVE_BYTES + 100))
    assert sum(len(event.text) for event in output) == LIVE_BYTES
