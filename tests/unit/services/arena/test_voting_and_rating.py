"""Votes are idempotent and one per battle; pairs chosen by name stay off the human board. On a real SQLite store."""

from dataclasses import replace
from pathlib import Path

import pytest

from services.arena.battle_facts import FactFinder
from services.arena.vote_flags import FlagKeeper
from services.arena.vote_quality import QualityRules
from services.arena.vote_records import VoteRecords
from services.clock import SystemClock
from services.container import Services
from services.domain.battle import BattleState
from services.domain.events import DoneEvent
from services.domain.judgement import Source, Winner
from services.domain.side import Side
from services.domain.vote_record import FlagCode
from services.domain.work import WorkKind, WorkState
from services.errors import Conflict
from services.store import schema
from services.store.sql import SqlUnitOfWorkFactory, create_engine_for
from tests.fixtures.arena_services import JUDGE, NAMES, assemble, fail_side, finish_sides, judge


@pytest.fixture
def services(tmp_path: Path) -> Services:
    url = f"sqlite:///{tmp_path}/arena.db"
    schema.upgrade(url)
    return assemble(store=SqlUnitOfWorkFactory(create_engine_for(url)))


def human_judgements(services: Services) -> int:
    return services.boards.rating.compute(Source.HUMAN).judgements


def test_a_repeated_vote_is_the_same_vote_and_another_is_refused(services: Services) -> None:
    battle = services.battles.create("build it")
    finish_sides(services, battle.id)
    first = services.voting.cast(battle.id, Winner.A, voter="v", idempotency_key="k")
    assert services.voting.cast(battle.id, Winner.A, voter="v", idempotency_key="k") == first
    for choice, key in ((Winner.B, "k"), (Winner.A, "other")):
        with pytest.raises(Conflict, match="already"):
            services.voting.cast(battle.id, choice, voter="v", idempotency_key=key)
    assert human_judgements(services) == 1
    with services.store() as uow:
        assert [work.kind for work in uow.work.of_topic(battle.id)].count(WorkKind.RATE) == 1


def test_voting_is_closed_while_running_and_when_void(services: Services) -> None:
    battle = services.battles.create("build it")
    with pytest.raises(Conflict, match="running"):
        services.voting.cast(battle.id, Winner.A, voter="v", idempotency_key="k")
    fail_side(services, battle.id)
    with pytest.raises(Conflict, match="void"):
        services.voting.cast(battle.id, Winner.A, voter="v", idempotency_key="k")
    assert human_judgements(services) == 0


def test_a_vote_before_the_judge_ends_the_stream_and_the_judge_still_counts(services: Services) -> None:
    battle = services.battles.create("build it", judges=(JUDGE,))
    finish_sides(services, battle.id)
    services.voting.cast(battle.id, Winner.B, voter="v", idempotency_key="k")
    assert services.events.read(battle.id)[-1].event == DoneEvent(state=BattleState.VOTED)
    judge(services, battle.id)
    with services.store() as uow:
        assert uow.battles.get(battle.id).state is BattleState.VOTED
        assert len(uow.judgements.records(Source.EXECUTION)) == 1


def test_a_pair_chosen_by_name_stays_off_the_human_board(services: Services) -> None:
    chosen = services.battles.create("build it", contenders=(NAMES[0], NAMES[1]))
    finish_sides(services, chosen.id)
    services.voting.cast(chosen.id, Winner.A, voter="v", idempotency_key="k")
    assert human_judgements(services) == 0
    drawn = services.battles.create("build it")
    finish_sides(services, drawn.id)
    services.voting.cast(drawn.id, Winner.A, voter="v", idempotency_key="k")
    assert human_judgements(services) == 1


def test_the_last_rating_in_the_queue_does_the_work_of_all(services: Services) -> None:
    rating = services.boards.rating
    asked = []
    for key in "ab":
        battle = services.battles.create(f"Draw a diagram of {key}.")
        finish_sides(services, battle.id)
        services.voting.cast(battle.id, Winner.A, voter="v", idempotency_key=key)
        with services.store() as uow:
            (work,) = [found for found in uow.work.of_topic(battle.id) if found.kind is WorkKind.RATE]
            asked.append(work)
    for work in asked:
        with services.store() as uow:
            lease = uow.work.acquire(work.id, owner="me", now=SystemClock().now())
            assert lease is not None
            uow.commit()
        rating.run(lease)
        with services.store() as uow:
            board = uow.boards.find(Source.HUMAN)
            assert uow.work.get(work.id).state is WorkState.DONE
        assert board is None if work is asked[0] else (board is not None and board.judgements == 2)


def test_rating_finds_the_facts_that_are_missing(services: Services) -> None:
    battle = services.battles.create("Build a landing page in HTML and CSS.")
    finish_sides(services, battle.id)
    services.voting.cast(battle.id, Winner.A, voter="v", idempotency_key="k")
    assert FactFinder(services.store).catch_up(at_most=9) == 1
    assert FactFinder(services.store).catch_up(at_most=9) == 0
    with services.store() as uow:
        facts = uow.facts.find(battle.id)
    assert facts is not None
    assert (facts.category, facts.side_a.language, facts.side_b.outcome) == ("web-design", "python", "failed")
    assert facts.side_a.style["code_fences"] == 1


def test_an_answer_that_names_itself_keeps_its_vote_off_the_board(services: Services) -> None:
    for number in range(2):
        battle = services.battles.create(f"Draw a diagram of number {number}.")
        finish_sides(services, battle.id)
        with services.store() as uow:
            turn = uow.battles.turns(battle.id)[-1]
            answer = uow.answers.of_turn(turn.id)[Side.A]
            if number:
                uow.answers.update(replace(answer, text=f"I am {answer.contender}, and here is my program."))
            uow.commit()
        services.voting.cast(battle.id, Winner.A, voter="v", idempotency_key="k")
    rating = services.boards.rating
    records = VoteRecords(store=services.store).of(Source.HUMAN)
    flagged = rating.keeper.flagged(records)
    assert [record.counted for record in flagged] == [True, False]
    leak = flagged[1].flags[0]
    assert leak.code is FlagCode.IDENTITY_LEAK
    assert "Side A" in leak.reason
    # whoever comes later finds the same in the store, and so does the board
    assert VoteRecords(store=services.store).of(Source.HUMAN) == flagged
    assert FlagKeeper(services.store, QualityRules()).flagged(records) == flagged
    board = rating.compute(Source.HUMAN)
    assert (board.judgements, board.excluded) == (1, {"identity_leak": 1})
