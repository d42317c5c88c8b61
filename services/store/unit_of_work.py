"""The store as the use cases see it: repositories inside one transaction.

Values in, values out: nothing here knows about SQL. `get` raises NotFound; `find` returns None.
Leaving a unit of work without `commit()` rolls everything back.
"""

from collections.abc import Callable
from types import TracebackType
from typing import Protocol, Self

from services.store.account_repositories import PeopleUnit
from services.store.battle_repositories import (
    AnswerRepository,
    BattleRepository,
    DirectRunRepository,
    ExecutionRepository,
    InteractionRepository,
    SnippetRepository,
)
from services.store.board_repositories import BoardRepository, ErasureRepository, RegistryRepository, SnapshotRepository
from services.store.judgement_repositories import (
    FactsRepository,
    FlagRepository,
    JudgementRepository,
    VoteDetailsRepository,
    VoteRepository,
)
from services.store.work_repository import WorkRepository


class UnitOfWork(PeopleUnit, Protocol):
    """One transaction over all repositories; use it as a context manager."""

    battles: BattleRepository
    answers: AnswerRepository
    snippets: SnippetRepository
    executions: ExecutionRepository
    judgements: JudgementRepository
    votes: VoteRepository
    vote_details: VoteDetailsRepository
    facts: FactsRepository
    flags: FlagRepository
    registry: RegistryRepository
    snapshots: SnapshotRepository
    erasure: ErasureRepository
    boards: BoardRepository
    runs: DirectRunRepository
    interactions: InteractionRepository
    work: WorkRepository

    def __enter__(self) -> Self: ...
    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None: ...
    def commit(self) -> None:
        """Make everything since the start durable.

        Raises:
            Unavailable: the database did not answer, or refused for now.
        """
        ...


UnitOfWorkFactory = Callable[[], UnitOfWork]
