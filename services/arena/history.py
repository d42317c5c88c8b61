"""What one session did: its battles and votes, page by page, with names only where they are revealed."""

import contextlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from services.domain.battle import BattleState
from services.domain.judgement import Winner
from services.domain.visibility import HIDDEN, Viewer, revealed
from services.errors import InvalidRequest
from services.store.account_repositories import HistoryEntry
from services.store.unit_of_work import UnitOfWorkFactory

PER_PAGE = 20
_CURSOR = re.compile(r"(\d{1,20})-([0-9a-f]{32})")
_MICROSECONDS = 1_000_000


@dataclass(frozen=True, kw_only=True)
class HistoryRow:
    """One battle as its voter may see it; the names are "" until they are revealed."""

    id: str
    created_at: datetime
    state: BattleState
    prompt: str
    mine: bool
    repeat: bool
    choice: Winner | None
    contender_a: str
    contender_b: str


@dataclass(frozen=True, kw_only=True)
class HistoryPage:
    """Some rows, newest first; `older` is the cursor of the next page, "" on the last."""

    rows: Sequence[HistoryRow]
    older: str


@dataclass(frozen=True, kw_only=True)
class History:
    """Reads what people did."""

    store: UnitOfWorkFactory

    def page(self, person: str, *, cursor: str = "") -> HistoryPage:
        """The rows that follow the cursor ("": the newest).

        Raises:
            InvalidRequest: that is no cursor.
        """
        with self.store() as uow:
            found = uow.history.of(person, before=_place(cursor), limit=PER_PAGE + 1)
        rows = [_row(entry) for entry in found[:PER_PAGE]]
        return HistoryPage(rows=rows, older=_cursor(rows[-1]) if len(found) > PER_PAGE else "")


def _row(entry: HistoryEntry) -> HistoryRow:
    battle = entry.battle
    named = revealed(battle, Viewer.VOTER)
    return HistoryRow(
        id=battle.id,
        created_at=battle.created_at,
        state=battle.state,
        prompt=entry.prompt,
        mine=entry.mine,
        repeat=bool(battle.repeat_of),
        choice=entry.vote.choice if entry.vote else None,
        contender_a=battle.contender_a if named else HIDDEN,
        contender_b=battle.contender_b if named else HIDDEN,
    )


def _cursor(row: HistoryRow) -> str:
    moment = row.created_at.astimezone(UTC)
    whole = int(moment.replace(microsecond=0).timestamp())
    return f"{whole * _MICROSECONDS + moment.microsecond}-{row.id}"


def _place(cursor: str) -> tuple[datetime, str] | None:
    if not cursor:
        return None
    found = _CURSOR.fullmatch(cursor)
    if found is not None:
        seconds, micro = divmod(int(found[1]), _MICROSECONDS)
        with contextlib.suppress(ValueError, OverflowError, OSError):
            return datetime.fromtimestamp(seconds, UTC).replace(microsecond=micro), found[2]
    raise InvalidRequest("That place in the history cannot be read.", hint="Start again at /history.")
