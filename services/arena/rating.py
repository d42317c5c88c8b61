"""The rating stage: the board of one source, computed again from all its judgements."""

from dataclasses import dataclass

from services.clock import Clock
from services.domain.judgement import Source
from services.domain.rating import Board
from services.domain.work import Lease
from services.ratings.standings import board, comparisons
from services.store.unit_of_work import UnitOfWorkFactory


@dataclass(frozen=True, kw_only=True)
class Rating:
    """Computes boards; boards of different sources are never mixed."""

    store: UnitOfWorkFactory
    clock: Clock
    anchor: str
    seed: int

    def run(self, lease: Lease) -> None:
        """Compute and store the board that the work names.

        Raises:
            StaleLease: another attempt has taken over.
        """
        fresh = self.compute(Source(lease.work.subject))
        with self.store() as uow:
            uow.work.finish(lease)
            uow.boards.put(fresh)
            uow.commit()

    def compute(self, source: Source) -> Board:
        """The board of `source` from the judgements stored now."""
        with self.store() as uow:
            judged = uow.judgements.by_source(source)
        rows, nulls = comparisons([pair for pair in judged if source is not Source.HUMAN or pair[0].blind])
        names = {row.contender_a for row in rows} | {row.contender_b for row in rows}
        return board(
            rows,
            source=source,
            anchor=self.anchor if self.anchor in names else "",
            seed=self.seed,
            computed_at=self.clock.now(),
            null_judgements=nulls,
        )
