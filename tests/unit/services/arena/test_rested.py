"""What is dear to compute is computed seldom, and never when nothing has changed."""

from collections.abc import Callable
from types import SimpleNamespace

import pytest

from services.arena.rested import PATIENCE_SECONDS, Rested
from services.errors import Conflict
from tests.fixtures.waiting import wait_for


class Bench:
    """Counts computations, each of which takes `cost` seconds of a clock that the test moves.

    What is to be computed beside waits in `waiting`.
    """

    def __init__(self, cost: float = PATIENCE_SECONDS) -> None:
        self.now, self.cost, self.count = 0.0, cost, 0
        self.waiting: list[Callable[[], None]] = []
        self.rested = Rested(SimpleNamespace(monotonic=lambda: self.now), beside=self.waiting.append)

    def compute(self) -> int:
        self.now += self.cost
        self.count += 1
        return self.count

    def get(self, version: object, *, least_seconds: float = 0.0) -> int:
        return self.rested.get("key", version, self.compute, least_seconds=least_seconds)


def test_the_same_version_is_computed_once() -> None:
    bench = Bench()
    assert bench.get("v") == 1
    bench.now += 1000
    assert bench.get("v") == 1


def test_another_version_waits_until_the_value_has_rested() -> None:
    bench = Bench()
    bench.get("v")
    bench.now += 1.9
    assert bench.get("w") == 1
    bench.now += 0.2
    assert bench.get("w") == 2


def test_nobody_waits_for_what_is_dear_when_there_is_an_earlier_value() -> None:
    bench = Bench(cost=3.0)
    bench.get("v")
    bench.now += 61
    assert [bench.get("w"), bench.get("w")] == [1, 1]
    [work] = bench.waiting
    work()
    assert bench.get("w") == 2
    assert len(bench.waiting) == 1


def test_what_fails_beside_is_told_to_the_next_who_asks() -> None:
    bench = Bench(cost=3.0)
    bench.get("v")
    bench.now += 61

    def fail() -> int:
        raise Conflict("The history cannot be read.")

    assert bench.rested.get("key", "w", fail) == 1
    bench.waiting.pop()()
    with pytest.raises(Conflict):
        bench.rested.get("key", "w", fail)


def test_the_real_thing_computes_in_a_thread() -> None:
    bench = Bench(cost=3.0)
    bench.rested = Rested(SimpleNamespace(monotonic=lambda: bench.now))
    bench.get("v")
    bench.now += 61
    assert bench.get("w") == 1
    wait_for("the fresh value", lambda: bench.get("w") == 2, 10)


def test_no_version_is_never_the_same_and_rests_as_long_as_asked() -> None:
    bench = Bench(cost=0.001)
    bench.get(None, least_seconds=60)
    bench.now += 59
    assert bench.get(None, least_seconds=60) == 1
    bench.now += 2
    assert bench.get(None, least_seconds=60) == 2


def test_who_asks_meanwhile_gets_the_earlier_value() -> None:
    bench = Bench()
    bench.get("v")
    bench.now += 1000
    seen = []

    def slow() -> int:
        seen.append(bench.get("w"))
        return 7

    assert bench.rested.get("key", "w", slow) == 7
    assert seen == [1]


def test_a_failure_is_not_kept() -> None:
    bench = Bench()

    def fail() -> int:
        raise ValueError("no")

    for _ in range(2):
        with pytest.raises(ValueError, match="no"):
            bench.rested.get("key", "v", fail)
    assert bench.get("v") == 1


def test_the_least_recently_used_goes_first() -> None:
    bench = Bench()
    for number in range(65):
        bench.rested.get(number, "v", bench.compute)
    bench.rested.get(64, "v", bench.compute)
    assert bench.count == 65
    bench.rested.get(0, "v", bench.compute)
    assert bench.count == 66
