"""The use case of the audit: gathers the history, the battles and people's votes, and has them held together."""

from dataclasses import dataclass
from datetime import datetime

from services.arena.vote_records import VoteRecords
from services.clock import Clock
from services.domain.judgement import Source
from services.errors import Conflict
from services.ratings.audit.draw import draws_of_battles
from services.ratings.audit.rules import AuditRules
from services.ratings.audit.whole import AuditReport, audit
from services.store.unit_of_work import UnitOfWorkFactory


@dataclass(frozen=True, kw_only=True)
class Audit:
    """Audits the arena that `store` holds, up to now."""

    store: UnitOfWorkFactory
    clock: Clock
    rules: AuditRules = AuditRules()

    def report(self, *, until: datetime | None = None) -> AuditReport:
        """The report on everything `until` that moment (None: now), read from the store anew.

        Raises:
            Conflict: the registry's history holds something that cannot be read.
        """
        with self.store() as uow:
            events, battles = uow.registry.all(), uow.battles.recent(None)
        records = VoteRecords(store=self.store).of(Source.HUMAN, facts=False)
        now = until or self.clock.now()
        try:
            return audit(events, draws_of_battles(battles), records, rules=self.rules, now=now)
        except ValueError as error:
            raise Conflict(f"The audit cannot read the registry's history: {error}") from None
