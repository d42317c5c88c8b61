"""A stream that can be left at any moment, also while it waits for its next item."""

import queue
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Generic, TypeVar

from sandboxes.runner import RunControl

T = TypeVar("T")


@dataclass(frozen=True)
class _Item(Generic[T]):
    value: T


def until_cancelled(stream: Iterator[T], control: RunControl) -> Iterator[T]:
    """The items of `stream` until it ends, raises, or `control` is cancelled; what came before that is given out.

    A thread of its own reads, and closes `stream` where it was left: at its next item, which is as long as its own
    time limits let it wait.
    """
    # an item, what was raised, or None at the end
    found: queue.Queue[_Item[T] | BaseException | None] = queue.Queue()
    left = threading.Event()
    control.on_change(lambda: found.put(None) if control.cancelled else None)
    threading.Thread(target=_read, args=(stream, found, left), name="answer-stream", daemon=True).start()
    try:
        while (item := found.get()) is not None:
            if isinstance(item, BaseException):
                raise item
            yield item.value
    finally:
        left.set()


def _read(stream: Iterator[T], found: "queue.Queue[_Item[T] | BaseException | None]", left: threading.Event) -> None:
    try:
        for item in stream:
            if left.is_set():
                return
            found.put(_Item(item))
        found.put(None)
    except BaseException as error:  # noqa: BLE001 - raised again by whoever takes the items
        found.put(error)
    finally:
        close = getattr(stream, "close", None)
        if close is not None:
            close()
