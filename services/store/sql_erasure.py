"""Takes out of every table what a person wrote and who they were, in SQL."""

import json
import re
from collections.abc import Collection, Iterable, Sequence
from typing import Any

import sqlalchemy as sa

from services.domain.battle import BattleState
from services.domain.execution import CapturedStream
from services.domain.interactions import InteractionRecord
from services.domain.judgement import Source
from services.domain.prompt import ERASED
from services.store.account_tables import CONSENTS
from services.store.rows import Rows
from services.store.tables import (
    ANSWERS,
    BATTLE_FACTS,
    BATTLES,
    DIRECT_RUNS,
    EXECUTIONS,
    INTERACTIONS,
    JUDGEMENTS,
    SNAPSHOTS,
    SNIPPETS,
    TURNS,
    VOTE_DETAILS,
    VOTE_FLAGS,
    VOTERS,
    VOTES,
    WORK,
)

_DIGEST = re.compile(r"[0-9a-f]{64}")
_OPEN = (BattleState.RUNNING, BattleState.JUDGING)
_EMPTY = CapturedStream()


class SqlErasure:
    """`ErasureRepository` on one connection."""

    def __init__(self, connection: sa.Connection) -> None:
        self._rows = Rows(connection, INTERACTIONS, InteractionRecord)

    def voter_of(self, pseudonym: str) -> str:
        return self._one(sa.select(VOTERS.c.id).where(VOTERS.c.pseudonym == pseudonym)) or ""

    def is_busy(self, person: str) -> bool:
        mine = sa.select(BATTLES.c.id).where(BATTLES.c.owner == person, BATTLES.c.state.in_(_OPEN)).limit(1)
        asked = (DIRECT_RUNS.c.caller == person) | DIRECT_RUNS.c.battle_id.in_(self.battles_of(person))
        runs = sa.select(DIRECT_RUNS.c.id).where(asked, DIRECT_RUNS.c.report.is_(None))
        return self._one(mine) is not None or self._one(runs.limit(1)) is not None

    def battles_of(self, person: str) -> Sequence[str]:
        columns = BATTLES.c
        own = sa.select(columns.id).where(columns.owner == person, columns.repeat_of == "")
        statement = sa.select(columns.id).where(columns.id.in_(own) | columns.repeat_of.in_(own))
        return self._texts(statement.order_by(columns.id))

    def erase_texts(self, battle_ids: Collection[str]) -> frozenset[str]:
        answers = sa.select(ANSWERS.c.id).where(ANSWERS.c.battle_id.in_(battle_ids))
        used = INTERACTIONS.c.subject.in_(answers)
        found = self._digests(
            sa.select(EXECUTIONS).where(EXECUTIONS.c.battle_id.in_(battle_ids)), sa.select(INTERACTIONS).where(used)
        )
        self._do(sa.update(TURNS).where(TURNS.c.battle_id.in_(battle_ids)).values(prompt=ERASED))
        self._do(sa.update(BATTLES).where(BATTLES.c.id.in_(battle_ids)).values(problem=None))
        self._do(sa.update(ANSWERS).where(ANSWERS.c.battle_id.in_(battle_ids)).values(text="", problem=None))
        programs = sa.update(SNIPPETS).where(SNIPPETS.c.answer_id.in_(answers))
        self._do(programs.values(files=(), entry="", dependencies=(), reason=""))
        ran = {"stdout": _EMPTY, "stderr": _EMPTY, "message": "", "files": (), "skipped_files": ()}
        self._do(
            sa.update(EXECUTIONS).where(EXECUTIONS.c.battle_id.in_(battle_ids)).values(**ran, appearance=None, app=None)
        )
        said = JUDGEMENTS.c.battle_id.in_(battle_ids)
        self._do(sa.update(JUDGEMENTS).where(said).values(reason="", raw=""))
        self._erase_reasons(sa.select(JUDGEMENTS.c.id).where(said))
        self._do(sa.update(WORK).where(WORK.c.topic.in_(battle_ids)).values(error=""))
        self._do(sa.delete(INTERACTIONS).where(used))
        self._do(sa.delete(VOTE_DETAILS).where(VOTE_DETAILS.c.battle_id.in_(battle_ids)))
        found |= self._erase_runs(DIRECT_RUNS.c.battle_id.in_(battle_ids))
        keys = {"prompt_key": BATTLE_FACTS.c.battle_id, "prompt_group": BATTLE_FACTS.c.battle_id}
        self._do(sa.update(BATTLE_FACTS).where(BATTLE_FACTS.c.battle_id.in_(battle_ids)).values(**keys))
        return found

    def _erase_reasons(self, judgements: sa.Select[Any]) -> None:
        """Flags may quote what they were given for."""
        flags = VOTE_FLAGS.c
        found = self._rows.execute(sa.select(VOTE_FLAGS).where(flags.judgement_id.in_(judgements))).all()
        for judgement_id, given in found:
            kept = tuple(flag.unexplained() for flag in given)
            self._do(sa.update(VOTE_FLAGS).where(flags.judgement_id == judgement_id).values(flags=kept))

    def erase_runs(self, person: str) -> frozenset[str]:
        return self._erase_runs(DIRECT_RUNS.c.caller == person)

    def _erase_runs(self, which: sa.ColumnElement[bool]) -> frozenset[str]:
        ids = self._texts(sa.select(DIRECT_RUNS.c.id).where(which))
        used = INTERACTIONS.c.subject.in_(ids)
        found = self._digests(sa.select(DIRECT_RUNS).where(which), sa.select(INTERACTIONS).where(used))
        self._do(sa.delete(INTERACTIONS).where(used))
        self._do(sa.delete(WORK).where(WORK.c.topic.in_(ids)))
        self._do(sa.delete(DIRECT_RUNS).where(which))
        return found

    def remove_votes(self, person: str) -> int:
        theirs = sa.select(VOTES.c.battle_id).where(VOTES.c.voter == person)
        self._erase_details(theirs)
        said = (JUDGEMENTS.c.battle_id.in_(theirs), JUDGEMENTS.c.source == Source.HUMAN)
        self._do(sa.delete(JUDGEMENTS).where(*said))
        return self._do(sa.delete(VOTES).where(VOTES.c.voter == person))

    def forget(self, person: str) -> int:
        self._erase_details(sa.select(VOTES.c.battle_id).where(VOTES.c.voter == person))
        votes = self._do(sa.update(VOTES).where(VOTES.c.voter == person).values(voter="", idempotency_key=""))
        self._do(sa.update(BATTLES).where(BATTLES.c.owner == person).values(owner="", training_consent=False))
        self._do(sa.delete(CONSENTS).where(CONSENTS.c.voter == person))
        self._do(sa.delete(VOTERS).where(VOTERS.c.id == person))
        return votes

    def _erase_details(self, battles: sa.Select[Any]) -> None:
        self._do(sa.delete(VOTE_DETAILS).where(VOTE_DETAILS.c.battle_id.in_(battles)))

    def still_used(self, digests: Collection[str]) -> frozenset[str]:
        tables = (EXECUTIONS, DIRECT_RUNS, INTERACTIONS, SNAPSHOTS)
        return self._digests(*(sa.select(table) for table in tables)) & frozenset(digests)

    def _digests(self, *statements: sa.Select[Any]) -> frozenset[str]:
        """Whatever looks like the name of a blob in these rows."""
        found: set[str] = set()
        for statement in statements:
            for row in self._rows.execute(statement):
                found.update(_DIGEST.findall(json.dumps([str(value) for value in row])))
        return frozenset(found)

    def _do(self, statement: sa.Executable) -> int:
        return self._rows.execute(statement).rowcount

    def _one(self, statement: sa.Select[Any]) -> str | None:
        row = self._rows.execute(statement).first()
        return None if row is None else str(row[0])

    def _texts(self, statement: sa.Select[Any]) -> list[str]:
        rows: Iterable[Any] = self._rows.execute(statement)
        return [row[0] for row in rows]
