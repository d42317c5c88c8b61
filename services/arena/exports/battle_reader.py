"""Reads battles out of the store as documents, some at a time."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from services.arena.exports.arena_battles import Conversation
from services.arena.exports.battle_documents import (
    DOCUMENT_VERSION,
    BattleDocument,
    SideDocument,
    TurnDocument,
    VoteDocument,
    without_texts,
)
from services.arena.vote_records import private_ones
from services.domain.answer import Answer
from services.domain.battle import Battle, BattleState
from services.domain.prompt import ERASED
from services.domain.side import Side
from services.store.unit_of_work import UnitOfWork, UnitOfWorkFactory

PAGE = 50


@dataclass(frozen=True, kw_only=True)
class BattleReader:
    """Reads battles that were voted on: of any other, somebody may still vote, and must not know the names."""

    store: UnitOfWorkFactory

    def every(self, *, texts: bool) -> Iterator[BattleDocument]:
        """The documents, oldest first, some at a time; those of contenders that are not shown yet are left out.

        Raises:
            Conflict: the registry's history holds something that cannot be read.
        """
        with self.store() as uow:
            private = private_ones(uow.registry.all())
        after: tuple[datetime, str] | None = None
        while True:
            with self.store() as uow:
                page = uow.battles.voted(after=after, limit=PAGE)
                shown = [battle for battle in page if private.isdisjoint((battle.contender_a, battle.contender_b))]
                documents = [document_of_battle(uow, battle) for battle in shown]
            yield from documents if texts else map(without_texts, documents)
            if len(page) < PAGE:
                return
            after = (page[-1].created_at, page[-1].id)

    def conversation(self, battle_id: str) -> Conversation | None:
        """What was said in a battle; None while somebody may still vote on it, and when it was deleted on request.

        Raises:
            NotFound: there is no such battle.
        """
        with self.store() as uow:
            if uow.battles.get(battle_id).state is not BattleState.VOTED:
                return None
            turns = uow.battles.turns(battle_id)
            said = [uow.answers.of_turn(turn.id) for turn in turns]
        if any(turn.prompt == ERASED for turn in turns) or any(len(answers) < len(Side) for answers in said):
            return None
        return Conversation(
            prompts=tuple(turn.prompt for turn in turns),
            answers_a=tuple(answers[Side.A].text for answers in said),
            answers_b=tuple(answers[Side.B].text for answers in said),
        )


def document_of_battle(uow: UnitOfWork, battle: Battle) -> BattleDocument:
    """The whole battle, by nobody in particular; whoever calls has seen to it that its names may be told."""
    return BattleDocument(
        schema_version=DOCUMENT_VERSION,
        texts=True,
        battle=replace(battle, owner=""),
        turns=tuple(
            TurnDocument(
                turn=turn,
                sides={side: _side(uow, answer) for side, answer in uow.answers.of_turn(turn.id).items()},
            )
            for turn in uow.battles.turns(battle.id)
        ),
        judgements=tuple(uow.judgements.of_battle(battle.id)),
        vote=_vote(uow, battle.id),
    )


def _side(uow: UnitOfWork, answer: Answer) -> SideDocument:
    execution = uow.executions.find(answer.id)
    return SideDocument(
        answer=answer,
        snippet=uow.snippets.find(answer.id),
        execution=execution and replace(execution, app=None),
    )


def _vote(uow: UnitOfWork, battle_id: str) -> VoteDocument | None:
    vote = uow.votes.find(battle_id)
    if vote is None:
        return None
    details = uow.vote_details.find(battle_id)
    return VoteDocument(
        choice=vote.choice,
        voter=uow.votes.pseudonym(vote.voter),
        created_at=vote.created_at,
        aspects=details.aspects if details else {},
        comment=details.comment if details else "",
    )
