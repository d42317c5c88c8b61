"""Warm sandboxes: get, give back, refill, shrink; bounded in number and memory. What fails a check is destroyed."""

import logging
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from sandboxes import policy
from sandboxes.errors import SandboxError

MAINTENANCE_SECONDS = 5.0
IDLE_SECONDS = 300.0
log = logging.getLogger(__name__)


class Pooled(Protocol):
    """What a pool keeps."""

    runs: int
    born: float
    used: float
    idle_bytes: int

    def is_ready(self) -> bool:
        """Whether it can take a job now; does not wait."""

    def await_ready(self) -> None:
        """Return when it can take a job, or raise a SandboxError."""


@dataclass(frozen=True, kw_only=True)
class Marks:
    """How many to keep ready: at least `low` once the shape has been asked for, at most `high`; reuse or not."""

    low: int
    high: int
    reusable: bool


@dataclass(frozen=True, kw_only=True)
class PoolMetrics:
    """Counts since the pool began, and what it holds now."""

    hits: int
    misses: int
    made: int
    destroyed: int
    recycled: int
    failed_checks: int
    idle: int
    busy: int
    idle_bytes: int


Item = TypeVar("Item", bound=Pooled)
Shape = TypeVar("Shape", bound=Hashable)


class Pool(Generic[Item, Shape]):
    """Sandboxes by shape. Threads may share it; one thread of its own refills and tidies, off the way of any run."""

    def __init__(
        self,
        *,
        make: Callable[[Shape], Item],
        destroy: Callable[[Item], object],
        marks: Callable[[Shape], Marks],
        alive: Callable[[Item], bool],
        budget_bytes: int,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """`alive` looks at an idle item without waiting; `budget_bytes` bounds what all idle items use together."""
        self._make, self._destroy, self._marks, self._alive = make, destroy, marks, alive
        self._budget, self._monotonic = budget_bytes, monotonic
        self._lock = threading.Lock()
        self._wake = threading.Event()
        self._idle: dict[Shape, list[Item]] = defaultdict(list)
        self._asked: dict[Shape, float] = {}
        self._wanted: dict[Shape, int] = {}
        self._condemned: list[Item] = []
        self._counts: Counter[str] = Counter()
        self._busy = 0
        self._lent: Counter[Shape] = Counter()
        self._thread: threading.Thread | None = None
        self._closed = False

    def get(self, shape: Shape) -> Item:
        """A sandbox that is ready, or a new one.

        Raises:
            SandboxError: none is idle and none can be made.
        """
        while (item := self._take(shape)) is not None:
            try:
                item.await_ready()
            except SandboxError as error:
                log.info("a pooled sandbox failed its check: %s", error)
                self._counts["failed_checks"] += 1
                self._condemn(item)
                continue
            self._counts["hits"] += 1
            return self._lend(item, shape)
        self._counts["misses"] += 1
        item = self._make(shape)
        self._counts["made"] += 1
        try:
            item.await_ready()
        except SandboxError:
            self._condemn(item)
            raise
        return self._lend(item, shape)

    def give_back(self, item: Item, shape: Shape, *, healthy: bool) -> None:
        """Take a sandbox back after a run; keep it only if it is healthy, reusable and not worn out."""
        marks = self._marks(shape)
        item.used = self._monotonic()
        with self._lock:
            self._busy -= 1
            self._lent[shape] -= 1
            worn = item.runs >= policy.MAX_RUNS or item.used - item.born > policy.MAX_AGE_SECONDS
            keep = healthy and marks.reusable and not worn and len(self._idle[shape]) < marks.high and not self._closed
            if keep:
                self._idle[shape].append(item)
            elif healthy and marks.reusable and worn:
                self._counts["recycled"] += 1
        if not keep:
            self._condemn(item)

    def metrics(self) -> PoolMetrics:
        """The counts."""
        with self._lock:
            idle = [item for items in self._idle.values() for item in items]
            return PoolMetrics(
                **{name: self._counts[name] for name in ("hits", "misses", "made", "destroyed", "recycled")},
                failed_checks=self._counts["failed_checks"],
                idle=len(idle),
                busy=self._busy,
                idle_bytes=sum(item.idle_bytes for item in idle),
            )

    def warm_up(self, shape: Shape) -> None:
        """Ask for `low` sandboxes of this shape before any run does."""
        with self._lock:
            self._asked[shape] = self._monotonic()
        self._start_thread()
        self._wake.set()

    def close(self) -> None:
        """Destroy what is idle and stop; what is lent out is destroyed when it comes back."""
        with self._lock:
            self._closed = True
        self._wake.set()
        if self._thread is not None:
            self._thread.join(timeout=60)
        with self._lock:
            left = [item for items in self._idle.values() for item in items] + self._condemned
            self._idle.clear()
            self._condemned = []
        for item in left:
            self._end(item)

    def _take(self, shape: Shape) -> Item | None:
        with self._lock:
            self._asked[shape] = self._monotonic()
            items = self._idle[shape]
            if not items:
                return None
            # the one used last is the warmest, but one that still tidies up after its run would have to be waited for
            ready = [item for item in items if item.is_ready()]
            item = ready[-1] if ready else items[0]
            items.remove(item)
            if not ready:
                self._grow(shape, len(items) + 1)
            return item

    def _grow(self, shape: Shape, have: int) -> None:
        """All that are idle were still tidying up: one more would let runs and tidying overlap."""
        marks = self._marks(shape)
        if have + 1 > self._wanted.get(shape, 0) and have < marks.high:
            self._wanted[shape] = have + 1
            self._wake.set()

    def _lend(self, item: Item, shape: Shape) -> Item:
        with self._lock:
            self._busy += 1
            self._lent[shape] += 1
        if not self._marks(shape).reusable or self._wake.is_set():
            self._start_thread()
            self._wake.set()
        return item

    def _condemn(self, item: Item) -> None:
        with self._lock:
            self._condemned.append(item)
        if self._closed:
            self._sweep()
            return
        self._start_thread()
        self._wake.set()

    def _end(self, item: Item) -> None:
        self._destroy(item)
        self._counts["destroyed"] += 1

    def _start_thread(self) -> None:
        with self._lock:
            if self._thread is None and not self._closed:
                self._thread = threading.Thread(target=self._maintain, name="sandbox-pool", daemon=True)
                self._thread.start()

    def _maintain(self) -> None:
        while not self._closed:
            self._wake.wait(MAINTENANCE_SECONDS)
            self._wake.clear()
            try:
                self._sweep()
                self._shrink()
                self._refill()
            except SandboxError as error:
                log.warning("the sandbox pool could not be tidied: %s", error)
                # an engine that refuses now is not asked again at once; the flag may be set all the while
                time.sleep(1.0)

    def _sweep(self) -> None:
        while True:
            with self._lock:
                if not self._condemned:
                    return
                item = self._condemned.pop()
            self._end(item)

    def _shrink(self) -> None:
        """End what is dead, worn by age, idle for long, or beyond the memory budget (the longest idle first)."""
        now = self._monotonic()
        doomed: list[Item] = []
        with self._lock:
            for shape, items in self._idle.items():
                wanted = self._marks(shape).low
                for item in list(items):
                    stale = now - item.used > IDLE_SECONDS and len(items) > wanted
                    if stale or now - item.born > policy.MAX_AGE_SECONDS or not self._alive(item):
                        items.remove(item)
                        doomed.append(item)
            doomed += self._over_budget()
        for item in doomed:
            self._end(item)

    def _over_budget(self) -> list[Item]:
        by_age = sorted(
            ((item.used, id(item), shape, item) for shape, items in self._idle.items() for item in items),
            key=lambda entry: entry[:2],
        )
        total = sum(entry[3].idle_bytes for entry in by_age)
        doomed = []
        for _, _, shape, item in by_age:
            if total <= self._budget:
                break
            self._idle[shape].remove(item)
            total -= item.idle_bytes
            doomed.append(item)
        return doomed

    def _refill(self) -> None:
        while not self._closed and (shape := self._hungry()) is not None:
            # under a steady load there is always something to make, and what is used up must still go
            self._sweep()
            item = self._make(shape)
            self._counts["made"] += 1
            try:
                item.await_ready()
            except SandboxError:
                self._end(item)
                raise
            with self._lock:
                keep = not self._closed
                if keep:
                    self._idle[shape].append(item)
            if not keep:
                self._end(item)

    def _hungry(self) -> Shape | None:
        """A shape with fewer idle sandboxes than it should have."""
        now = self._monotonic()
        with self._lock:
            used = sum(item.idle_bytes for items in self._idle.values() for item in items)
            if used >= self._budget:
                return None
            for shape, asked in self._asked.items():
                marks = self._marks(shape)
                recent = now - asked < IDLE_SECONDS
                demand = self._wanted.get(shape, 0) if marks.reusable else marks.high
                wanted = max(marks.low, demand if recent else 0)
                lent = self._lent[shape] if marks.reusable else 0
                if len(self._idle[shape]) + lent < wanted:
                    return shape
                if not recent:
                    self._wanted.pop(shape, None)
        return None
