"""Judgements, votes and boards in SQL."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from services.domain.battle import CHOSEN_POLICY, REPEAT_POLICY, BattleState
from services.domain.judgement import Judgement, Source, Winner
from services.domain.rating import Board
from services.domain.vote import Vote, Voter
from services.domain.vote_record import VoteRecord
from services.errors import Conflict
from services.store.rows import Rows
from services.store.sql_records import read_records
from services.store.tables import BATTLES, BOARDS, JUDGEMENTS, VOTERS, VOTES


class SqlJudgements:
    """`JudgementRepository` on one connection."""

    def __init__(self, connection: sa.Connection) -> None:
        self._rows = Rows(connection, JUDGEMENTS, Judgement)

    def put(self, judgement: Judgement) -> None:
        self._rows.put(judgement, key=("turn_id", "source", "judge", "order"))

    def of_battle(self, battle_id: str) -> Sequence[Judgement]:
        columns = JUDGEMENTS.c
        return self._rows.all(columns.battle_id == battle_id, order_by=(columns.created_at, columns.id))

    def records(self, source: Source, *, facts: bool = True) -> Sequence[VoteRecord]:
        return read_records(self._rows, source, facts=facts)

    def pair_outcomes(self, source: Source) -> Sequence[tuple[str, str, Winner, int]]:
        battle, judged = BATTLES.c, JUDGEMENTS.c
        seats = (battle.contender_a, battle.contender_b, judged.winner)
        statement = (
            sa.select(*seats, sa.func.count())
            .join_from(JUDGEMENTS, BATTLES, battle.id == judged.battle_id)
            .where(judged.source == source, judged.winner.is_not(None))
            .where(
                battle.ranked, battle.state != BattleState.VOID, battle.policy.not_in((CHOSEN_POLICY, REPEAT_POLICY))
            )
            .group_by(*seats)
        )
        return [(first, second, winner, count) for first, second, winner, count in self._rows.execute(statement)]


class SqlVotes:
    """`VoteRepository` on one connection."""

    def __init__(self, connection: sa.Connection) -> None:
        self._rows = Rows(connection, VOTES, Vote)
        self._voters = Rows(connection, VOTERS, Voter)

    def add(self, vote: Vote) -> None:
        if not self._rows.add_once(vote, key=("battle_id",)):
            raise Conflict("This battle has a vote already.")

    def find(self, battle_id: str) -> Vote | None:
        return self._rows.find(VOTES.c.battle_id == battle_id)

    def know(self, voter: Voter) -> None:
        self._voters.add_once(voter, key=("id",))

    def pseudonym(self, voter_id: str) -> str:
        found = self._voters.find(VOTERS.c.id == voter_id)
        return found.pseudonym if found else ""


@dataclass(frozen=True, kw_only=True)
class KeptBoard:
    """The newest board of one source."""

    source: Source
    computed_at: datetime
    board: Board


class SqlBoards:
    """`BoardRepository` on one connection; a board never replaces one that was computed later."""

    def __init__(self, connection: sa.Connection) -> None:
        self._rows = Rows(connection, BOARDS, KeptBoard)

    def put(self, board: Board) -> None:
        kept = KeptBoard(source=board.source, computed_at=board.computed_at, board=board)
        self._rows.put(kept, key=("source",), unless_newer="computed_at")

    def find(self, source: Source) -> Board | None:
        found = self._rows.find(BOARDS.c.source == source)
        return found.board if found else None
