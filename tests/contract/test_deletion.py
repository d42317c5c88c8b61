"""A person's data goes, all of it and nothing else, on every database."""

import json
from pathlib import Path
from types import SimpleNamespace

import pytest
import sqlalchemy as sa

from services.arena.battle_facts import FactFinder
from services.arena.deletion import Deleted, Deletion
from services.arena.exports.vote_bytes import from_bytes
from services.arena.rating import Rating
from services.arena.snapshots import Snapshots
from services.arena.vote_flags import FlagKeeper
from services.arena.vote_quality import QualityRules
from services.arena.vote_records import VoteRecords
from services.domain.battle import BattleState
from services.domain.deletion_mode import DeletionMode
from services.domain.events import DoneEvent
from services.domain.execution import CapturedStream, StoredFile
from services.domain.judgement import SeatOrder, Source, Winner
from services.domain.problem import Problem
from services.domain.registry_event import RegistryEventKind
from services.domain.side import Side
from services.domain.vote import Voter
from services.domain.vote_details import VoteDetails
from services.domain.vote_record import Flag, FlagCode
from services.domain.work import WorkKind
from services.errors import Conflict, NotFound
from services.events.protocol import EventLog
from services.store.blob_folder import BlobFolder
from services.store.sql import SqlUnitOfWorkFactory, create_engine_for
from services.store.tables import METADATA
from tests.contract import store_values as some
from tests.fixtures.memory_store import MemoryEvents

CLOCK = SimpleNamespace(now=lambda: some.NOW)


class Arena:
    """Two people, each with two battles they started and voted on; their votes are published."""

    def __init__(self, store: SqlUnitOfWorkFactory, url: str, folder: Path, events: EventLog) -> None:
        self.store, self.url, self.events, self.blobs = store, url, events, BlobFolder(folder)
        self.shared = self.blobs.put(b"the same picture")
        keeper = FlagKeeper(store, QualityRules())
        rating = Rating(store=store, finder=FactFinder(store), keeper=keeper, clock=CLOCK, anchor="", seed=1)
        self.snapshots = Snapshots(store=store, blobs=self.blobs, clock=CLOCK, rating=rating)
        self.deletion = Deletion(store=store, blobs=self.blobs, events=events, clock=CLOCK, rating=rating)
        for number, person in enumerate(["ada-session", "ada-session", "bob-session", "bob-session"]):
            self._battle(number, person)
        rating.finder.catch_up(at_most=9)
        board = rating.compute(Source.HUMAN)
        with store() as uow:
            uow.boards.put(board)
            uow.commit()
        self.snapshots.publish(Source.HUMAN)

    def _battle(self, number: int, person: str) -> None:
        name, secret = f"battle-{number}", f"{person} wrote number {number}"
        mine = {"battle_id": name, "turn_id": f"turn-{number}"}
        out = self.blobs.put(secret.encode())
        self.events.append(name, DoneEvent(state=BattleState.VOTED))
        with self.store() as uow:
            trouble = Problem(code="trouble", message=secret, hint=secret)
            uow.battles.add(some.battle(id=name, state=BattleState.VOTED, owner=person, problem=trouble))
            uow.battles.add_turn(some.turn(id=f"turn-{number}", battle_id=name, prompt=secret))
            for side, who in ((Side.A, "ana"), (Side.B, "ben")):
                answer = f"answer-{number}{side}"
                uow.answers.add(some.answer(id=answer, side=side, contender=who, text=secret, problem=trouble, **mine))
                uow.snippets.put(some.snippet(id=f"s-{number}{side}", answer_id=answer, reason=secret))
                stream = CapturedStream(preview=secret, digest=out, total_bytes=len(secret))
                files = (StoredFile(path=secret, size_bytes=1, digest=self.shared),)
                run = {
                    "id": f"e-{number}{side}",
                    "battle_id": name,
                    "answer_id": answer,
                    "snippet_id": f"s-{number}{side}",
                }
                uow.executions.put(some.execution(stdout=stream, files=files, message=secret, **run))
                uow.interactions.put(some.record(id=f"app-{number}{side}", subject=answer, digest=out))
            uow.votes.know(Voter(id=person, pseudonym=f"p-{person[:3]}", created_at=some.NOW))
            uow.votes.add(some.vote(id=f"v{number}", battle_id=name, voter=person, choice=Winner.A))
            said = {"source": Source.HUMAN, "judge": "human", "order": SeatOrder.AB, "winner": list(Winner)[number % 2]}
            uow.judgements.put(some.judgement(id=f"h{number}", **mine, **said))
            uow.judgements.put(some.judgement(id=f"l{number}", reason=secret, raw=secret, **mine))
            uow.flags.put({f"h{number}": (Flag(code=FlagCode.UNTRIED, reason=f"Quotes: {secret}", factor=1),)})
            uow.work.add(some.work(id=f"work-{number}", topic=name, error=secret))
            uow.vote_details.put(VoteDetails(battle_id=name, updated_at=some.NOW, comment=secret))
            tied = {"battle_id": name, "side": Side.A, "caller": "eve-session", "batch_id": "", "position": 0}
            tried = some.direct_run(id=f"tied-{number}", environment=secret, idempotency_key=f"key-{number}", **tied)
            assert uow.runs.add([tried])
            uow.commit()

    def everything(self) -> str:
        """All that the database holds, and the blobs that are left."""
        engine = create_engine_for(self.url)
        with engine.connect() as connection:
            rows = [
                [str(value) for value in row]
                for table in METADATA.sorted_tables
                for row in connection.execute(sa.select(table))
            ]
        engine.dispose()
        return json.dumps(rows, ensure_ascii=False)


