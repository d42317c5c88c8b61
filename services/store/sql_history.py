"""What one person did, and how battles went lately, in SQL."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

import sqlalchemy as sa

from services.domain.battle import Battle, BattleState
from services.domain.vote import Vote
from services.store.account_repositories import HistoryEntry
from services.store.rows import Rows
from services.store.tables import BATTLES, TURNS, VOTES

_ENDED = (BattleState.COMPLETE, BattleState.VOTED, BattleState.VOID)


class SqlHistory:
    """`HistoryRepository` on one connection."""

    def __init__(self, connection: sa.Connection) -> None:
        self._battles = Rows(connection, BATTLES, Battle)
        self._votes = Rows(connection, VOTES, Vote)

    def of(self, person: str, *, before: tuple[datetime, str] | None, limit: int) -> Sequence[HistoryEntry]:
        columns = BATTLES.c
        voted = sa.select(VOTES.c.battle_id).where(VOTES.c.voter == person)
        earlier = () if before is None else (sa.tuple_(columns.created_at, columns.id) < sa.tuple_(*before),)
        battles = self._battles.all(
            (columns.owner == person) | columns.id.in_(voted),
            *earlier,
            order_by=(columns.created_at.desc(), columns.id.desc()),
            limit=limit,
        )
        ids = [battle.id for battle in battles]
        theirs = (VOTES.c.battle_id.in_(ids), VOTES.c.voter == person)
        votes = {vote.battle_id: vote for vote in self._votes.all(*theirs, order_by=(VOTES.c.id,))}
        prompts = self._prompts(ids)
        return [
            # who started it is nobody's business but theirs
            HistoryEntry(
                battle=replace(battle, owner=""),
                prompt=prompts.get(battle.id, ""),
                vote=votes.get(battle.id),
                mine=battle.owner == person,
            )
            for battle in battles
        ]

    def recent_ends(self, since: datetime) -> tuple[int, int]:
        columns = BATTLES.c
        void = sa.func.coalesce(sa.func.sum(sa.case((columns.state == BattleState.VOID, 1), else_=0)), 0)
        statement = sa.select(sa.func.count(), void).where(columns.created_at >= since, columns.state.in_(_ENDED))
        ended, failed = self._battles.execute(statement).one()
        return int(ended), int(failed)

    def _prompts(self, battle_ids: Sequence[str]) -> dict[str, str]:
        """The first prompt of each battle."""
        first = (TURNS.c.battle_id.in_(battle_ids), TURNS.c["index"] == 0)
        return {
            row[0]: row[1] for row in self._battles.execute(sa.select(TURNS.c.battle_id, TURNS.c.prompt).where(*first))
        }
