"""The judgements of one source as records: what boards, audits and exports are computed from."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from services.domain.battle import CHOSEN_POLICY
from services.domain.battle_mark import MARK_CODES
from services.domain.judgement import Source
from services.domain.registry_event import RegistryEvent
from services.domain.vote_record import Flag, FlagCode, VoteRecord
from services.errors import Conflict
from services.ratings.audit.registry_state import RegistryState, replay
from services.store.unit_of_work import UnitOfWorkFactory

CHOSEN = Flag(
    code=FlagCode.CHOSEN_PAIR,
    reason="Whoever started the battle named the contenders: no blind vote.",
    factor=0,
)
REPEAT = Flag(
    code=FlagCode.REPEAT, reason="The battle shows an earlier one again, to see how well votes agree.", factor=0
)
PRIVATE = Flag(code=FlagCode.PRIVATE, reason="One of the contenders is not shown yet: it counts once it is.", factor=0)
RULES = frozenset({CHOSEN.code, REPEAT.code, PRIVATE.code}) | MARK_CODES
"""What follows from how a battle came about; nothing of it is stored."""


@dataclass(frozen=True, kw_only=True)
class VoteRecords:
    """Reads records; the rules that follow from how a battle came about are applied here."""

    store: UnitOfWorkFactory

    def of(self, source: Source, *, facts: bool = True) -> Sequence[VoteRecord]:
        """Every judgement of `source`, oldest first; without `facts` the sides are left empty (which is quicker).

        Raises:
            Conflict: the registry's history holds something that cannot be read.
        """
        with self.store() as uow:
            found, private = uow.judgements.records(source, facts=facts), private_ones(uow.registry.all())
        return [with_rules(record, private) for record in found]


def private_ones(events: Sequence[RegistryEvent]) -> frozenset[str]:
    """The contenders whose standing is not shown yet; raises as `registry_of` does."""
    return frozenset(name for name, entry in registry_of(events).entries.items() if not entry.public)


def registry_of(events: Sequence[RegistryEvent]) -> RegistryState:
    """The registry as its history tells it.

    Raises:
        Conflict: the history holds something that cannot be read.
    """
    try:
        return replay(events)
    except ValueError as error:
        raise Conflict(f"The registry's history cannot be read: {error}") from None


def with_rules(record: VoteRecord, private: Collection[str] = ()) -> VoteRecord:
    """The record with the flags that follow from its battle before those that are stored."""
    rules = []
    if record.source is Source.HUMAN and record.policy == CHOSEN_POLICY:
        rules.append(CHOSEN)
    if record.repeat_of:
        rules.append(REPEAT)
    if record.contender_a in private or record.contender_b in private:
        rules.append(PRIVATE)
    return replace(record, flags=(*rules, *record.flags)) if rules else record
