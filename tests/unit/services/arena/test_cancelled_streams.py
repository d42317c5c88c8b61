"""A stream that can be left: its items, its errors and its end pass through; a cancel ends it at once."""

import threading
import time
from collections.abc import Iterator

import pytest

from sandboxes.runner import RunControl
from services.arena.cancelled_streams import until_cancelled


def test_items_errors_and_the_end_pass_through() -> None:
    assert list(until_cancelled(iter(range(1000)), RunControl())) == list(range(1000))

    def broken() -> Iterator[int]:
        yield 1
        raise ValueError("the endpoint failed")

    found = until_cancelled(broken(), RunControl())
    assert next(found) == 1
    with pytest.raises(ValueError, match="the endpoint failed"):
        next(found)


def test_a_cancel_ends_it_while_it_waits_and_closes_the_stream_later() -> None:
    control, go_on, closed = RunControl(), threading.Event(), threading.Event()

    def waits() -> Iterator[str]:
        try:
            yield "first"
            go_on.wait(10)
            yield "never shown"
        finally:
            closed.set()

    found = until_cancelled(waits(), control)
    assert next(found) == "first"
    threading.Timer(0.05, control.cancel).start()
    began = time.monotonic()
    assert list(found) == []
    assert time.monotonic() - began < 5
    assert not closed.is_set()
    go_on.set()
    assert closed.wait(5)


def test_what_was_cancelled_before_shows_nothing() -> None:
    control = RunControl()
    control.cancel()
    assert list(until_cancelled(iter([1, 2]), control)) == []
