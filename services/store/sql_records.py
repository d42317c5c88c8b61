"""What ratings read of judgements, in SQL: records, the facts of battles, and flags."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from services.domain.battle import BattleState
from services.domain.battle_mark import flags_of
from services.domain.judgement import Judgement, Source
from services.domain.vote_record import BattleFacts, Flag, SideFacts, VoteRecord
from services.store.rows import Rows
from services.store.tables import (
    ANSWERS,
    BATTLE_FACTS,
    BATTLES,
    INTERACTIONS,
    JUDGEMENTS,
    TURNS,
    VOTE_FLAGS,
    VOTERS,
    VOTES,
)


def read_records(rows: Rows[Judgement], source: Source, *, facts: bool) -> list[VoteRecord]:
    """The records of `JudgementRepository.records`."""
    found = rows.execute(_statement(source, facts=facts)).all()
    tried = _tried(rows) if source is Source.HUMAN else {}
    return [_record(row, tried, facts=facts) for row in found]


def _statement(source: Source, *, facts: bool) -> sa.Select[Any]:
    judgement, battle, kept = JUDGEMENTS.c, BATTLES.c, BATTLE_FACTS.c
    columns: list[sa.ColumnElement[Any]] = [
        judgement.id, judgement.battle_id, judgement.source, judgement.judge, judgement.order, judgement.winner,
        judgement.strength, judgement.created_at, battle.contender_a, battle.contender_b, battle.marks, battle.policy,
        battle.policy_version, battle.pair_probability, battle.opened_at, battle.repeat_of, kept.prompt_key,
        kept.prompt_group, kept.category, VOTE_FLAGS.c.flags, VOTERS.c.pseudonym,
    ]  # fmt: skip
    if facts:
        columns += [kept.side_a, kept.side_b]
    person = (VOTES.c.battle_id == judgement.battle_id) & (judgement.source == Source.HUMAN)
    return (
        sa.select(*columns)
        .join_from(JUDGEMENTS, BATTLES, battle.id == judgement.battle_id)
        .outerjoin(BATTLE_FACTS, kept.battle_id == battle.id)
        .outerjoin(VOTE_FLAGS, VOTE_FLAGS.c.judgement_id == judgement.id)
        .outerjoin(VOTES, person)
        .outerjoin(VOTERS, VOTERS.c.id == VOTES.c.voter)
        .where(judgement.source == source, battle.ranked, battle.state != BattleState.VOID)
        .order_by(judgement.created_at, judgement.id)
    )


def _tried(rows: Rows[Judgement]) -> dict[str, dict[str, bool]]:
    """Of battles whose use was recorded: whether each side's program was used, by battle and side."""
    events = sa.func.coalesce(sa.func.sum(INTERACTIONS.c.events), 0)
    statement = (
        sa.select(ANSWERS.c.battle_id, ANSWERS.c.side, events)
        .join_from(ANSWERS, BATTLES, BATTLES.c.id == ANSWERS.c.battle_id)
        .outerjoin(INTERACTIONS, INTERACTIONS.c.subject == ANSWERS.c.id)
        .where(BATTLES.c.record_interactions)
        .group_by(ANSWERS.c.battle_id, ANSWERS.c.side)
    )
    found: dict[str, dict[str, bool]] = {}
    for battle_id, side, count in rows.execute(statement):
        found.setdefault(battle_id, {})[side] = count > 0
    return found


def _record(row: sa.Row[Any], tried: Mapping[str, Mapping[str, bool]], *, facts: bool) -> VoteRecord:
    human = row.source is Source.HUMAN
    used = tried.get(row.battle_id, {})
    dwell = (row.created_at - row.opened_at).total_seconds() if human and row.opened_at else None
    return VoteRecord(
        id=row.id,
        battle_id=row.battle_id,
        source=row.source,
        judge=row.judge,
        order=row.order,
        contender_a=row.contender_a,
        contender_b=row.contender_b,
        winner=row.winner,
        created_at=row.created_at,
        strength=row.strength,
        voter=(row.pseudonym or "") if human else "",
        prompt_key=row.prompt_key or "",
        prompt_group=row.prompt_group or "",
        category=row.category or "",
        side_a=(row.side_a if facts else None) or SideFacts(),
        side_b=(row.side_b if facts else None) or SideFacts(),
        policy=row.policy,
        policy_version=row.policy_version,
        pair_probability=row.pair_probability,
        dwell_seconds=dwell,
        tried_a=used.get("a"),
        tried_b=used.get("b"),
        repeat_of=row.repeat_of,
        flags=(*flags_of(row.marks, row.source), *(row.flags or ())),
    )


class SqlFacts:
    """`FactsRepository` on one connection."""

    def __init__(self, connection: sa.Connection) -> None:
        self._rows = Rows(connection, BATTLE_FACTS, BattleFacts)

    def put(self, facts: BattleFacts) -> None:
        self._rows.put(facts, key=("battle_id",))

    def find(self, battle_id: str) -> BattleFacts | None:
        return self._rows.find(BATTLE_FACTS.c.battle_id == battle_id)

    def missing(self, *, version: str, limit: int) -> Sequence[str]:
        columns, known = JUDGEMENTS.c, BATTLE_FACTS.c
        statement = (
            sa.select(columns.battle_id)
            .outerjoin_from(
                JUDGEMENTS, BATTLE_FACTS, (known.battle_id == columns.battle_id) & (known.version == version)
            )
            .where(known.battle_id.is_(None))
            .group_by(columns.battle_id)
            .order_by(sa.func.min(columns.created_at), columns.battle_id)
            .limit(limit)
        )
        return [row[0] for row in self._rows.execute(statement)]

    def first_prompts(self) -> Sequence[str]:
        columns = BATTLE_FACTS.c
        one = sa.select(sa.func.min(columns.battle_id)).where(columns.prompt_key == columns.prompt_group)
        statement = sa.select(TURNS.c.prompt).where(
            TURNS.c.battle_id.in_(one.group_by(columns.prompt_group)), TURNS.c["index"] == 0
        )
        return [row[0] for row in self._rows.execute(statement.order_by(TURNS.c.battle_id))]


@dataclass(frozen=True, kw_only=True)
class FlagsOf:
    """The flags of one judgement."""

    judgement_id: str
    flags: tuple[Flag, ...]


class SqlFlags:
    """`FlagRepository` on one connection."""

    def __init__(self, connection: sa.Connection) -> None:
        self._rows = Rows(connection, VOTE_FLAGS, FlagsOf)

    def put(self, flags: Mapping[str, Sequence[Flag]]) -> None:
        for judgement_id, found in flags.items():
            self._rows.put(FlagsOf(judgement_id=judgement_id, flags=tuple(found)), key=("judgement_id",))

    def known(self) -> Mapping[str, tuple[Flag, ...]]:
        return {row[0]: row[1] for row in self._rows.execute(sa.select(VOTE_FLAGS.c.judgement_id, VOTE_FLAGS.c.flags))}
