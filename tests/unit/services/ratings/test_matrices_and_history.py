"""Matrices of pairs, and the way of ratings through snapshots."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from services.domain.judgement import Source
from services.domain.rating import Board, BoardSlice, IntervalKind, Snapshot
from services.ratings.history import series
from services.ratings.matrices import matrices, wilson
from services.ratings.standings import board_of
from tests.fixtures.records import NOW, swapped, votes

ARENA = votes("x", "y", "aaab=x") + [swapped(record) for record in votes("z", "y", "bb")]


def test_every_pair_has_its_count_and_rate() -> None:
    found = matrices(ARENA)
    assert found.names == ("x", "y", "z")
    assert found.counts == ((0, 6, 0), (6, 0, 2), (0, 2, 0))
    x_y, y_x, y_z = found.rates[0][1], found.rates[1][0], found.rates[1][2]
    assert x_y is not None
    assert y_x is not None
    assert y_z is not None
    assert (x_y.rate, x_y.judgements, x_y.effective) == pytest.approx((4 / 6, 6, 6))
    assert (y_x.low, y_x.high) == pytest.approx((1 - x_y.high, 1 - x_y.low))
    assert (y_z.rate, y_z.high) == (1.0, 1.0)
    assert [found.rates[i][i] for i in range(3)] == [None] * 3
    assert found.rates[0][2] is None
    assert matrices([]).names == ()


def test_wilson_gives_the_known_interval() -> None:
    """8 of 10 and 0 of 10, by the closed form with z = 1.959964."""
    assert wilson(0.8, 10) == pytest.approx((0.490162, 0.943318), abs=1e-6)
    assert wilson(0.0, 10) == pytest.approx((0.0, 0.277533), abs=1e-6)


def test_one_voter_who_votes_ten_times_is_one_opinion() -> None:
    crowd, one = votes("x", "y", "a" * 10), votes("x", "y", "a" * 10, voter="v")
    found = [matrices(records).rates[0][1] for records in (crowd, one)]
    assert [rate.judgements for rate in found if rate] == [10, 10]
    assert [rate.effective for rate in found if rate] == pytest.approx([10, 1])


def snapshot(number: int, **changes: Any) -> Snapshot:
    values: dict[str, Any] = {"source": Source.HUMAN, "seed": 1, "computed_at": NOW}
    board: Board = board_of(votes("x", "y", "ab" * 20 + "a" * number), **values | changes)
    return Snapshot(number=number, board=board, input_hash=board.data_hash, created_at=NOW + timedelta(days=number))


def test_history_goes_through_the_snapshots_of_one_board() -> None:
    other = snapshot(3, slice=BoardSlice(judge="human"))
    gone = replace(snapshot(5), superseded="by deletion")
    found = series([gone, snapshot(1), other, snapshot(4, source=Source.LLM)], source=Source.HUMAN)
    assert list(found) == ["x", "y"]
    assert [(point.number, point.judgements, point.superseded) for point in found["x"]] == [
        (1, 41, ""),
        (5, 45, "by deletion"),
    ]
    assert found["x"][0].at == NOW + timedelta(days=1)
    assert found["x"][0].low < found["x"][0].score < found["x"][1].score
    assert [point.number for point in series([other], source=Source.HUMAN, part=other.board.slice)["y"]] == [3]


def test_a_snapshot_with_live_intervals_is_refused() -> None:
    with pytest.raises(ValueError, match="Snapshot 2"):
        series([snapshot(2, kind=IntervalKind.ANYTIME)], source=Source.HUMAN)
