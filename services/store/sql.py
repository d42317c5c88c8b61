"""The unit of work over SQLAlchemy: one connection, one transaction, all repositories."""

from types import TracebackType
from typing import Self

import sqlalchemy as sa
from sqlalchemy.engine import Engine

from services.errors import Unavailable
from services.store.account_repositories import (
    AccountRepository,
    ChangeRepository,
    ConsentRepository,
    CredentialRepository,
    HistoryRepository,
)
from services.store.battle_repositories import (
    AnswerRepository,
    BattleRepository,
    DirectRunRepository,
    ExecutionRepository,
    InteractionRepository,
    SnippetRepository,
)
from services.store.board_repositories import BoardRepository, ErasureRepository, RegistryRepository, SnapshotRepository
from services.store.engine import create_engine_for
from services.store.judgement_repositories import (
    FactsRepository,
    FlagRepository,
    JudgementRepository,
    VoteDetailsRepository,
    VoteRepository,
)
from services.store.sql_accounts import SqlAccounts, SqlChanges, SqlConsents, SqlCredentials
from services.store.sql_battles import SqlAnswers, SqlBattles, SqlExecutions, SqlSnippets
from services.store.sql_erasure import SqlErasure
from services.store.sql_history import SqlHistory
from services.store.sql_interactions import SqlInteractions
from services.store.sql_judgements import SqlBoards, SqlJudgements, SqlVotes
from services.store.sql_records import SqlFacts, SqlFlags
from services.store.sql_registry import SqlRegistry, SqlSnapshots
from services.store.sql_runs import SqlDirectRuns
from services.store.sql_vote_details import SqlVoteDetails
from services.store.sql_work import SqlWork
from services.store.trouble import translated
from services.store.work_repository import WorkRepository

__all__ = ["SqlUnitOfWork", "SqlUnitOfWorkFactory", "create_engine_for"]


class SqlUnitOfWork:
    """One transaction; use it in one thread, once. After `commit()` the next statement begins another.

    On SQLite it holds the write lock from the start, so keep it short: no network call, no waiting inside.
    """

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
    accounts: AccountRepository
    credentials: CredentialRepository
    consents: ConsentRepository
    changes: ChangeRepository
    history: HistoryRepository

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def __enter__(self) -> Self:
        """Begin.

        Raises:
            Unavailable: the database cannot be reached, or SQLite stayed locked for 15 s.
        """
        with translated():
            self._connection = self._engine.connect()
        try:
            with translated():
                self._connection.begin()
        except BaseException:
            self._connection.close()
            raise
        self._open_repositories(self._connection)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Roll back what was not committed; an error already on its way is never hidden by one from here."""
        try:
            with translated():
                self._connection.close()
        except Unavailable:
            if kind is None:
                raise

    def commit(self) -> None:
        """Make everything since the start durable.

        Raises:
            Unavailable: the database did not answer, or refused for now.
        """
        with translated():
            self._connection.commit()

    def _open_repositories(self, connection: sa.Connection) -> None:
        self.battles = SqlBattles(connection)
        self.answers = SqlAnswers(connection)
        self.snippets = SqlSnippets(connection)
        self.executions = SqlExecutions(connection)
        self.judgements = SqlJudgements(connection)
        self.votes = SqlVotes(connection)
        self.vote_details = SqlVoteDetails(connection)
        self.facts = SqlFacts(connection)
        self.flags = SqlFlags(connection)
        self.registry = SqlRegistry(connection)
        self.snapshots = SqlSnapshots(connection)
        self.erasure = SqlErasure(connection)
        self.boards = SqlBoards(connection)
        self.runs = SqlDirectRuns(connection)
        self.interactions = SqlInteractions(connection)
        self.work = SqlWork(connection)
        self.accounts = SqlAccounts(connection)
        self.credentials = SqlCredentials(connection)
        self.consents = SqlConsents(connection)
        self.changes = SqlChanges(connection)
        self.history = SqlHistory(connection)


class SqlUnitOfWorkFactory:
    """A `UnitOfWorkFactory` on one engine; safe to share between threads and to carry through a fork."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def __call__(self) -> SqlUnitOfWork:
        """A new unit of work."""
        return SqlUnitOfWork(self._engine)

    def ping(self) -> None:
        """Return when the database answers.

        Raises:
            Unavailable: it does not.
        """
        with translated(), self._engine.connect() as connection:
            connection.execute(sa.select(1))

    def close(self) -> None:
        """Close idle connections; the factory may be used again."""
        self._engine.dispose()
