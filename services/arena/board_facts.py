"""What stands beside the boards: who is drawn how often, how good votes and boards are, what the audit says.

All of it may be shown to anybody but `votes`, whose rows are persons (under pseudonyms). Battles of the last hour are
in no count of draws: whoever waits to vote could tell from what a count grows by who is answering.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from services.arena.audit import Audit
from services.arena.boards import Boards
from services.arena.quality_report import QualityReport, report
from services.arena.rested import Rested
from services.arena.sampling import PairSampler
from services.arena.vote_quality import QualityRules
from services.arena.vote_records import VoteRecords, private_ones
from services.contenders.protocol import Catalogue
from services.domain.contender import Contender
from services.domain.judgement import Source
from services.domain.rating import BoardSlice, Snapshot
from services.domain.vote_record import VoteRecord
from services.ratings.audit.blinding import A_PRIVATE_CONTENDER, blinded
from services.ratings.audit.licence_class import licence_class_of
from services.ratings.audit.whole import AuditReport
from services.ratings.benchmark_quality import Quality, quality_of_records, ranking_of_records
from services.ratings.matrices import Matrices
from services.ratings.sampling import Share, compare_shares
from services.ratings.slices import SliceOptions
from services.store.unit_of_work import UnitOfWorkFactory

AUDIT_SECONDS = 60.0
REPLICATES = 1000
FLAGGED = 50
QUIET = timedelta(hours=1)
"""How old a battle is before it is counted among the draws that everybody sees."""


@dataclass(frozen=True, kw_only=True)
class SamplingShares:
    """Shares of seats as of an hour ago: expected as the policy would have drawn then, actual in all battles until then
    that are neither void nor repeats, those with a chosen pair among them.
    """

    policy: str
    policy_version: str
    parameters: Mapping[str, float]
    contenders: tuple[Share, ...]
    providers: tuple[Share, ...]
    licence_classes: tuple[Share, ...]


@dataclass(frozen=True, kw_only=True)
class BoardFacts:
    """Computes facts of boards and keeps them; the dearer one is, the longer (see `Rested`)."""

    store: UnitOfWorkFactory
    boards: Boards
    auditor: Audit
    sampler: PairSampler
    catalogue: Catalogue
    seed: int
    rested: Rested
    quiet: timedelta = QUIET

    def options(self, source: Source) -> SliceOptions:
        """Which slices of `source` have judgements."""
        return self.rested.get(("options", source), self._version(source), lambda: self.boards.rating.options(source))

    def matrices(self, source: Source, part: BoardSlice) -> Matrices:
        """How every pair did in a slice of `source`, empty before any judgement; raises as `Rating.matrices` does."""
        version = self._version(source)
        if not version:
            return Matrices(names=(), counts=(), rates=())
        key = ("matrices", source, part)
        return self.rested.get(key, version, lambda: self.boards.rating.matrices(source, part=part))

    def snapshots(self) -> tuple[Snapshot, ...]:
        """Every published board, oldest first."""
        return self.rested.get("snapshots", None, self.boards.snapshots)

    def votes(self) -> QualityReport:
        """How good people's votes are."""
        return self.rested.get("votes", self._version(Source.HUMAN), self._votes)

    def flagged(self) -> tuple[VoteRecord, ...]:
        """The newest people's votes that bear a flag, with the reasons; for who runs the arena."""
        return self.rested.get("flagged", self._version(Source.HUMAN), self._flagged)

    def quality(self, source: Source, against: Source | None = None) -> Quality:
        """How well the board of `source` tells contenders apart, and agrees with that of another source that has one.

        `against` is left aside when it has no judgements.
        """
        version = (self._version(source), against and self._version(against))
        return self.rested.get(("quality", source, against), version, lambda: self._quality(source, against))

    def audit(self) -> AuditReport:
        """The audit up to an hour ago, without the names of contenders whose standing is not shown yet.

        Raises:
            Conflict: the registry's history holds something that cannot be read.
        """
        return self.rested.get("audit", None, self._audit, least_seconds=AUDIT_SECONDS)

    def sampling(self) -> SamplingShares:
        """Who is drawn how often, by contender, provider and licence class.

        Raises:
            PrerequisiteError: fewer than two contenders are enabled.
        """
        return self.rested.get("sampling", None, self._sampling)

    def _version(self, source: Source) -> str:
        live = self.boards.live(source)
        return live.computed_at.isoformat() if live else ""

    def _votes(self) -> QualityReport:
        rules = QualityRules(contenders=tuple(self.catalogue.contenders()))
        return report(VoteRecords(store=self.store).of(Source.HUMAN), rules=rules, seed=self.seed)

    def _flagged(self) -> tuple[VoteRecord, ...]:
        records = VoteRecords(store=self.store).of(Source.HUMAN, facts=False)
        return tuple(record for record in reversed(records) if record.flags)[:FLAGGED]

    def _quality(self, source: Source, against: Source | None) -> Quality:
        records = VoteRecords(store=self.store)
        others, reference = records.of(against, facts=False) if against else (), None
        if against and any(record.counted for record in others):
            reference = ranking_of_records(others, source=against, replicates=REPLICATES, seed=self.seed)
        own = records.of(source, facts=False)
        return quality_of_records(own, source=source, reference=reference, replicates=REPLICATES, seed=self.seed)

    def _audit(self) -> AuditReport:
        with self.store() as uow:
            events = uow.registry.all()
        known = {event.contender for event in events} | {contender.name for contender in self.catalogue.contenders()}
        return blinded(self.auditor.report(until=self._told()), private=self.private(), known=known)

    def _sampling(self) -> SamplingShares:
        contenders, private = tuple(self.catalogue.contenders()), self.private()
        with self.store() as uow:
            policy, table = self.sampler.table(uow, contenders, before=self._told())
            drawn = uow.battles.pair_counts(before=self._told())
        shown = {one.name: A_PRIVATE_CONTENDER if one.name in private else one.name for one in contenders}
        providers = {one.name: one.organisation or shown[one.name] for one in contenders}
        classes = {one.name: licence_class_of(one.licence).value for one in contenders}
        return SamplingShares(
            policy=policy.name,
            policy_version=policy.version,
            parameters=policy.parameters,
            contenders=compare_shares(table, drawn, shown),
            providers=compare_shares(table, drawn, providers),
            licence_classes=compare_shares(table, drawn, classes),
        )

    def _told(self) -> datetime:
        """What was drawn after this moment is told to nobody."""
        return self.auditor.clock.now() - self.quiet

    def private(self) -> frozenset[str]:
        """Who is not shown yet: by the registry's history, and of whom that knows nothing yet by the catalogue."""
        with self.store() as uow:
            events = uow.registry.all()
        registered = {event.contender for event in events}
        return private_ones(events) | {one.name for one in self.catalogue.contenders() if _unknown(one, registered)}


def _unknown(contender: Contender, registered: set[str]) -> bool:
    return not contender.public and contender.name not in registered
