"""The judgements of one source as records: what boards, audits and exports are computed from."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from services.domain.battle import CHOSEN_POLICY
from services.domain.judgement import Source
from services.domain.vote_record import Flag, FlagCode, VoteRecord
from services.store.unit_of_work import UnitOfWorkFactory

CHOSEN = Flag(
    code=FlagCode.CHOSEN_PAIR,
    reason="Whoever started the battle named the contenders: no blind vote.",
    factor=0,
)
REPEAT = Flag(
    code=FlagCode.REPEAT, reason="The battle shows an earlier one again, to see how well votes agree.", factor=0
)


@dataclass(frozen=True, kw_only=True)
class VoteRecords:
    """Reads records; the rules that follow from how a battle came about are applied here."""

    store: UnitOfWorkFactory

    def of(self, source: Source, *, facts: bool = True) -> Sequence[VoteRecord]:
        """Every judgement of `source`, oldest first; without `facts` the sides are left empty (which is quicker)."""
        with self.store() as uow:
            found = uow.judgements.records(source, facts=facts)
        return [with_rules(record) for record in found]


def with_rules(record: VoteRecord) -> VoteRecord:
    """The record with the flags that follow from its battle before those that are stored."""
    rules = []
    if record.source is Source.HUMAN and record.policy == CHOSEN_POLICY:
        rules.append(CHOSEN)
    if record.repeat_of:
        rules.append(REPEAT)
    return replace(record, flags=(*rules, *record.flags)) if rules else record
