"""What each contender did in people's counted votes: against whom, on what, and what became of its programs.

Only battles that were voted on are in it: of an open one, a count that grows would tell who is answering.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from services.arena.board_facts import BoardFacts
from services.arena.vote_records import VoteRecords
from services.domain.judgement import Source, Winner
from services.domain.side import Side
from services.domain.vote_record import VoteRecord
from services.store.unit_of_work import UnitOfWorkFactory

RECENT = 20
KINDS = ("category", "language", "environment")


@dataclass(frozen=True, kw_only=True)
class Tally:
    """How judgements ended for one contender."""

    won: int = 0
    lost: int = 0
    tied: int = 0
    both_bad: int = 0

    @property
    def judgements(self) -> int:
        """All of them."""
        return self.won + self.lost + self.tied + self.both_bad

    @property
    def rate(self) -> float | None:
        """The share of points, a tie and both bad half a point each; None without any."""
        return (self.won + 0.5 * (self.tied + self.both_bad)) / self.judgements if self.judgements else None


@dataclass(frozen=True, kw_only=True)
class Meeting:
    """One battle as the contender had it; `outcome` and `other_outcome` say what became of the two programs."""

    at: datetime
    opponent: str
    result: str
    category: str
    outcome: str
    other_outcome: str


@dataclass(frozen=True, kw_only=True)
class ContenderRecord:
    """Everything of one contender; `parts` by kind and value, `outcomes` of its programs by word ("": no program)."""

    whole: Tally = Tally()
    opponents: Mapping[str, Tally] = field(default_factory=dict)
    parts: Mapping[str, Mapping[str, Tally]] = field(default_factory=dict)
    outcomes: Mapping[str, int] = field(default_factory=dict)
    recent: tuple[Meeting, ...] = ()

    @property
    def programs(self) -> int:
        """How many answers had a program."""
        return sum(count for outcome, count in self.outcomes.items() if outcome)


@dataclass(frozen=True, kw_only=True)
class ContenderRecords:
    """Computes records and keeps them until the board of people's votes is newer."""

    store: UnitOfWorkFactory
    facts: BoardFacts

    def of(self, name: str) -> ContenderRecord:
        """The record of a contender, empty when it has none.

        Raises:
            Conflict: the registry's history holds something that cannot be read.
        """
        live = self.facts.boards.live(Source.HUMAN)
        version = live.computed_at if live else ""
        return self.facts.rested.get("contender-records", version, self._all).get(name, ContenderRecord())

    def _all(self) -> Mapping[str, ContenderRecord]:
        told = self.facts.auditor.clock.now() - self.facts.quiet
        return records_of(VoteRecords(store=self.store).of(Source.HUMAN), told=told)


def records_of(records: Sequence[VoteRecord], *, told: datetime) -> Mapping[str, ContenderRecord]:
    """By contender, from the counted of these records; single battles are listed when they are older than `told`."""
    found: dict[str, list[tuple[VoteRecord, Side, str]]] = {}
    for record in records:
        if record.counted and record.winner is not None:
            for side in Side:
                name = record.contender_a if side is Side.A else record.contender_b
                found.setdefault(name, []).append((record, side, _result(record.winner, side)))
    return {name: _record(rows, told) for name, rows in found.items()}


def _record(rows: Sequence[tuple[VoteRecord, Side, str]], told: datetime) -> ContenderRecord:
    whole, outcomes = Counter[str](), Counter[str]()
    opponents: dict[str, Counter[str]] = {}
    parts: dict[str, dict[str, Counter[str]]] = {kind: {} for kind in KINDS}
    for record, side, result in rows:
        own = record.facts(side)
        whole[result] += 1
        outcomes[own.outcome] += 1
        opponents.setdefault(_opponent(record, side), Counter())[result] += 1
        for kind, value in zip(KINDS, (record.category, own.language, own.environment), strict=True):
            if value:
                parts[kind].setdefault(value, Counter())[result] += 1
    shown = sorted((row for row in rows if row[0].created_at <= told), key=lambda row: row[0].created_at, reverse=True)
    return ContenderRecord(
        whole=Tally(**whole),
        opponents={name: Tally(**opponents[name]) for name in sorted(opponents)},
        parts={
            kind: {
                value: Tally(**values[value]) for value in sorted(values, key=lambda one: (-values[one].total(), one))
            }
            for kind, values in parts.items()
        },
        outcomes=dict(outcomes.most_common()),
        recent=tuple(_meeting(*row) for row in shown[:RECENT]),
    )


def _meeting(record: VoteRecord, side: Side, result: str) -> Meeting:
    other = Side.B if side is Side.A else Side.A
    return Meeting(
        at=record.created_at,
        opponent=_opponent(record, side),
        result=result,
        category=record.category,
        outcome=record.facts(side).outcome,
        other_outcome=record.facts(other).outcome,
    )


def _opponent(record: VoteRecord, side: Side) -> str:
    return record.contender_b if side is Side.A else record.contender_a


def _result(winner: Winner, side: Side) -> str:
    if winner is Winner.TIE:
        return "tied"
    if winner is Winner.BOTH_BAD:
        return "both_bad"
    return "won" if winner.value == side.value else "lost"
