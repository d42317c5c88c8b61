"""Records, facts, flags, the registry's history and snapshots, on every database."""

from dataclasses import replace
from datetime import timedelta

import pytest

from services.arena.vote_records import CHOSEN, VoteRecords
from services.domain.battle import BattleState
from services.domain.battle_mark import BattleMark
from services.domain.judgement import SeatOrder, Source, Winner
from services.domain.rating import Snapshot
from services.domain.registry_event import RegistryEvent, RegistryEventKind
from services.domain.side import Side
from services.domain.vote import Voter
from services.domain.vote_record import BattleFacts, Flag, FlagCode, SideFacts
from services.errors import NotFound
from services.store.sql import SqlUnitOfWorkFactory
from tests.contract import store_values as some

FACTS = BattleFacts(
    battle_id="battle-1",
    prompt_key="key",
    prompt_group="group",
    category="diagram-creation",
    side_a=SideFacts(environment="python", language="python", outcome="succeeded", style={"lines": 3.0}),
    side_b=SideFacts(effects={"exit_ok": 0.0}),
    version="1",
)
LEAK = Flag(code=FlagCode.IDENTITY_LEAK, reason="It says who it is.", factor=0.0)


def vote_on(factory: SqlUnitOfWorkFactory) -> None:
    some.fill(factory)
    with factory() as uow:
        uow.battles.update(some.battle(opened_at=some.at(-7.5), record_interactions=True, repeat_of="battle-0"))
        uow.votes.know(Voter(id="session-1", pseudonym="p1", created_at=some.NOW))
        uow.votes.add(some.vote())
        uow.judgements.put(some.judgement(source=Source.HUMAN, judge="human", order=SeatOrder.AB, winner=Winner.A))
        uow.interactions.put(some.record())
        uow.commit()


def test_a_vote_becomes_a_record_with_a_pseudonym(store_factory: SqlUnitOfWorkFactory) -> None:
    vote_on(store_factory)
    with store_factory() as uow:
        (plain,) = uow.judgements.records(Source.HUMAN)
        uow.facts.put(FACTS)
        uow.flags.put({"judgement-1": (LEAK,)})
        uow.commit()
    assert (plain.voter, plain.dwell_seconds, plain.repeat_of) == ("p1", 7.5, "battle-0")
    assert (plain.tried_a, plain.tried_b) == (True, False)
    assert (plain.prompt_key, plain.flags, plain.counted) == ("", (), True)
    with store_factory() as uow:
        (record,) = uow.judgements.records(Source.HUMAN)
        (short,) = uow.judgements.records(Source.HUMAN, facts=False)
    assert (record.prompt_group, record.category) == ("group", "diagram-creation")
    assert (record.facts(Side.A), record.facts(Side.B)) == (FACTS.side_a, FACTS.side_b)
    assert (record.flags, record.weight, record.counted) == ((LEAK,), 0.0, False)
    assert (short.side_a, short.prompt_group, short.flags) == (SideFacts(), "group", (LEAK,))
    assert (record.cluster, plain.pair_probability) == ("voter:p1", 1 / 3)


def test_marks_of_a_battle_are_flags_of_its_judgements(store_factory: SqlUnitOfWorkFactory) -> None:
    vote_on(store_factory)
    with store_factory() as uow:
        marked = uow.battles.get("battle-1")
        uow.battles.update(replace(marked, marks=(BattleMark.STOPPED, BattleMark.EDITED)))
        uow.flags.put({"judgement-1": (LEAK,)})
        uow.judgements.put(some.judgement(id="judgement-2"))
        uow.commit()
        assert uow.battles.get("battle-1").marks == (BattleMark.STOPPED, BattleMark.EDITED)
        (vote,) = uow.judgements.records(Source.HUMAN)
        (verdict,) = uow.judgements.records(Source.LLM)
    assert [flag.code for flag in vote.flags] == [FlagCode.EDITED, FlagCode.STOPPED, FlagCode.IDENTITY_LEAK]
    assert [flag.code for flag in verdict.flags] == [FlagCode.STOPPED]
    assert not vote.counted
    assert not verdict.counted


