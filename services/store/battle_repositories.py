"""What happens in battles, and runs of given programs, as the use cases see it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from services.domain.answer import Answer
from services.domain.battle import Battle, Turn
from services.domain.direct_run import DirectRun
from services.domain.execution import Execution
from services.domain.interactions import InteractionRecord
from services.domain.side import Side
from services.domain.snippet import Snippet


class BattleRepository(Protocol):
    """Battles and their turns."""

    def add(self, battle: Battle) -> None: ...
    def get(self, battle_id: str) -> Battle: ...
    def get_for_update(self, battle_id: str) -> Battle:
        """Like `get`, and nobody else can change the battle until this transaction ends."""
        ...

    def update(self, battle: Battle) -> None: ...
    def recent(self, limit: int | None) -> Sequence[Battle]:
        """So many (None: all), newest first."""
        ...

    def voted(self, *, after: tuple[datetime, str] | None, limit: int) -> Sequence[Battle]:
        """Battles that were voted on, oldest first, from the one that follows `after` (when it was made, its id) on."""
        ...

    def pair_counts(self, *, before: datetime | None = None) -> dict[tuple[str, str], int]:
        """How often each unordered pair (names sorted) has met in battles that are neither void nor repeats, of those
        that were started `before` (None: all)."""
        ...

    def open_repeat(self, owner: str) -> Battle | None:
        """The battle that was made to be judged again by `owner` and waits for their vote."""
        ...

    def to_repeat(self, voter: str, *, own: bool, voted_before: datetime, limit: int) -> Sequence[Battle]:
        """Blind battles that `voter` can judge again, those voted on longest ago first: neither repeats themselves nor
        repeated for this voter already, voted on before that moment by the voter (`own`), or by somebody else and not
        started by the voter (not `own`)."""
        ...

    def add_turn(self, turn: Turn) -> None: ...
    def get_turn(self, turn_id: str) -> Turn: ...
    def turns(self, battle_id: str) -> Sequence[Turn]:
        """In order of `index`."""
        ...


class AnswerRepository(Protocol):
    """Answers, one per turn and side."""

    def add(self, answer: Answer) -> None: ...
    def get(self, answer_id: str) -> Answer: ...
    def update(self, answer: Answer) -> None: ...
    def of_turn(self, turn_id: str) -> dict[Side, Answer]: ...
    def of_battle(self, battle_id: str) -> Sequence[Answer]: ...


class SnippetRepository(Protocol):
    """Snippets, one per answer."""

    def put(self, snippet: Snippet) -> None:
        """Insert, or replace the one of the same answer."""
        ...

    def find(self, answer_id: str) -> Snippet | None: ...


class ExecutionRepository(Protocol):
    """Executions, one per answer for now: the newest attempt replaces an older one."""

    def put(self, execution: Execution) -> None: ...
    def find(self, answer_id: str) -> Execution | None: ...


class DirectRunRepository(Protocol):
    """Programs that run without a battle."""

    def add(self, runs: Sequence[DirectRun]) -> bool:
        """Insert one, or a whole batch; False (and nothing changed) when its caller has used the idempotency key."""
        ...

    def get(self, run_id: str) -> DirectRun: ...
    def get_for_update(self, run_id: str) -> DirectRun:
        """Like `get`, and nobody else can change the run until this transaction ends."""
        ...

    def update(self, run: DirectRun) -> None: ...
    def remove(self, run_id: str) -> None: ...
    def of_batch(self, batch_id: str) -> Sequence[DirectRun]:
        """In order of `position`."""
        ...

    def of_battle(self, battle_id: str) -> Sequence[DirectRun]:
        """Those that belong to answers of the battle, oldest first."""
        ...

    def of_key(self, caller: str, key: str) -> Sequence[DirectRun]:
        """What this caller started with this idempotency key, in order of `position`."""
        ...


class InteractionRepository(Protocol):
    """Records of how apps were used."""

    def put(self, record: InteractionRecord) -> None:
        """Insert, or replace that of the same app."""
        ...

    def of_subject(self, subject: str) -> Sequence[InteractionRecord]: ...
