"""The boards as people read them: the live ones as stored, slices of them computed when they are asked for."""

import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from services.arena.rating import Rating
from services.domain.judgement import Source
from services.domain.rating import Board, BoardSlice, Snapshot
from services.store.unit_of_work import UnitOfWorkFactory

_KEPT = 64


class _Kept:
    """Boards of slices, each computed beside a live board; the least recently used goes first."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._values: OrderedDict[tuple[Source, BoardSlice], tuple[datetime, Board]] = OrderedDict()

    def get(self, live: Board, key: tuple[Source, BoardSlice], compute: Callable[[], Board]) -> Board:
        """The board under `key`, computed unless that was done for this live board already."""
        with self._lock:
            found = self._values.get(key)
            if found is not None and found[0] == live.computed_at:
                self._values.move_to_end(key)
                return found[1]
        value = compute()
        with self._lock:
            self._values[key] = live.computed_at, value
            self._values.move_to_end(key)
            while len(self._values) > _KEPT:
                self._values.popitem(last=False)
        return value


@dataclass(frozen=True, kw_only=True)
class Boards:
    """Reads boards. Those of slices are kept until the live board of their source is newer."""

    store: UnitOfWorkFactory
    rating: Rating
    _kept: _Kept = field(default_factory=_Kept)

    def live(self, source: Source) -> Board | None:
        """The newest board of `source`; None when nothing has been judged yet."""
        with self.store() as uow:
            return uow.boards.find(source)

    def of(self, source: Source, part: BoardSlice) -> Board | None:
        """The board of a slice of `source`; None when nothing has been judged yet.

        Raises:
            InvalidRequest: the slice asks for a value that no counted judgement has.
        """
        live = self.live(source)
        if live is None or part == BoardSlice():
            return live
        return self._kept.get(live, (source, part), lambda: self.rating.compute(source, part=part))

    def snapshots(self) -> tuple[Snapshot, ...]:
        """Every published board, oldest first."""
        with self.store() as uow:
            return tuple(uow.snapshots.all())

    def snapshot(self, number: int) -> Snapshot:
        """That published board.

        Raises:
            NotFound: there is none of that number.
        """
        with self.store() as uow:
            return uow.snapshots.get(number)
