"""The loop that publishes boards: it goes on after trouble with one of them, and ends when it is told to."""

import threading
from collections.abc import Callable
from types import SimpleNamespace
from typing import cast

import pytest

from services.domain.judgement import Source
from services.entrypoints import worker
from services.entrypoints.bootstrap import Assembly
from services.errors import Conflict


def test_trouble_with_one_board_leaves_the_others_and_the_next_round(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker, "SNAPSHOT_LOOK_SECONDS", 0.001)
    asked: list[tuple[Source, float]] = []
    stop = threading.Event()

    def publish_if_due(source: Source, *, hours: float) -> None:
        asked.append((source, hours))
        if len(asked) == 2 * len(Source):
            stop.set()
        if source is next(iter(Source)):
            raise Conflict("The history cannot be read.")

    assembly = SimpleNamespace(
        snapshots=SimpleNamespace(publish_if_due=cast("Callable[..., None]", publish_if_due)),
        settings=SimpleNamespace(snapshot_hours=24.0),
    )
    thread = threading.Thread(target=worker.run_snapshots, args=(cast("Assembly", assembly), stop), daemon=True)
    thread.start()
    thread.join(timeout=10)
    assert not thread.is_alive()
    assert asked == [(source, 24.0) for source in Source] * 2
