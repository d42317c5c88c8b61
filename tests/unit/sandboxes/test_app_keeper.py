"""Memory for apps: what is set aside, who must make room, and what is given back."""

from dataclasses import dataclass, field
from pathlib import Path

import pytest

from sandboxes import app_keeper
from sandboxes.agent import bridge
from sandboxes.app_keeper import AppKeeper
from sandboxes.errors import Busy


@dataclass(eq=False)
class Played:
    """An app that ends at once when it is told to, or never."""

    reserved_bytes: int = 40
    idle: float = 0.0
    keeper: AppKeeper | None = None
    ended: list[str] = field(default_factory=list)

    def idle_for(self) -> float:
        return self.idle

    def may_idle(self) -> float:
        return 100.0

    def end(self, why: str) -> None:
        self.ended.append(why)
        if self.keeper is not None:
            self.keeper.drop(self)


def test_the_budget_holds_and_comes_back() -> None:
    keeper, first, second = AppKeeper(100), Played(), Played()
    keeper.take(first, patience_seconds=0)
    keeper.take(second, patience_seconds=0)
    assert (keeper.metrics().apps, keeper.metrics().reserved_bytes) == (2, 80)
    with pytest.raises(Busy, match="spent"):
        keeper.take(Played(), patience_seconds=0)
    keeper.drop(first)
    keeper.take(Played(), patience_seconds=0)
    assert (first.ended, second.ended) == ([], [])


def test_the_app_that_is_unused_for_the_longest_makes_room() -> None:
    keeper = AppKeeper(100)
    used = Played(keeper=keeper, idle=1.0)
    unused = Played(keeper=keeper, idle=app_keeper.UNUSED_SECONDS + 1)
    for app in (used, unused):
        keeper.take(app, patience_seconds=0)
    keeper.take(Played(), patience_seconds=1)
    assert (used.ended, len(unused.ended)) == ([], 1)


def test_one_that_is_larger_than_all_may_be_is_refused_at_once() -> None:
    keeper, unused = AppKeeper(100), Played(idle=1e6)
    keeper.take(unused, patience_seconds=0)
    with pytest.raises(Busy, match="all apps together 100"):
        keeper.take(Played(reserved_bytes=101), patience_seconds=60)
    assert unused.ended == []


def test_all_end_and_who_does_not_is_not_waited_for_long() -> None:
    keeper = AppKeeper(100)
    willing, stubborn = Played(keeper=keeper), Played()
    for app in (willing, stubborn):
        keeper.take(app, patience_seconds=0)
    keeper.end_all("the worker ended", seconds=0.05)
    assert willing.ended == stubborn.ended == ["the worker ended"]
    assert keeper.metrics().apps == 1


def test_the_bridge_finds_who_listens_the_wanted_port_first(tmp_path: Path) -> None:
    head = "  sl  local_address rem_address   st tx_queue rx_queue\n"
    rows = ["0100007F:1F90 00000000:0000 0A", "00000000:1389 00000000:0000 0A", "0100007F:1F91 0100007F:1F90 01"]
    (tmp_path / "tcp").write_text(head + "".join(f"  {n}: {row} 0:0 0:0\n" for n, row in enumerate(rows)))
    zero = "0" * 32
    (tmp_path / "tcp6").write_text(f"{head}   0: {zero}:1388 {zero}:0000 0A 0:0 0:0\n")
    found = bridge._listening(5001, tmp_path)
    assert found == [("127.0.0.1", 5001), ("::1", 5000), ("127.0.0.1", 8080)]
