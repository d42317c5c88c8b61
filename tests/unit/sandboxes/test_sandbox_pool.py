"""The pool, with items that only say what was done to them."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

from sandboxes.errors import BackendLost, StartFailed
from sandboxes.policy import MAX_RUNS
from sandboxes.pool import Marks, Pool

REUSED, ONCE = Marks(low=0, high=2, reusable=True), Marks(low=0, high=2, reusable=False)


@dataclass
class Item:
    number: int
    born: float = 0.0
    used: float = 0.0
    runs: int = 0
    idle_bytes: int = 10
    ready: bool = True
    broken: bool = False

    def is_ready(self) -> bool:
        return self.ready

    def await_ready(self) -> None:
        if self.broken:
            raise BackendLost("gone")


@dataclass
class World:
    """Makes items and remembers which were destroyed."""

    marks: Marks
    made: list[Item] = field(default_factory=list)
    destroyed: list[int] = field(default_factory=list)
    now: float = 0.0

    def make(self, _: str) -> Item:
        item = Item(len(self.made), born=self.now)
        self.made.append(item)
        return item

    def pool(self, *, budget_bytes: int = 1000) -> Pool[Item, str]:
        return Pool(
            make=self.make,
            destroy=lambda item: self.destroyed.append(item.number),
            marks=lambda _: self.marks,
            alive=lambda item: not item.broken,
            budget_bytes=budget_bytes,
            monotonic=lambda: self.now,
        )


def eventually(probe: Callable[[], bool]) -> bool:
    until = time.monotonic() + 10
    while not probe() and time.monotonic() < until:
        time.sleep(0.005)
    return probe()


def test_what_is_healthy_is_used_again() -> None:
    world = World(REUSED)
    pool = world.pool()
    first = pool.get("a")
    pool.give_back(first, "a", healthy=True)
    assert pool.get("a") is first
    assert pool.get("b") is not first
    assert (pool.metrics().hits, pool.metrics().misses, pool.metrics().busy) == (1, 2, 2)
    pool.close()


@pytest.mark.parametrize("change", [{"runs": MAX_RUNS}, {"born": -10_000.0}], ids=["runs", "age"])
def test_what_is_worn_is_not(change: dict[str, float]) -> None:
    world = World(REUSED)
    pool = world.pool()
    first = pool.get("a")
    for name, value in change.items():
        setattr(first, name, value)
    pool.give_back(first, "a", healthy=True)
    assert pool.get("a") is not first
    assert eventually(lambda: world.destroyed == [0])
    pool.close()


def test_what_is_unhealthy_or_fails_its_check_is_destroyed() -> None:
    world = World(REUSED)
    pool = world.pool()
    pool.give_back(pool.get("a"), "a", healthy=False)
    second = pool.get("a")
    pool.give_back(second, "a", healthy=True)
    second.broken = True
    third = pool.get("a")
    assert third.number == 2
    assert eventually(lambda: sorted(world.destroyed) == [0, 1])
    pool.close()


def test_a_new_one_that_does_not_come_up_is_an_error_and_destroyed() -> None:
    world = World(REUSED)

    def make(_: str) -> Item:
        item = world.make("a")
        item.broken = True
        return item

    pool = world.pool()
    pool._make = make
    with pytest.raises(BackendLost):
        pool.get("a")
    pool.close()
    assert world.destroyed == [0]


def test_a_ready_one_is_preferred_and_one_more_is_made_when_none_is() -> None:
    world = World(REUSED)
    pool = world.pool()
    one, two = pool.get("a"), pool.get("a")
    for item in (one, two):
        pool.give_back(item, "a", healthy=True)
    two.ready = False
    assert pool.get("a") is one
    pool.give_back(one, "a", healthy=True)
    pool.close()
    world = World(REUSED)
    pool = world.pool()
    only = pool.get("a")
    pool.give_back(only, "a", healthy=True)
    only.ready = False
    assert pool.get("a") is only
    assert eventually(lambda: pool.metrics().idle == 1)
    pool.close()


def test_what_is_used_once_is_replaced_up_to_the_high_mark_and_swept_meanwhile() -> None:
    world = World(ONCE)
    pool = world.pool()
    for _ in range(20):
        pool.give_back(pool.get("a"), "a", healthy=True)
    assert eventually(lambda: pool.metrics().idle == 2 and len(world.destroyed) == 20)
    pool.close()
    assert sorted(world.destroyed) == [item.number for item in world.made]


def test_idle_ones_stay_within_the_memory_budget() -> None:
    world = World(REUSED)
    pool = world.pool(budget_bytes=15)
    items = [pool.get(shape) for shape in ("a", "b", "c")]
    for item, shape in zip(items, ("a", "b", "c"), strict=True):
        world.now += 1
        pool.give_back(item, shape, healthy=True)
    pool._shrink()
    assert (world.destroyed, pool.metrics().idle) == ([0, 1], 1)
    pool.close()


def test_an_item_made_while_the_pool_closes_does_not_outlive_it() -> None:
    world = World(ONCE)
    making, go_on = threading.Event(), threading.Event()
    plain = world.make

    def slow(shape: str) -> Item:
        if len(world.made) >= 1:
            making.set()
            go_on.wait(10)
        return plain(shape)

    pool = world.pool()
    pool._make = slow
    item = pool.get("a")
    assert making.wait(10)
    closer = threading.Thread(target=pool.close)
    closer.start()
    go_on.set()
    closer.join(10)
    pool.give_back(item, "a", healthy=True)
    assert eventually(lambda: sorted(world.destroyed) == [found.number for found in world.made])


def test_nothing_can_be_made_is_an_error_of_the_run_only() -> None:
    world = World(REUSED)

    def refuse(_: str) -> Item:
        raise StartFailed("no")

    pool = world.pool()
    pool._make = refuse
    with pytest.raises(StartFailed):
        pool.get("a")
    pool._make = world.make
    assert pool.get("a").number == 0
    pool.close()
