"""The boards as people read them: the live ones as stored, slices and matrices computed when they are asked for."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar, cast

from services.arena.rating import Rating
from services.domain.judgement import Source
from services.domain.rating import Board, BoardSlice, Snapshot
from services.ratings.history import HistoryPoint, series
from services.ratings.matrices import Matrices
from services.ratings.slices import SliceOptions
from services.store.unit_of_work import UnitOfWorkFactory

V = TypeVar("V")
_KEPT = 64


class _Kept:
    """What was computed beside a live board, the least recently used goes first."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._values: OrderedDict[Hashable, tuple[datetime, Any]] = OrderedDict()

    def get(self, live: Board, key: Hashable, compute: Callable[[], V]) -> V:
        """The value under `key`, computed unless that was done for this board already."""
        with self._lock:
            found = self._values.get(key)
            if found is not None and found[0] == live.computed_at:
                self._values.move_to_end(key)
                return cast("V", found[1])
        value = compute()
        with self._lock:
            self._values[key] = live.computed_at, value
            self._values.move_to_end(key)
            while len(self._values) > _KEPT:
                self._values.popitem(last=False)
        return value


@dataclass(frozen=True, kw_only=True)
class Boards:
    """Reads boards. What is computed is kept until the live board of its source is newer."""

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
        return self._kept.get(live, ("board", source, part), lambda: self.rating.compute(source, part=part))

    def options(self, source: Source) -> SliceOptions:
        """Which slices of `source` have judgements."""
        live = self.live(source)
        if live is None:
            return SliceOptions(values=(), first=None, last=None)
        return self._kept.get(live, ("options", source), lambda: self.rating.options(source))

    def matrices(self, source: Source, part: BoardSlice) -> Matrices:
        """How every pair did in a slice of `source`."""
        live = self.live(source)
        if live is None:
            return Matrices(names=(), counts=(), rates=())
        return self._kept.get(live, ("matrices", source, part), lambda: self.rating.matrices(source, part=part))

    def history(self, source: Source) -> Mapping[str, tuple[HistoryPoint, ...]]:
        """How ratings of `source` went from snapshot to snapshot, by contender."""
        return series(self.snapshots(), source=source)

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
