"""Published boards: numbered, kept with their votes, computed again to the last bit."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest

from services.arena.battle_facts import FactFinder
from services.arena.exports.vote_bytes import from_bytes
from services.arena.rating import Rating
from services.arena.snapshots import Snapshots
from services.arena.vote_flags import FlagKeeper
from services.arena.vote_quality import QualityRules
from services.domain.battle import BattleState
from services.domain.judgement import SeatOrder, Source, Winner
from services.domain.rating import IntervalKind
from services.domain.registry_event import RegistryEvent, RegistryEventKind
from services.domain.vote_record import Flag, FlagCode
from services.errors import Conflict, NotFound
from services.ratings.standings import board_of
from services.store.blob_folder import BlobFolder
from services.store.sql import SqlUnitOfWorkFactory
from tests.contract import store_values as some

DAY = timedelta(days=1)


def vote(factory: SqlUnitOfWorkFactory, number: int, winner: Winner, *, rival: str = "ben") -> None:
    name = f"battle-{number}"
    with factory() as uow:
        uow.battles.add(some.battle(id=name, state=BattleState.VOTED, contender_b=rival))
        uow.battles.add_turn(some.turn(id=f"turn-{number}", battle_id=name))
        mine = {"id": f"j{number}", "battle_id": name, "turn_id": f"turn-{number}", "winner": winner}
        uow.judgements.put(some.judgement(source=Source.HUMAN, order=SeatOrder.AB, **mine))
        uow.commit()


@pytest.fixture
def snapshots(store_factory: SqlUnitOfWorkFactory, tmp_path: Path) -> Snapshots:
    clock = SimpleNamespace(now=lambda: some.NOW)
    rating = Rating(
        store=store_factory,
        finder=FactFinder(store_factory),
        keeper=FlagKeeper(store_factory, QualityRules()),
        clock=clock,
        anchor="",
        seed=1,
    )
    return Snapshots(store=store_factory, blobs=BlobFolder(tmp_path), clock=clock, rating=rating)


def later(snapshots: Snapshots, by: timedelta) -> Snapshots:
    return replace(snapshots, clock=SimpleNamespace(now=lambda: some.NOW + by))


def test_nothing_is_published_before_a_vote(snapshots: Snapshots) -> None:
    with pytest.raises(Conflict, match="Nothing has been judged"):
        snapshots.publish(Source.HUMAN)
    assert snapshots.publish_if_due(Source.HUMAN, hours=24) is None


def test_a_snapshot_is_computed_again_from_its_own_votes(
    snapshots: Snapshots, store_factory: SqlUnitOfWorkFactory
) -> None:
    for number in range(9):
        vote(store_factory, number, list(Winner)[number % 4])
    made = snapshots.publish(Source.HUMAN)
    assert (made.number, made.board.interval_kind, made.board.judgements) == (1, IntervalKind.FIXED, 9)
    again = board_of(
        from_bytes(snapshots.votes(1)),
        source=Source.HUMAN,
        seed=made.board.seed,
        anchor=made.board.anchor,
        computed_at=made.board.computed_at,
    )
    assert again == made.board
    with store_factory() as uow:
        assert uow.snapshots.get(1) == made
        published, given = uow.registry.all()
        assert (published.kind, published.details["number"]) == (RegistryEventKind.SNAPSHOT, "1")
        assert (given.kind, given.details["votes"]) == (RegistryEventKind.DATA_GIVEN, "9")


def test_later_flags_and_votes_leave_what_was_published_alone(
    snapshots: Snapshots, store_factory: SqlUnitOfWorkFactory
) -> None:
    for number in range(4):
        vote(store_factory, number, Winner.A)
    first, votes = snapshots.publish(Source.HUMAN), snapshots.votes(1)
    with pytest.raises(Conflict, match="Nothing has changed since snapshot 1"):
        snapshots.publish(Source.HUMAN)
    with store_factory() as uow:
        uow.flags.put({"j0": (Flag(code=FlagCode.IDENTITY_LEAK, reason="It says so.", factor=0),)})
        uow.commit()
    second = snapshots.publish(Source.HUMAN)
    assert (second.number, second.board.judgements) == (2, 3)
    assert (first.board.judgements, snapshots.votes(1)) == (4, votes)


def test_votes_of_automatic_judges_are_given_to_nobody(
    snapshots: Snapshots, store_factory: SqlUnitOfWorkFactory
) -> None:
    some.fill(store_factory)
    with store_factory() as uow:
        uow.judgements.put(some.judgement())
        uow.commit()
    snapshots.publish(Source.LLM)
    with store_factory() as uow:
        assert [event.kind for event in uow.registry.all()] == [RegistryEventKind.SNAPSHOT]


def test_who_is_not_shown_yet_is_not_in_the_votes(snapshots: Snapshots, store_factory: SqlUnitOfWorkFactory) -> None:
    vote(store_factory, 1, Winner.A)
    vote(store_factory, 2, Winner.A, rival="secret")
    with store_factory() as uow:
        details = {"public": "no"}
        kind = RegistryEventKind.REGISTERED
        uow.registry.append([RegistryEvent(sequence=1, at=some.NOW, kind=kind, contender="secret", details=details)])
        uow.commit()
    assert snapshots.publish(Source.HUMAN).board.judgements == 1
    assert b"secret" not in snapshots.votes(1)


def test_a_board_is_published_by_the_clock_when_it_has_changed(
    snapshots: Snapshots, store_factory: SqlUnitOfWorkFactory
) -> None:
    def rate(at: float) -> None:
        board = replace(snapshots.rating.compute(Source.HUMAN), computed_at=some.at(at))
        with store_factory() as uow:
            uow.boards.put(board)
            uow.commit()

    vote(store_factory, 1, Winner.A)
    rate(0)
    assert snapshots.publish_if_due(Source.HUMAN, hours=0) is None
    assert snapshots.publish_if_due(Source.HUMAN, hours=24) is not None
    vote(store_factory, 2, Winner.B)
    rate(1)
    assert later(snapshots, DAY / 2).publish_if_due(Source.HUMAN, hours=24) is None
    made = later(snapshots, DAY).publish_if_due(Source.HUMAN, hours=24)
    assert made is not None
    assert made.number == 2
    assert later(snapshots, 3 * DAY).publish_if_due(Source.HUMAN, hours=24) is None


def test_an_unknown_snapshot_has_no_votes(snapshots: Snapshots) -> None:
    with pytest.raises(NotFound, match="no snapshot 7"):
        snapshots.votes(7)
