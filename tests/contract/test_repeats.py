"""Battles shown again: which, to whom, and what they hold, on every database."""

import random
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace

import pytest

from services.arena.repeats import RepeatMode, Repeats
from services.clock import RandomIds
from services.domain.battle import BattleState
from services.domain.side import Side
from services.errors import NotFound
from services.store.sql import SqlUnitOfWorkFactory
from tests.contract import store_values as some

Make = Callable[..., Repeats]


@pytest.fixture
def repeats(store_factory: SqlUnitOfWorkFactory) -> Make:
    """`battle-1` was started by `owner` and voted on by `session-1` two days ago."""
    some.fill(store_factory)
    with store_factory() as uow:
        uow.battles.update(some.battle(state=BattleState.VOTED, owner="owner"))
        uow.snippets.put(some.snippet())
        uow.executions.put(some.execution())
        uow.votes.add(some.vote())
        uow.commit()

    def make(mode: RepeatMode, *, hours: float = 24) -> Repeats:
        clock = SimpleNamespace(now=lambda: some.NOW + timedelta(days=2))
        rng = random.Random(3)
        after = timedelta(hours=hours)
        return Repeats(store=store_factory, clock=clock, ids=RandomIds(), rng=rng, mode=mode, after=after)

    return make


def test_the_seats_are_exchanged_and_everything_goes_along(repeats: Make, store_factory: SqlUnitOfWorkFactory) -> None:
    made = repeats(RepeatMode.OWN).next("session-1")
    assert (made.contender_a, made.contender_b, made.repeat_of) == ("ben", "ana", "battle-1")
    assert (made.state, made.policy, made.owner) == (BattleState.COMPLETE, "repeat", "session-1")
    assert made.blind
    with store_factory() as uow:
        (turn,) = uow.battles.turns(made.id)
        answers = uow.answers.of_turn(turn.id)
        assert turn.prompt == some.turn().prompt
        assert answers[Side.B].text == some.answer().text
        assert (answers[Side.A].contender, answers[Side.B].contender) == ("ben", "ana")
        snippet, execution = uow.snippets.find(answers[Side.B].id), uow.executions.find(answers[Side.B].id)
        assert snippet is not None
        assert execution is not None
        assert (snippet.files, execution.stdout) == (some.snippet().files, some.execution().stdout)
        assert execution.snippet_id == snippet.id
        assert uow.snippets.find(answers[Side.A].id) is None
        assert uow.battles.pair_counts() == {("ana", "ben"): 1}


def test_the_same_one_waits_until_it_is_voted_on_and_comes_once(
    repeats: Make, store_factory: SqlUnitOfWorkFactory
) -> None:
    shown = repeats(RepeatMode.OWN)
    made = shown.next("session-1")
    assert shown.next("session-1") == made
    with store_factory() as uow:
        uow.battles.update(replace(made, state=BattleState.VOTED))
        uow.votes.add(some.vote(id="v2", battle_id=made.id))
        uow.commit()
    with pytest.raises(NotFound, match="nothing to judge again"):
        shown.next("session-1")


@pytest.mark.parametrize(
    ("mode", "hours", "voter"),
    [
        (RepeatMode.OFF, 24, "session-1"),
        (RepeatMode.OWN, 49, "session-1"),
        (RepeatMode.OWN, 24, "somebody"),
        (RepeatMode.ALL, 24, "owner"),
    ],
)
def test_who_is_shown_nothing(repeats: Make, mode: RepeatMode, hours: float, voter: str) -> None:
    with pytest.raises(NotFound):
        repeats(mode, hours=hours).next(voter)


def test_others_are_shown_it_where_the_arena_says_so(repeats: Make) -> None:
    shown = repeats(RepeatMode.ALL)
    assert shown.next("somebody").repeat_of == "battle-1"
    assert shown.next("another").repeat_of == "battle-1"


def test_pairs_chosen_by_name_do_not_come_again(repeats: Make, store_factory: SqlUnitOfWorkFactory) -> None:
    with store_factory() as uow:
        uow.battles.update(some.battle(state=BattleState.VOTED, policy="chosen"))
        uow.commit()
    with pytest.raises(NotFound):
        repeats(RepeatMode.ALL).next("session-1")
