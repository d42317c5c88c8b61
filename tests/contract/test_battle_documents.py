"""Battles as documents, on every database: whole, in pages, without what nobody may see."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from services.arena.exports import battle_reader
from services.arena.exports.battle_documents import BattleDocument, document_of, line_of
from services.arena.exports.battle_reader import BattleReader
from services.domain.answer import SidePhase
from services.domain.appearance import App, Appearance, PageFacts
from services.domain.battle import BattleState
from services.domain.judgement import Winner
from services.domain.prompt import ERASED
from services.domain.registry_event import RegistryEvent, RegistryEventKind
from services.domain.side import Side
from services.domain.vote import Voter
from services.domain.vote_details import Aspect, VoteDetails
from services.errors import NotFound
from services.store.sql import SqlUnitOfWorkFactory
from tests.contract import store_values as some

APP = App(url="http://secret.preview.arena.localhost", until=1.0)
SEEN = Appearance(facts=PageFacts(title="A page that says something"))


def play(factory: SqlUnitOfWorkFactory, number: int, **changes: object) -> None:
    """A battle of two turns with everything that can be in it, voted on."""
    key = f"battle-{number}"
    with factory() as uow:
        played = {"id": key, "state": BattleState.VOTED, "owner": "session-9", "created_at": some.at(number)}
        uow.battles.add(some.battle(**played | changes))
        for index in (0, 1):
            turn = f"turn-{number}-{index}"
            uow.battles.add_turn(some.turn(id=turn, battle_id=key, index=index, prompt=f"prompt {index}"))
            for side in Side:
                answer = some.answer(
                    id=f"{turn}-{side}",
                    battle_id=key,
                    turn_id=turn,
                    side=side,
                    phase=SidePhase.FINISHED,
                    text=f"said {side}{index}",
                )
                uow.answers.add(answer)
        name = f"turn-{number}-0-a"
        uow.snippets.put(some.snippet(id=f"s-{number}", answer_id=name))
        uow.executions.put(some.execution(id=f"e-{number}", battle_id=key, answer_id=name, app=APP, appearance=SEEN))
        uow.judgements.put(some.judgement(id=f"j-{number}", battle_id=key, turn_id=f"turn-{number}-1"))
        uow.votes.know(Voter(id="session-1", pseudonym="p1", created_at=some.NOW))
        uow.votes.add(some.vote(id=f"v-{number}", battle_id=key, choice=Winner.B))
        uow.commit()


def every(factory: SqlUnitOfWorkFactory, *, texts: bool) -> Sequence[BattleDocument]:
    return list(BattleReader(store=factory).every(texts=texts))


def test_a_document_is_whole_and_comes_back_from_its_line(store_factory: SqlUnitOfWorkFactory) -> None:
    play(store_factory, 1)
    (document,) = every(store_factory, texts=True)
    line = line_of(document)
    assert document_of(line) == document
    assert line.count(b"\n") == 1
    assert [turn.turn.prompt for turn in document.turns] == ["prompt 0", "prompt 1"]
    assert document.turns[1].sides[Side.B].answer.text == "said b1"
    first = document.turns[0].sides[Side.A]
    assert first.snippet == some.snippet(id="s-1", answer_id="turn-1-0-a")
    assert first.execution is not None
    assert first.execution.appearance == SEEN
    assert document.vote is not None
    assert (document.vote.choice, document.vote.voter) == (Winner.B, "p1")
    assert [judgement.id for judgement in document.judgements] == ["j-1"]


@pytest.mark.parametrize(("texts", "comment"), [(True, "It counts."), (False, "")])
def test_what_was_added_to_a_vote_goes_along(store_factory: SqlUnitOfWorkFactory, texts: bool, comment: str) -> None:
    play(store_factory, 1)
    with store_factory() as uow:
        said = {Aspect.CORRECTNESS: Winner.A}
        uow.vote_details.put(VoteDetails(battle_id="battle-1", updated_at=some.NOW, aspects=said, comment="It counts."))
        uow.commit()
    (document,) = every(store_factory, texts=texts)
    assert document_of(line_of(document)) == document
    assert document.vote is not None
    assert (document.vote.aspects, document.vote.comment) == (said, comment)


@pytest.mark.parametrize("texts", [True, False])
def test_nothing_leads_to_a_session_or_to_a_running_app(store_factory: SqlUnitOfWorkFactory, texts: bool) -> None:
    play(store_factory, 1)
    (document,) = every(store_factory, texts=texts)
    for secret in (b"session-1", b"session-9", b"secret.preview", b"key-1"):
        assert secret not in line_of(document)


def test_without_texts_only_facts_are_left(store_factory: SqlUnitOfWorkFactory) -> None:
    play(store_factory, 1)
    (whole,), (document,) = every(store_factory, texts=True), every(store_factory, texts=False)
    line = line_of(document)
    for text in (
        b"prompt 0",
        b"said a0",
        b"print(",
        b"main.py",
        b"numpy",
        b"It used",
        b"says something",
        b"Neither runs",
    ):
        assert text in line_of(whole)
        assert text not in line
    ran = document.turns[0].sides[Side.A].execution
    assert ran is not None
    assert (ran.outcome, ran.stdout.total_bytes, ran.wall_seconds) == (some.execution().outcome, 2**40, 0.1)
    assert (document.texts, document.judgements[0].winner, document.vote) == (False, Winner.BOTH_BAD, whole.vote)
    assert document_of(line) == document


def test_only_what_is_over_and_public_comes_in_pages(
    store_factory: SqlUnitOfWorkFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(battle_reader, "PAGE", 2)
    for number in (3, 1, 2, 5):
        play(store_factory, number)
    play(store_factory, 4, contender_a="secret")
    play(store_factory, 6, state=BattleState.COMPLETE)
    play(store_factory, 7, state=BattleState.VOID)
    with store_factory() as uow:
        details = {"provider": "p", "licence": "MIT", "public": "no", "weight": "1", "family": "f"}
        private = RegistryEvent(
            sequence=1, at=some.NOW, kind=RegistryEventKind.REGISTERED, contender="secret", details=details
        )
        assert uow.registry.append([private])
        uow.commit()
    found = [document.battle.id for document in every(store_factory, texts=True)]
    assert found == ["battle-1", "battle-2", "battle-3", "battle-5"]


def test_a_conversation_is_there_once_the_battle_is_over_and_until_it_is_deleted(
    store_factory: SqlUnitOfWorkFactory,
) -> None:
    play(store_factory, 1)
    play(store_factory, 2, state=BattleState.COMPLETE)
    reader = BattleReader(store=store_factory)
    said = reader.conversation("battle-1")
    assert said is not None
    assert said.of(Side.B) == [
        {"role": "user", "content": "prompt 0"},
        {"role": "assistant", "content": "said b0"},
        {"role": "user", "content": "prompt 1"},
        {"role": "assistant", "content": "said b1"},
    ]
    assert reader.conversation("battle-2") is None
    with pytest.raises(NotFound):
        reader.conversation("battle-3")
    with store_factory() as uow:
        uow.erasure.erase_texts(["battle-1"])
        uow.commit()
    assert reader.conversation("battle-1") is None
    (document,) = every(store_factory, texts=True)
    assert [turn.turn.prompt for turn in document.turns] == [ERASED, ERASED]


def test_a_forgotten_voter_has_no_name(store_factory: SqlUnitOfWorkFactory) -> None:
    play(store_factory, 1)
    (before,) = every(store_factory, texts=False)
    with store_factory() as uow:
        uow.erasure.forget("session-1")
        uow.commit()
    (after,) = every(store_factory, texts=False)
    assert before.vote is not None
    assert after.vote == replace(before.vote, voter="")
