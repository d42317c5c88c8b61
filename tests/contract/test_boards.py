"""Boards as they are read: live, sliced, published; computed once per state of the votes."""

from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace

import pytest

from services.arena.battle_facts import FactFinder
from services.arena.boards import Boards
from services.arena.rating import Rating
from services.arena.vote_flags import FlagKeeper
from services.arena.vote_quality import QualityRules
from services.domain.battle import BattleState
from services.domain.judgement import SeatOrder, Source, Winner
from services.domain.rating import BoardSlice, Snapshot
from services.domain.vote_record import BattleFacts, SideFacts
from services.errors import InvalidRequest, NotFound
from services.ratings.history import series
from services.store.sql import SqlUnitOfWorkFactory
from tests.contract import store_values as some

PYTHON = SideFacts(environment="python", language="python")
WEB = BoardSlice(category="web-design")


class Counting(Rating):
    """Counts how often a slice was computed."""

    computed: list[object] = []  # noqa: RUF012 - one test each, cleared before

    def compute(self, source, **more):  # type: ignore[no-untyped-def]
        self.computed.append(more.get("part"))
        return super().compute(source, **more)


@pytest.fixture
def boards(store_factory: SqlUnitOfWorkFactory) -> Boards:
    with store_factory() as uow:
        for number in range(6):
            name = f"battle-{number}"
            uow.battles.add(some.battle(id=name, state=BattleState.VOTED))
            uow.battles.add_turn(some.turn(id=f"turn-{number}", battle_id=name))
            uow.judgements.put(
                some.judgement(
                    id=f"j{number}", battle_id=name, turn_id=f"turn-{number}", source=Source.HUMAN,
                    order=SeatOrder.AB, winner=Winner.A if number % 3 else Winner.B,
                )
            )  # fmt: skip
            category = "web-design" if number < 4 else "diagram-creation"
            uow.facts.put(
                BattleFacts(
                    battle_id=name, prompt_key="k", prompt_group="k", category=category, side_a=PYTHON, side_b=PYTHON,
                    version="1",
                )
            )  # fmt: skip
        uow.commit()
    Counting.computed.clear()
    clock = SimpleNamespace(now=lambda: some.NOW)
    rating = Counting(
        store=store_factory,
        finder=FactFinder(store_factory),
        keeper=FlagKeeper(store_factory, QualityRules()),
        clock=clock,
        anchor="",
        seed=1,
    )
    return Boards(store=store_factory, rating=rating)


def rate(boards: Boards, store_factory: SqlUnitOfWorkFactory, *, seconds: float = 0) -> None:
    live = replace(boards.rating.compute(Source.HUMAN), computed_at=some.at(seconds))
    with store_factory() as uow:
        uow.boards.put(live)
        uow.commit()


def test_without_votes_there_is_nothing(boards: Boards) -> None:
    assert boards.live(Source.LLM) is None
    assert boards.of(Source.LLM, WEB) is None
    assert boards.rating.options(Source.LLM).values == ()
    assert boards.rating.matrices(Source.LLM).names == ()


def test_a_slice_holds_its_own_votes_only(boards: Boards, store_factory: SqlUnitOfWorkFactory) -> None:
    rate(boards, store_factory)
    whole, part = boards.of(Source.HUMAN, BoardSlice()), boards.of(Source.HUMAN, WEB)
    assert whole is not None
    assert part is not None
    assert (whole.judgements, part.judgements, part.slice) == (6, 4, WEB)
    assert boards.rating.matrices(Source.HUMAN, part=WEB).counts == ((0, 4), (4, 0))
    values = {(found.name, found.value): found.judgements for found in boards.rating.options(Source.HUMAN).values}
    assert values["category", "web-design"] == 4
    assert values["environment", "python"] == 6
    with pytest.raises(InvalidRequest, match="No counted judgement has the category music") as error:
        boards.of(Source.HUMAN, BoardSlice(category="music"))
    assert "web-design" in error.value.hint


def test_a_slice_is_computed_once_until_the_votes_change(boards: Boards, store_factory: SqlUnitOfWorkFactory) -> None:
    rate(boards, store_factory)
    Counting.computed.clear()
    for _ in range(3):
        boards.of(Source.HUMAN, WEB)
    assert Counting.computed == [WEB]
    rate(boards, store_factory, seconds=1)
    boards.of(Source.HUMAN, WEB)
    assert Counting.computed == [WEB, None, WEB]


def test_history_follows_the_snapshots(boards: Boards, store_factory: SqlUnitOfWorkFactory) -> None:
    assert boards.snapshots() == ()
    with pytest.raises(NotFound, match="no snapshot 1"):
        boards.snapshot(1)
    fixed = some.board(source=Source.HUMAN)
    with store_factory() as uow:
        for number in (1, 2):
            at = some.NOW + timedelta(days=number)
            uow.snapshots.add(Snapshot(number=number, board=fixed, input_hash="", created_at=at))
        uow.commit()
    assert [point.number for point in series(boards.snapshots(), source=Source.HUMAN)["ana"]] == [1, 2]
    assert boards.snapshot(2).board == fixed
