"""Judgements and votes, and what is known of them, as the use cases see it."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from services.domain.judgement import Judgement, Source, Winner
from services.domain.vote import Vote, Voter
from services.domain.vote_details import VoteDetails
from services.domain.vote_record import BattleFacts, Flag, VoteRecord


class JudgementRepository(Protocol):
    """Judgements: one per (turn, source, judge, order); a second `put` replaces the first."""

    def put(self, judgement: Judgement) -> None: ...
    def of_battle(self, battle_id: str) -> Sequence[Judgement]:
        """In order of creation."""
        ...

    def records(self, source: Source, *, facts: bool = True) -> Sequence[VoteRecord]:
        """Every judgement of that source on a ranked battle that is not void, with its stored flags, nulls included.

        In order of creation; without `facts` the sides are left empty.
        """
        ...

    def pair_outcomes(self, source: Source) -> Sequence[tuple[str, str, Winner, int]]:
        """How often that source gave each outcome to two contenders in these seats, on ranked battles that are not
        void and whose pair was drawn; nulls are left out."""
        ...


class VoteRepository(Protocol):
    """Votes: one per battle."""

    def add(self, vote: Vote) -> None:
        """Store the vote.

        Raises:
            Conflict: the battle has a vote already.
        """
        ...

    def find(self, battle_id: str) -> Vote | None: ...
    def know(self, voter: Voter) -> None:
        """Keep the voter's pseudonym, unless there is one already."""
        ...

    def pseudonym(self, voter_id: str) -> str:
        """What the voter is called in public; "" when nothing is known of them."""
        ...


class VoteDetailsRepository(Protocol):
    """What voters added to their votes."""

    def put(self, details: VoteDetails) -> None:
        """Insert, or replace those of the same battle."""
        ...

    def find(self, battle_id: str) -> VoteDetails | None: ...


class FactsRepository(Protocol):
    """What battles were about, found out once."""

    def put(self, facts: BattleFacts) -> None:
        """Insert, or replace those of the same battle."""
        ...

    def find(self, battle_id: str) -> BattleFacts | None: ...
    def missing(self, *, version: str, limit: int) -> Sequence[str]:
        """Battles that were judged but have no facts of this version, oldest first."""
        ...

    def first_prompts(self) -> Sequence[str]:
        """One prompt of every group: that which gave the group its name."""
        ...


class FlagRepository(Protocol):
    """Flags of judgements."""

    def put(self, flags: Mapping[str, Sequence[Flag]]) -> None:
        """Replace the flags of these judgements."""
        ...

    def known(self) -> Mapping[str, tuple[Flag, ...]]:
        """The flags of every judgement that has been looked at, () where nothing was noticed."""
        ...
