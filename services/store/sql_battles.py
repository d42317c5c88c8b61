"""Battles, turns, answers, snippets and executions in SQL."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa

from services.domain.answer import Answer
from services.domain.battle import CHOSEN_POLICY, Battle, BattleState, Turn
from services.domain.execution import Execution
from services.domain.side import Side
from services.domain.snippet import Snippet
from services.store.rows import Rows
from services.store.tables import ANSWERS, BATTLES, EXECUTIONS, SNIPPETS, TURNS, VOTES


class SqlBattles:
    """`BattleRepository` on one connection."""

    def __init__(self, connection: sa.Connection) -> None:
        self._battles = Rows(connection, BATTLES, Battle)
        self._turns = Rows(connection, TURNS, Turn)

    def add(self, battle: Battle) -> None:
        self._battles.add(battle)

    def get(self, battle_id: str) -> Battle:
        return self._battles.get(battle_id)

    def get_for_update(self, battle_id: str) -> Battle:
        return self._battles.get_locked(battle_id)

    def update(self, battle: Battle) -> None:
        self._battles.update(battle, row_id=battle.id)

    def recent(self, limit: int | None) -> Sequence[Battle]:
        columns = BATTLES.c
        return self._battles.all(order_by=(columns.created_at.desc(), columns.id.desc()), limit=limit)

    def voted(self, *, after: tuple[datetime, str] | None, limit: int) -> Sequence[Battle]:
        columns = BATTLES.c
        following = () if after is None else (sa.tuple_(columns.created_at, columns.id) > sa.tuple_(*after),)
        return self._battles.all(
            columns.state == BattleState.VOTED, *following, order_by=(columns.created_at, columns.id), limit=limit
        )

    def pair_counts(self, *, before: datetime | None = None) -> dict[tuple[str, str], int]:
        columns = BATTLES.c
        when = sa.true() if before is None else columns.created_at < before
        statement = (
            sa.select(columns.contender_a, columns.contender_b, sa.func.count())
            .where(columns.state != BattleState.VOID, columns.repeat_of == "", columns.contender_b != "", when)
            .group_by(columns.contender_a, columns.contender_b)
        )
        met: Counter[tuple[str, str]] = Counter()
        for first, second, times in self._battles.execute(statement):
            met[min(first, second), max(first, second)] += times
        return dict(met)

    def open_repeat(self, owner: str) -> Battle | None:
        columns = BATTLES.c
        waiting = (columns.owner == owner, columns.repeat_of != "", columns.state == BattleState.COMPLETE)
        found = self._battles.all(*waiting, order_by=(columns.created_at, columns.id), limit=1)
        return found[0] if found else None

    def to_repeat(self, voter: str, *, own: bool, voted_before: datetime, limit: int) -> Sequence[Battle]:
        columns, again = BATTLES.c, BATTLES.alias()
        whose = VOTES.c.voter == voter if own else (VOTES.c.voter != voter) & (columns.owner != voter)
        done = sa.select(again.c.repeat_of).where(again.c.owner == voter, again.c.repeat_of != "")
        statement = (
            sa.select(BATTLES)
            .join_from(BATTLES, VOTES, VOTES.c.battle_id == columns.id)
            .where(columns.state == BattleState.VOTED, columns.ranked, columns.policy != CHOSEN_POLICY)
            .where(columns.repeat_of == "", VOTES.c.created_at <= voted_before, columns.id.not_in(done), whose)
            .order_by(VOTES.c.created_at, columns.id)
            .limit(limit)
        )
        return [self._battles.value(row) for row in self._battles.execute(statement)]

    def add_turn(self, turn: Turn) -> None:
        self._turns.add(turn)

    def get_turn(self, turn_id: str) -> Turn:
        return self._turns.get(turn_id)

    def turns(self, battle_id: str) -> Sequence[Turn]:
        return self._turns.all(TURNS.c.battle_id == battle_id, order_by=(TURNS.c["index"],))


class SqlAnswers:
    """`AnswerRepository` on one connection."""

    def __init__(self, connection: sa.Connection) -> None:
        self._rows = Rows(connection, ANSWERS, Answer)

    def add(self, answer: Answer) -> None:
        self._rows.add(answer)

    def get(self, answer_id: str) -> Answer:
        return self._rows.get(answer_id)

    def update(self, answer: Answer) -> None:
        self._rows.update(answer, row_id=answer.id)

    def of_turn(self, turn_id: str) -> dict[Side, Answer]:
        found = self._rows.all(ANSWERS.c.turn_id == turn_id, order_by=(ANSWERS.c.side,))
        return {answer.side: answer for answer in found}

    def of_battle(self, battle_id: str) -> Sequence[Answer]:
        """In order of turn, then side."""
        index = sa.select(TURNS.c["index"]).where(TURNS.c.id == ANSWERS.c.turn_id).scalar_subquery()
        return self._rows.all(ANSWERS.c.battle_id == battle_id, order_by=(index, ANSWERS.c.side))


class SqlSnippets:
    """`SnippetRepository` on one connection."""

    def __init__(self, connection: sa.Connection) -> None:
        self._rows = Rows(connection, SNIPPETS, Snippet)

    def put(self, snippet: Snippet) -> None:
        self._rows.put(snippet, key=("answer_id",))

    def find(self, answer_id: str) -> Snippet | None:
        return self._rows.find(SNIPPETS.c.answer_id == answer_id)


class SqlExecutions:
    """`ExecutionRepository` on one connection."""

    def __init__(self, connection: sa.Connection) -> None:
        self._rows = Rows(connection, EXECUTIONS, Execution)

    def put(self, execution: Execution) -> None:
        self._rows.put(execution, key=("answer_id",))

    def find(self, answer_id: str) -> Execution | None:
        return self._rows.find(EXECUTIONS.c.answer_id == answer_id)
