"""Keeps what is dear to compute, for longer the dearer it was."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Any, TypeVar, cast

from services.clock import Clock

V = TypeVar("V")
_KEPT = 64
_REST_PER_COST = 20
"""A value rests twenty times as long as it took: however busy the arena, that is at most a twentieth of one core."""


@dataclass(frozen=True, kw_only=True)
class _Value:
    version: Hashable
    rests_until: float
    value: Any


class Rested:
    """Values by key, of which the least recently used goes first. Several threads may ask at the same time."""

    def __init__(self, clock: Clock) -> None:
        self._clock, self._lock = clock, threading.Lock()
        self._values: OrderedDict[Hashable, _Value] = OrderedDict()
        self._computing: set[Hashable] = set()

    def get(self, key: Hashable, version: Hashable, compute: Callable[[], V], *, least_seconds: float = 0.0) -> V:
        """The value of `compute`; an earlier one of the same version (None is never the same), or while that rests.

        Who asks while another thread computes gets the earlier value, if there is one.
        """
        with self._lock:
            found = self._values.get(key)
            if found is not None:
                self._values.move_to_end(key)
                same = version is not None and found.version == version
                if same or key in self._computing or self._clock.monotonic() < found.rests_until:
                    return cast("V", found.value)
            self._computing.add(key)
        try:
            return self._fresh(key, version, compute, least_seconds)
        finally:
            with self._lock:
                self._computing.discard(key)

    def _fresh(self, key: Hashable, version: Hashable, compute: Callable[[], V], least_seconds: float) -> V:
        start = self._clock.monotonic()
        value, end = compute(), self._clock.monotonic()
        rests_until = end + max(least_seconds, _REST_PER_COST * (end - start))
        with self._lock:
            self._values[key] = _Value(version=version, rests_until=rests_until, value=value)
            self._values.move_to_end(key)
            while len(self._values) > _KEPT:
                self._values.popitem(last=False)
        return value
