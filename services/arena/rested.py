"""Keeps what is dear to compute, for longer the dearer it was, and computes the dearest beside whoever asks."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Any, TypeVar, cast

import structlog

from services.clock import Clock
from services.errors import ArenaError

log = structlog.get_logger()
V = TypeVar("V")
_KEPT = 64
_REST_PER_COST = 20
"""A value rests twenty times as long as it took: however busy the arena, that is at most a twentieth of one core."""
PATIENCE_SECONDS = 0.1
"""Who asks again waits for what takes no longer; for dearer values they get the earlier one meanwhile."""


@dataclass(frozen=True, kw_only=True)
class _Value:
    version: Hashable
    cost: float
    rests_until: float
    value: Any


def _in_a_thread(work: Callable[[], None]) -> None:
    threading.Thread(target=work, name="rested", daemon=True).start()


class Rested:
    """Values by key, of which the least recently used goes first. Several threads may ask at the same time."""

    def __init__(self, clock: Clock, beside: Callable[[Callable[[], None]], None] = _in_a_thread) -> None:
        self._clock, self._beside, self._lock = clock, beside, threading.Lock()
        self._values: OrderedDict[Hashable, _Value] = OrderedDict()
        self._computing: set[Hashable] = set()

    def get(self, key: Hashable, version: Hashable, compute: Callable[[], V], *, least_seconds: float = 0.0) -> V:
        """The value of `compute`; an earlier one of the same version (None is never the same), or while that rests.

        Also while a fresh one is computed, by another thread or (if it is dear) beside.
        """
        with self._lock:
            found = self._values.get(key)
            if found is not None:
                self._values.move_to_end(key)
                same = version is not None and found.version == version
                if same or key in self._computing or self._clock.monotonic() < found.rests_until:
                    return cast("V", found.value)
            self._computing.add(key)
        if found is not None and found.cost > PATIENCE_SECONDS:
            self._beside(lambda: self._refresh(key, version, compute, least_seconds))
            return cast("V", found.value)
        return self._fresh(key, version, compute, least_seconds)

    def _refresh(self, key: Hashable, version: Hashable, compute: Callable[[], Any], least_seconds: float) -> None:
        """Compute beside; what fails is forgotten, so that the next to ask is told."""
        try:
            self._fresh(key, version, compute, least_seconds)
        except ArenaError as error:
            log.warning("refresh_failed", code=error.code, error=error.message)
            with self._lock:
                self._values.pop(key, None)

    def _fresh(self, key: Hashable, version: Hashable, compute: Callable[[], V], least_seconds: float) -> V:
        try:
            start = self._clock.monotonic()
            value, end = compute(), self._clock.monotonic()
            rests_until = end + max(least_seconds, _REST_PER_COST * (end - start))
            with self._lock:
                self._values[key] = _Value(version=version, cost=end - start, rests_until=rests_until, value=value)
                self._values.move_to_end(key)
                while len(self._values) > _KEPT:
                    self._values.popitem(last=False)
            return value
        finally:
            with self._lock:
                self._computing.discard(key)