def test_an_automatic_judgement_has_no_voter(store_factory: SqlUnitOfWorkFactory) -> None:
    vote_on(store_factory)
    with store_factory() as uow:
        uow.judgements.put(some.judgement(id="judgement-2", winner=None))
        uow.facts.put(FACTS)
        uow.commit()
        (record,) = uow.judgements.records(Source.LLM)
    assert (record.voter, record.winner, record.order, record.strength) == ("", None, SeatOrder.BA, 2)
    assert (record.dwell_seconds, record.tried_a, record.cluster) == (None, None, "prompt:group")


@pytest.mark.parametrize("changes", [{"state": BattleState.VOID}, {"ranked": False}])
def test_void_and_unranked_battles_give_no_records(
    store_factory: SqlUnitOfWorkFactory, changes: dict[str, object]
) -> None:
    vote_on(store_factory)
    with store_factory() as uow:
        uow.battles.update(some.battle(**changes))
        uow.commit()
        assert uow.judgements.records(Source.HUMAN) == []


def test_facts_are_missing_until_they_are_of_this_version(store_factory: SqlUnitOfWorkFactory) -> None:
    vote_on(store_factory)
    with store_factory() as uow:
        assert uow.facts.missing(version="1", limit=9) == ["battle-1"]
        assert uow.facts.find("battle-1") is None
        uow.facts.put(FACTS)
        assert uow.facts.find("battle-1") == FACTS
        assert uow.facts.missing(version="1", limit=9) == []
        assert uow.facts.missing(version="2", limit=9) == ["battle-1"]
        assert uow.facts.first_prompts() == []
        uow.facts.put(replace(FACTS, prompt_group="key"))
        assert uow.facts.first_prompts() == [some.turn().prompt]


def test_a_pseudonym_is_kept(store_factory: SqlUnitOfWorkFactory) -> None:
    with store_factory() as uow:
        uow.votes.know(Voter(id="s", pseudonym="first", created_at=some.NOW))
        uow.votes.know(Voter(id="s", pseudonym="second", created_at=some.NOW))
        uow.commit()
        assert (uow.votes.pseudonym("s"), uow.votes.pseudonym("nobody")) == ("first", "")


def test_the_history_only_grows_and_has_no_gaps(store_factory: SqlUnitOfWorkFactory) -> None:
    def event(number: int) -> RegistryEvent:
        details = {"licence": "MIT"}
        return RegistryEvent(
            sequence=number, at=some.NOW, kind=RegistryEventKind.REGISTERED, contender="ana", details=details
        )

    with store_factory() as uow:
        assert uow.registry.append([event(1), event(2)])
        assert not uow.registry.append([event(3), event(2)])
        uow.commit()
    with store_factory() as uow:
        assert uow.registry.all() == [event(1), event(2)]
        assert uow.registry.append([])


def test_snapshots_keep_their_numbers_and_the_first_reason(store_factory: SqlUnitOfWorkFactory) -> None:
    first = Snapshot(number=1, board=some.board(), input_hash="ab", created_at=some.NOW)
    with store_factory() as uow:
        assert uow.snapshots.add(first)
        assert not uow.snapshots.add(Snapshot(number=1, board=some.board(seed=1), input_hash="", created_at=some.NOW))
        assert uow.snapshots.add(
            Snapshot(number=2, board=some.board(), input_hash="cd", created_at=some.NOW + timedelta(days=1))
        )
        uow.snapshots.supersede(1, reason="superseded by deletion")
        uow.snapshots.supersede(1, reason="other")
        uow.commit()
    with store_factory() as uow:
        assert [found.number for found in uow.snapshots.all()] == [1, 2]
        found = uow.snapshots.get(1)
        assert (found.board, found.superseded) == (first.board, "superseded by deletion")
        with pytest.raises(NotFound):
            uow.snapshots.get(3)


def test_what_follows_from_a_battle_is_in_its_records(store_factory: SqlUnitOfWorkFactory) -> None:
    vote_on(store_factory)
    with store_factory() as uow:
        uow.battles.update(some.battle(policy="chosen"))
        uow.flags.put({"judgement-1": (LEAK,)})
        uow.commit()
    (record,) = VoteRecords(store=store_factory).of(Source.HUMAN)
    assert record.flags == (CHOSEN, LEAK)
