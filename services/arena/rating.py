"""The rating stage: the board of one source, computed again from all its judgements."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from services.arena.battle_facts import FactFinder
from services.arena.vote_flags import FlagKeeper
from services.arena.vote_records import VoteRecords
from services.clock import Clock
from services.domain.judgement import Source
from services.domain.rating import Board, BoardSlice, IntervalKind, PublicationRules
from services.domain.vote_record import VoteRecord
from services.domain.work import Lease
from services.errors import InvalidRequest
from services.ratings.matrices import Matrices, matrices
from services.ratings.slices import SliceOptions, matches, options
from services.ratings.standings import board_of
from services.store.unit_of_work import UnitOfWorkFactory

FACTS_AT_ONCE = 40
_LISTED = 12


@dataclass(frozen=True, kw_only=True)
class Rating:
    """Computes boards; boards of different sources are never mixed."""

    store: UnitOfWorkFactory
    clock: Clock
    anchor: str
    seed: int
    rules: PublicationRules = PublicationRules()
    finder: FactFinder
    keeper: FlagKeeper

    def run(self, lease: Lease) -> None:
        """Compute and store the live board that the work names; left to later work on the same board if some waits.

        Facts of battles that were judged and have none are found first, a bounded number each time; then it is
        noticed what there is to notice of people's votes.

        Raises:
            StaleLease: another attempt has taken over.
        """
        if self._is_covered(lease):
            return
        self.finder.catch_up(at_most=FACTS_AT_ONCE)
        source, now = Source(lease.work.subject), self.clock.now()
        records = VoteRecords(store=self.store).of(source, facts=False)
        if source is Source.HUMAN:
            records = self.keeper.flagged(records)
        fresh = self.board(records, source=source, kind=IntervalKind.ANYTIME, now=now)
        with self.store() as uow:
            uow.work.finish(lease)
            uow.boards.put(fresh)
            uow.commit()

    def _is_covered(self, lease: Lease) -> bool:
        """Whether queued work will see what this work would: whatever asked for this is in the store already."""
        with self.store() as uow:
            if not uow.work.another_waits(lease.work):
                return False
            uow.work.finish(lease)
            uow.commit()
        return True

    def compute(
        self, source: Source, *, part: BoardSlice | None = None, kind: IntervalKind = IntervalKind.ANYTIME
    ) -> Board:
        """The board of `source` from the judgements stored now, of a slice or (None) of all of them.

        Raises:
            InvalidRequest: the slice asks for a value that no counted judgement has.
        """
        sliced = part is not None and part != BoardSlice()
        now = self.clock.now()
        records = VoteRecords(store=self.store).of(source, facts=sliced)
        if part is not None and sliced:
            _check(part, options(records))
        return self.board(records, source=source, part=part, kind=kind, now=now)

    def board(
        self,
        records: Sequence[VoteRecord],
        *,
        source: Source,
        kind: IntervalKind,
        part: BoardSlice | None = None,
        now: datetime | None = None,
    ) -> Board:
        """The board of these records under the arena's own rules."""
        counted = {name for record in records if record.counted for name in (record.contender_a, record.contender_b)}
        sliced = part is not None and part != BoardSlice()
        return board_of(
            records,
            source=source,
            slice=part,
            anchor=self.anchor if sliced or self.anchor in counted else "",
            seed=self.seed,
            computed_at=now or self.clock.now(),
            rules=self.rules,
            kind=kind,
        )

    def matrices(self, source: Source, *, part: BoardSlice | None = None) -> Matrices:
        """Who met whom how often, and who won how often, in the judgements stored now; raises as `compute` does."""
        wanted, records = part or BoardSlice(), VoteRecords(store=self.store).of(source)
        _check(wanted, options(records))
        return matrices([record for record in records if matches(record, wanted)])

    def options(self, source: Source) -> SliceOptions:
        """Which slices of `source` have judgements now."""
        return options(VoteRecords(store=self.store).of(source))


def _check(part: BoardSlice, known: SliceOptions) -> None:
    for name in ("category", "language", "environment", "judge"):
        wanted, there = getattr(part, name), [value.value for value in known.of(name)]
        if wanted and wanted not in there:
            raise InvalidRequest(
                f"No counted judgement has the {name} {wanted}.",
                hint=f"There are: {', '.join(there[:_LISTED])}." if there else f"None has a {name} at all.",
            )
