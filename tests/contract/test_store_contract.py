"""One suite for every database: values come back as they were, transactions and constraints hold."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta, timezone
from pathlib import Path
from typing import Any

import pytest

from services.domain.battle import CHOSEN_POLICY, REPEAT_POLICY, BattleState
from services.domain.execution import CapturedStream
from services.domain.judgement import SeatOrder, Source, Winner
from services.domain.problem import Problem
from services.domain.side import Side
from services.domain.snippet import SourceFile
from services.errors import Conflict, InvalidRequest, NotFound, PrerequisiteError, Unavailable
from services.store import schema
from services.store.sql import SqlUnitOfWork, SqlUnitOfWorkFactory, create_engine_for
from tests.contract import store_values as some


def together(*steps: Callable[[], Any]) -> list[Any]:
    """Run the steps at the same moment in threads; what each returned, or the error it raised."""
    barrier = threading.Barrier(len(steps))

    def run(step: Callable[[], Any]) -> Any:
        barrier.wait(timeout=30)
        try:
            return step()
        except (Conflict, Unavailable, NotFound) as error:
            return error

    with ThreadPoolExecutor(len(steps)) as pool:
        return list(pool.map(run, steps))


def test_every_value_comes_back_as_it_was(store_factory: SqlUnitOfWorkFactory) -> None:
    some.fill(store_factory)
    with store_factory() as uow:
        uow.snippets.put(some.snippet())
        uow.executions.put(some.execution())
        uow.judgements.put(some.judgement())
        uow.votes.add(some.vote())
        uow.interactions.put(some.record(events=1))
        uow.interactions.put(some.record())
        uow.boards.put(some.board())
        uow.work.add(some.work(not_before=some.at(1), sent_at=some.at(2), error="x", retries=2, fence=7))
        uow.commit()
    with store_factory() as uow:
        assert uow.battles.get("battle-1") == some.battle()
        assert uow.battles.get_for_update("battle-1") == some.battle()
        assert uow.battles.get_turn("turn-1") == some.turn()
        assert uow.battles.turns("battle-1") == [some.turn()]
        assert uow.answers.get("answer-a") == some.answer()
        assert uow.answers.get("answer-b").problem is None
        assert uow.snippets.find("answer-a") == some.snippet()
        assert uow.executions.find("answer-a") == some.execution()
        assert uow.judgements.of_battle("battle-1") == [some.judgement()]
        assert uow.votes.find("battle-1") == some.vote()
        assert (uow.interactions.of_subject("answer-a"), uow.interactions.of_subject("x")) == ([some.record()], [])
        assert uow.boards.find(Source.EXECUTION) == some.board()
        assert uow.work.get("work-1") == some.work(
            not_before=some.at(1), sent_at=some.at(2), error="x", retries=2, fence=7
        )


def test_what_is_not_there_is_said_so(store_factory: SqlUnitOfWorkFactory) -> None:
    with store_factory() as uow:
        for missing in (
            uow.battles.get,
            uow.battles.get_for_update,
            uow.battles.get_turn,
            uow.answers.get,
            uow.work.get,
        ):
            with pytest.raises(NotFound, match="'nobody'"):
                missing("nobody")
        with pytest.raises(NotFound):
            uow.battles.update(some.battle())
        with pytest.raises(NotFound):
            uow.answers.update(some.answer())
        assert uow.snippets.find("nobody") is None
        assert uow.executions.find("nobody") is None
        assert uow.votes.find("nobody") is None
        assert uow.boards.find(Source.HUMAN) is None
        assert uow.battles.turns("nobody") == []


def test_updates_replace_the_whole_value(store_factory: SqlUnitOfWorkFactory) -> None:
    some.fill(store_factory)
    battle = some.battle(
        state=BattleState.VOID, finished_at=some.at(3), ranked=False, problem=Problem(code="x", message="y"), judges=()
    )
    answer = some.answer(text="", problem=None, wall_seconds=None, truncated=False)
    with store_factory() as uow:
        uow.battles.update(battle)
        uow.answers.update(answer)
        uow.commit()
    with store_factory() as uow:
        assert uow.battles.get("battle-1") == battle
        assert uow.answers.get("answer-a") == answer


def test_moments_in_any_zone_come_back_as_the_same_moment_in_utc(store_factory: SqlUnitOfWorkFactory) -> None:
    abroad = some.NOW.astimezone(timezone(timedelta(hours=-9, minutes=-30)))
    with store_factory() as uow:
        uow.battles.add(some.battle(created_at=abroad))
        uow.commit()
        found = uow.battles.get("battle-1").created_at
    assert found == some.NOW
    assert found.utcoffset() == timedelta(0)


def test_text_no_database_can_hold_is_replaced_visibly(store_factory: SqlUnitOfWorkFactory) -> None:
    some.fill(store_factory)
    bad, good = "a\x00b\ud800c\udfffd 🌍", "a\u2400b\ufffdc\ufffdd 🌍"
    with store_factory() as uow:
        uow.answers.update(some.answer(text=bad, problem=Problem(code=bad, message=bad)))
        uow.snippets.put(some.snippet(files=(SourceFile(path=bad, text=bad),), dependencies=(bad,)))
        uow.executions.put(some.execution(stdout=CapturedStream(preview=bad), skipped_files=(bad,)))
        uow.judgements.put(some.judgement(raw=bad))
        uow.commit()
    with store_factory() as uow:
        assert uow.answers.get("answer-a").text == good
        assert uow.answers.get("answer-a").problem == Problem(code=good, message=good)
        assert uow.snippets.find("answer-a") == some.snippet(
            files=(SourceFile(path=good, text=good),), dependencies=(good,)
        )
        assert uow.executions.find("answer-a") == some.execution(
            stdout=CapturedStream(preview=good), skipped_files=(good,)
        )
        assert uow.judgements.of_battle("battle-1")[0].raw == good
        with pytest.raises(NotFound):
            uow.battles.get("\x00\ud800")


def test_leaving_without_commit_rolls_everything_back(store_factory: SqlUnitOfWorkFactory) -> None:
    with store_factory() as uow:
        uow.battles.add(some.battle())
        uow.work.add(some.work())

    def stumble() -> None:
        with store_factory() as uow:
            uow.battles.add(some.battle())
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        stumble()
    with store_factory() as uow:
        assert uow.battles.recent(10) == []
        assert uow.work.of_topic("battle-1") == []


def test_after_commit_only_what_follows_is_rolled_back(store_factory: SqlUnitOfWorkFactory) -> None:
    with store_factory() as uow:
        uow.battles.add(some.battle())
        uow.commit()
        uow.battles.add(some.battle(id="battle-2"))
    with store_factory() as uow:
        assert [battle.id for battle in uow.battles.recent(10)] == ["battle-1"]


def test_recent_is_newest_first_and_bounded(store_factory: SqlUnitOfWorkFactory) -> None:
    with store_factory() as uow:
        for number in (2, 0, 3, 1):
            uow.battles.add(some.battle(id=f"battle-{number}", created_at=some.at(number)))
        assert [battle.id for battle in uow.battles.recent(3)] == ["battle-3", "battle-2", "battle-1"]


def test_battles_voted_on_come_in_pages_oldest_first(store_factory: SqlUnitOfWorkFactory) -> None:
    made = {"b": 1, "a": 1, "c": 0, "d": 2}
    with store_factory() as uow:
        for name, second in made.items():
            uow.battles.add(some.battle(id=name, state=BattleState.VOTED, created_at=some.at(second)))
        uow.battles.add(some.battle(id="open", state=BattleState.COMPLETE, created_at=some.at(1)))
        first = uow.battles.voted(after=None, limit=2)
        assert [battle.id for battle in first] == ["c", "a"]
        rest = uow.battles.voted(after=(first[-1].created_at, first[-1].id), limit=9)
        assert [battle.id for battle in rest] == ["b", "d"]
        assert uow.battles.voted(after=(rest[-1].created_at, rest[-1].id), limit=9) == []


def test_pairs_are_counted_without_seats_and_without_void_battles(store_factory: SqlUnitOfWorkFactory) -> None:
    with store_factory() as uow:
        uow.battles.add(some.battle(id="1"))
        uow.battles.add(some.battle(id="2", contender_a="ben", contender_b="ana"))
        uow.battles.add(some.battle(id="3", contender_b="cid", state=BattleState.RUNNING))
        uow.battles.add(some.battle(id="4", contender_b="cid", state=BattleState.VOID))
        assert uow.battles.pair_counts() == {("ana", "ben"): 2, ("ana", "cid"): 1}


def test_turns_and_answers_come_in_order(store_factory: SqlUnitOfWorkFactory) -> None:
    some.fill(store_factory)
    with store_factory() as uow:
        uow.battles.add_turn(some.turn(id="turn-0", index=1))
        uow.answers.add(some.answer(id="later", turn_id="turn-0"))
        assert [turn.id for turn in uow.battles.turns("battle-1")] == ["turn-1", "turn-0"]
        assert [answer.id for answer in uow.answers.of_battle("battle-1")] == ["answer-a", "answer-b", "later"]
        assert {side: answer.id for side, answer in uow.answers.of_turn("turn-1").items()} == {
            Side.A: "answer-a",
            Side.B: "answer-b",
        }


def test_what_there_is_one_of_is_refused_twice(store_factory: SqlUnitOfWorkFactory) -> None:
    some.fill(store_factory)
    steps: tuple[Callable[[SqlUnitOfWork], None], ...] = (
        lambda uow: uow.battles.add(some.battle()),
        lambda uow: uow.battles.add_turn(some.turn(id="other")),
        lambda uow: uow.answers.add(some.answer(id="other")),
        lambda uow: uow.answers.add(some.answer(id="lost", turn_id="nowhere")),
        lambda uow: uow.votes.add(some.vote(battle_id="nowhere")),
    )
    for add in steps:
        with pytest.raises(Conflict), store_factory() as uow:
            add(uow)


def test_snippets_and_executions_replace_those_of_the_same_answer(store_factory: SqlUnitOfWorkFactory) -> None:
    some.fill(store_factory)
    newer_snippet = some.snippet(id="snippet-2", files=(), dependencies=(), entry="")
    newer_execution = some.execution(id="execution-2", snippet_id="snippet-2", exit_code=0, signal=None, files=())
    with store_factory() as uow:
        uow.snippets.put(some.snippet())
        uow.executions.put(some.execution())
        uow.snippets.put(newer_snippet)
        uow.executions.put(newer_execution)
        uow.commit()
    with store_factory() as uow:
        assert uow.snippets.find("answer-a") == newer_snippet
        assert uow.executions.find("answer-a") == newer_execution


def test_a_judgement_replaces_only_the_one_of_the_same_turn_judge_and_order(
    store_factory: SqlUnitOfWorkFactory,
) -> None:
    some.fill(store_factory)
    first = some.judgement(created_at=some.at(2))
    other = some.judgement(id="judgement-2", order=SeatOrder.AB, winner=None, created_at=some.at(1))
    again = replace(first, id="judgement-3", winner=Winner.A, created_at=some.at(3))
    with store_factory() as uow:
        for judgement in (first, other, again):
            uow.judgements.put(judgement)
        assert uow.judgements.of_battle("battle-1") == [other, again]


def test_records_leave_out_void_and_unranked_battles(store_factory: SqlUnitOfWorkFactory) -> None:
    battles = {
        "kept": some.battle(id="kept"),
        "void": some.battle(id="void", state=BattleState.VOID),
        "unranked": some.battle(id="unranked", ranked=False),
    }
    null = some.judgement(id="null", battle_id="kept", turn_id="kept", winner=None, created_at=some.at(-1))
    with store_factory() as uow:
        for name, battle in battles.items():
            uow.battles.add(battle)
            uow.battles.add_turn(some.turn(id=name, battle_id=name))
            uow.judgements.put(some.judgement(id=name, battle_id=name, turn_id=name, judge="other"))
        uow.judgements.put(null)
        uow.judgements.put(some.judgement(id="human", battle_id="kept", turn_id="kept", source=Source.HUMAN))
        found = uow.judgements.records(Source.LLM)
    assert [(record.battle_id, record.id) for record in found] == [("kept", "null"), ("kept", "kept")]
    assert (found[0].winner, found[0].created_at) == (None, null.created_at)


def test_outcomes_are_counted_per_seats_for_drawn_pairs(store_factory: SqlUnitOfWorkFactory) -> None:
    battles = [
        some.battle(id="one"),
        some.battle(id="two"),
        some.battle(id="swapped", contender_a=some.battle().contender_b, contender_b=some.battle().contender_a),
        some.battle(id="chosen", policy=CHOSEN_POLICY),
        some.battle(id="again", policy=REPEAT_POLICY),
        some.battle(id="void", state=BattleState.VOID),
        some.battle(id="unranked", ranked=False),
    ]
    with store_factory() as uow:
        for battle in battles:
            uow.battles.add(battle)
            uow.battles.add_turn(some.turn(id=battle.id, battle_id=battle.id))
            uow.judgements.put(some.judgement(id=battle.id, battle_id=battle.id, turn_id=battle.id))
        null = some.judgement(id="null", battle_id="one", turn_id="one", winner=None, judge="other")
        uow.judgements.put(null)
        found = uow.judgements.pair_outcomes(Source.LLM)
        assert uow.judgements.pair_outcomes(Source.HUMAN) == []
    first, second = some.battle().contender_a, some.battle().contender_b
    assert sorted(found) == sorted([(first, second, Winner.BOTH_BAD, 2), (second, first, Winner.BOTH_BAD, 1)])


def test_a_board_never_replaces_a_newer_one(store_factory: SqlUnitOfWorkFactory) -> None:
    newer, older = some.board(seed=2, computed_at=some.at(2)), some.board(seed=1, computed_at=some.at(1))
    with store_factory() as uow:
        uow.boards.put(some.board())
        uow.boards.put(newer)
        uow.boards.put(older)
        uow.boards.put(some.board(source=Source.LLM, standings=(), notes=()))
        assert uow.boards.find(Source.EXECUTION) == newer
        assert uow.boards.find(Source.LLM) == some.board(source=Source.LLM, standings=(), notes=())


def test_the_second_vote_is_a_conflict_and_the_first_stays(store_factory: SqlUnitOfWorkFactory) -> None:
    some.fill(store_factory)
    with store_factory() as uow:
        uow.votes.add(some.vote())
        uow.commit()
    with store_factory() as uow:
        with pytest.raises(Conflict, match="vote already"):
            uow.votes.add(some.vote(id="vote-2", choice=Winner.A))
        assert uow.votes.find("battle-1") == some.vote()


def test_of_simultaneous_votes_exactly_one_counts(store_factory: SqlUnitOfWorkFactory) -> None:
    some.fill(store_factory)

    def cast(number: int) -> str:
        with store_factory() as uow:
            uow.votes.add(some.vote(id=f"vote-{number}", voter=f"voter-{number}"))
            uow.commit()
        return f"vote-{number}"

    said = together(*(lambda number=number: cast(number) for number in range(4)))
    winners = [one for one in said if isinstance(one, str)]
    assert len(winners) == 1
    assert sum(isinstance(one, Conflict) for one in said) == 3
    with store_factory() as uow:
        vote = uow.votes.find("battle-1")
    assert vote is not None
    assert vote.id == winners[0]


def test_get_for_update_makes_finishing_sides_take_turns(store_factory: SqlUnitOfWorkFactory) -> None:
    """Each side adds its name to what it read; without the lock one of them would be lost."""
    with store_factory() as uow:
        uow.battles.add(some.battle(judges=()))
        uow.commit()

    def finish(name: str) -> None:
        with store_factory() as uow:
            battle = uow.battles.get_for_update("battle-1")
            uow.battles.update(replace(battle, judges=(*battle.judges, name)))
            uow.commit()

    names = [f"side-{number}" for number in range(4)]
    assert together(*(lambda name=name: finish(name) for name in names)) == [None] * 4
    with store_factory() as uow:
        assert sorted(uow.battles.get("battle-1").judges) == names


def test_a_number_too_big_for_its_column_is_invalid(store_factory: SqlUnitOfWorkFactory) -> None:
    with pytest.raises((InvalidRequest, OverflowError)), store_factory() as uow:
        uow.interactions.put(some.record(events=2**70))


def test_a_database_without_tables_names_the_command(tmp_path: Path) -> None:
    factory = SqlUnitOfWorkFactory(create_engine_for(f"sqlite:///{tmp_path / 'empty.db'}"))
    with factory() as uow, pytest.raises(PrerequisiteError) as caught:
        uow.battles.recent(1)
    assert "arena db upgrade" in caught.value.hint


@pytest.mark.postgres
def test_a_postgres_without_tables_names_the_command(postgres_url: str) -> None:
    factory = SqlUnitOfWorkFactory(create_engine_for(postgres_url))
    with factory() as uow, pytest.raises(PrerequisiteError) as caught:
        uow.battles.recent(1)
    factory.close()
    assert "arena db upgrade" in caught.value.hint


def test_upgrading_again_keeps_the_data(store_url: str, store_factory: SqlUnitOfWorkFactory) -> None:
    some.fill(store_factory)
    schema.upgrade(store_url)
    assert schema.check(store_url)
    with store_factory() as uow:
        assert uow.battles.get("battle-1") == some.battle()