@pytest.fixture
def arena(store_factory: SqlUnitOfWorkFactory, store_url: str, tmp_path: Path) -> Arena:
    events: EventLog = MemoryEvents()  # type: ignore[no-untyped-call]
    return Arena(store_factory, store_url, tmp_path / "blobs", events)


@pytest.mark.parametrize("mode", list(DeletionMode))
def test_nothing_of_the_person_is_left_and_everything_of_others_is(arena: Arena, mode: DeletionMode) -> None:
    before = arena.everything()
    assert before.count("ada-session") >= 6
    gone, kept = (
        arena.blobs.put(f"{who} wrote number {n}".encode()) for who, n in (("ada-session", 0), ("bob-session", 2))
    )
    deleted = arena.deletion.delete("ada-session", mode)
    assert deleted == Deleted(battles=2, votes=2, snapshots=(1,))
    after = arena.everything()
    assert "ada-session" not in after
    assert "p-ada" not in after
    assert after.count("bob-session wrote") == before.count("bob-session wrote")
    assert arena.events.read("battle-0") == []
    assert len(arena.events.read("battle-2")) == 1
    with pytest.raises(NotFound):
        arena.blobs.get(gone)
    assert arena.blobs.get(kept)
    assert arena.blobs.get(arena.shared) == b"the same picture"
    votes = VoteRecords(store=arena.store).of(Source.HUMAN)
    names = [record.voter for record in votes]
    assert names == (["", "", "p-bob", "p-bob"] if mode is DeletionMode.FORGET else ["p-bob", "p-bob"])
    with arena.store() as uow:
        board = uow.boards.find(Source.HUMAN)
        event = uow.registry.all()[-1]
    assert board is not None
    assert board.judgements == len(votes)
    assert (event.kind, event.details) == (
        RegistryEventKind.DELETED,
        {"votes": "2", "battles": "2", "mode": mode.value},
    )


def test_published_boards_say_so_and_their_votes_are_without_the_person(arena: Arena) -> None:
    arena.deletion.delete("ada-session", DeletionMode.FORGET)
    with arena.store() as uow:
        snapshot = uow.snapshots.get(1)
    assert snapshot.superseded == "superseded by deletion"
    assert snapshot.board.judgements == 4
    records = from_bytes(arena.snapshots.votes(1))
    assert [record.voter for record in records] == ["", "", "p-bob", "p-bob"]
    assert [record.prompt_key for record in records][:2] == ["battle-0", "battle-1"]
    assert b"ada-session" not in arena.snapshots.votes(1)
    assert b"Quotes: bob-session" in arena.snapshots.votes(1)


def test_a_second_time_nothing_happens(arena: Arena) -> None:
    arena.deletion.delete("ada-session", DeletionMode.VOTES)
    before = arena.everything()
    assert arena.deletion.delete("ada-session", DeletionMode.VOTES) == Deleted(battles=0, votes=0, snapshots=())
    assert arena.everything() == before


def test_battles_shown_again_to_others_lose_their_texts_too(arena: Arena) -> None:
    with arena.store() as uow:
        again = some.battle(id="again", state=BattleState.COMPLETE, owner="bob-session", repeat_of="battle-0")
        uow.battles.add(again)
        uow.battles.add_turn(some.turn(id="turn-again", battle_id="again", prompt="ada-session wrote number 0"))
        uow.commit()
    assert arena.deletion.delete("ada-session", DeletionMode.FORGET).battles == 3
    assert "ada-session" not in arena.everything()


def test_direct_runs_go_with_what_they_left(arena: Arena) -> None:
    program = arena.blobs.put(b"print('ada')")
    with arena.store() as uow:
        uow.runs.add([some.direct_run(caller="ada-session", program=program)])
        uow.work.add(some.work(id="run:run-1", kind=WorkKind.RUN, topic="run-1", subject="run-1"))
        uow.commit()
    arena.deletion.delete("ada-session", DeletionMode.FORGET)
    with arena.store() as uow, pytest.raises(NotFound):
        uow.runs.get("run-1")
    with pytest.raises(NotFound):
        arena.blobs.get(program)


def test_what_still_runs_is_waited_for(arena: Arena) -> None:
    with arena.store() as uow:
        uow.battles.add(some.battle(id="open", owner="ada-session", state=BattleState.RUNNING))
        uow.commit()
    before = arena.everything()
    with pytest.raises(Conflict, match="still run"):
        arena.deletion.delete("ada-session", DeletionMode.FORGET)
    assert arena.everything() == before


def test_a_pseudonym_leads_to_the_voter_until_it_is_deleted(arena: Arena) -> None:
    assert arena.deletion.voter_of("p-ada") == "ada-session"
    arena.deletion.delete("ada-session", DeletionMode.FORGET)
    with pytest.raises(NotFound, match="Nobody has that pseudonym"):
        arena.deletion.voter_of("p-ada")
