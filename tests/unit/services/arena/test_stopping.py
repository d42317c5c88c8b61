"""Stopping sides at every phase, as the workers and the board see it."""

import threading
from collections.abc import Iterator
from dataclasses import replace
from types import SimpleNamespace
from typing import Any, cast

import pytest

from sandboxes.runner import RunControl
from services.arena.generation import Generation
from services.container import Services
from services.contenders.protocol import ChatRequest, TextChunk
from services.domain.answer import SidePhase
from services.domain.battle import BattleState
from services.domain.battle_mark import BattleMark, flags_of
from services.domain.judgement import Source, Winner
from services.domain.side import Side
from services.domain.snippet import Snippet
from services.domain.visibility import BattleView, Viewer
from services.domain.vote_record import FlagCode
from services.errors import Conflict
from tests.fixtures.arena_services import NAMES, assemble, finish_sides


def view(services: Services, battle_id: str) -> BattleView:
    return services.battles.view(battle_id, Viewer.OPERATOR)


class Slow:
    """A contender that says a line, then waits until the test lets it go."""

    def __init__(self) -> None:
        self.said, self.go_on = threading.Event(), threading.Event()

    def stream(self, _request: ChatRequest) -> Iterator[TextChunk]:
        yield TextChunk(text="```python\nprint(1)\n```\n")
        self.said.set()
        self.go_on.wait(20)
        yield TextChunk(text="much more")


def test_what_waits_ends_at_once_and_empty() -> None:
    services = assemble()
    battle = services.battles.create("Say hello.", judges=())
    services.stopping.stop(battle.id)
    found = view(services, battle.id)
    assert found.state is BattleState.COMPLETE
    assert {side.phase for side in found.sides.values()} == {SidePhase.FINISHED}
    assert {side.answer.finish_reason for side in found.sides.values()} == {"stopped"}
    with pytest.raises(Conflict, match="Nothing runs"):
        services.stopping.stop(battle.id)


def test_a_text_that_is_being_written_ends_where_it_is_and_its_program_goes_on() -> None:
    services, model = assemble(), Slow()
    battle = services.battles.create("Say hello.", judges=())
    with services.store() as uow:
        answer = uow.answers.of_turn(uow.battles.turns(battle.id)[0].id)[Side.A]
        lease = uow.work.acquire(f"answer:{answer.id}", owner="me", now=services.clock.now())
        uow.commit()
    assert lease is not None

    def take(answer_id: str, text: str) -> Snippet:
        return Snippet(id="s", answer_id=answer_id, environment="", reason=f"{len(text)} characters")

    generation = Generation(
        store=services.store,
        publisher=services.runs.publisher,
        orchestrator=services.orchestrator,
        catalogue=cast("Any", SimpleNamespace(open=lambda _name: model)),
        controls=services.runs.controls,
        take_program=take,
        clock=services.clock,
    )
    worker = threading.Thread(target=generation.run, args=(lease,), daemon=True)
    worker.start()
    assert model.said.wait(5)
    services.stopping.stop(battle.id, Side.A)
    worker.join(5)
    model.go_on.set()
    assert not worker.is_alive()
    found = view(services, battle.id).sides[Side.A]
    assert (found.phase, found.answer.finish_reason, found.answer.truncated) == (SidePhase.FINISHED, "stopped", True)
    assert found.answer.text == "```python\nprint(1)\n```\n"
    assert view(services, battle.id).state is BattleState.RUNNING


def test_a_program_that_runs_is_told_to_end() -> None:
    services, control = assemble(), RunControl()
    battle = services.battles.create("Say hello.", judges=())
    with services.store() as uow:
        answer = uow.answers.of_turn(uow.battles.turns(battle.id)[0].id)[Side.B]
        uow.answers.update(replace(answer, phase=SidePhase.EXECUTING))
        uow.commit()
    with services.runs.controls.attach(f"execute:{answer.id}", control):
        services.stopping.stop(battle.id, Side.B)
        assert control.cancelled


def test_no_judgement_of_a_stopped_battle_counts_but_all_are_kept() -> None:
    assert [flag.code for flag in flags_of([BattleMark.STOPPED], Source.LLM)] == [FlagCode.STOPPED]
    assert [flag.code for flag in flags_of([BattleMark.EDITED, BattleMark.RETRIED], Source.LLM)] == []
    both = flags_of([BattleMark.EDITED, BattleMark.STOPPED, BattleMark.EDITED], Source.HUMAN)
    assert [flag.code for flag in both] == [FlagCode.EDITED, FlagCode.STOPPED]
    assert {flag.factor for flag in both} == {0}


def test_a_battle_that_has_its_vote_gets_no_mark() -> None:
    services = assemble()
    battle = services.battles.create("Say hello.", contenders=(NAMES[0], NAMES[1]), judges=())
    finish_sides(services, battle.id)
    services.voting.cast(battle.id, Winner.A, voter="me", idempotency_key="k")
    with services.store() as uow:
        voted = uow.battles.get(battle.id)
    assert voted.marked(BattleMark.EDITED) is voted
