"""Plots have the values of their tables, whatever those are."""

import itertools
import re
from datetime import UTC, datetime

import pytest

from services.domain.judgement import Source
from services.domain.rating import Board, IntervalKind, Standing
from services.ratings.history import HistoryPoint
from services.ratings.matrices import Matrices, WinRate
from services.web.plots import STEPS, count_map, history_plot, interval_plot, rate_map

NOW = datetime(2024, 5, 1, tzinfo=UTC)


def standing(name: str, score: float, *, low: float, high: float) -> Standing:
    return Standing(
        contender=name, score=score, low=low, high=high, rank=1, rank_low=1, rank_high=1, judgements=9,
        wins=3, losses=3, ties=2, both_bad=1, live_low=low - 20, live_high=high + 20,
    )  # fmt: skip


def board(*rows: Standing, kind: IntervalKind = IntervalKind.ANYTIME) -> Board:
    return Board(
        source=Source.HUMAN, standings=rows, method="", seed=1, anchor="", data_hash="", judgements=9,
        null_judgements=0, notes=(), computed_at=NOW, interval_kind=kind,
    )  # fmt: skip


def matrices(names: tuple[str, ...], rates: dict[tuple[int, int], float]) -> Matrices:
    def cell(i: int, j: int) -> WinRate | None:
        rate = rates.get((i, j))
        return None if rate is None else WinRate(rate=rate, low=0, high=1, judgements=4, effective=4)

    size = range(len(names))
    return Matrices(
        names=names,
        counts=tuple(tuple(4 + i + j if (i, j) in rates else 0 for j in size) for i in size),
        rates=tuple(tuple(cell(i, j) for j in size) for i in size),
    )


def cells(path: str) -> set[tuple[int, int]]:
    """Line and column of every cell in an outline."""
    return {(int(y), int(x)) for x, y in re.findall(r"M(\d+) (\d+)h1v1h-1z", path)}


@pytest.mark.parametrize("kind", IntervalKind)
def test_bars_are_the_intervals_that_the_board_claims(kind: IntervalKind) -> None:
    rows = standing("a", 1100, low=1050, high=1150), standing("b", 900, low=700, high=990)
    plot = interval_plot(board(*rows, kind=kind))
    assert plot is not None
    for row in rows:
        low, high = row.interval(kind)
        bar = plot.bars[row.contender]
        assert (bar.left, bar.point, bar.right) == tuple(plot.scale.at(value) for value in (low, row.score, high))
        assert 0 < bar.left < bar.point < bar.right < plot.width


def test_a_single_contender_and_none_can_be_drawn() -> None:
    alone = interval_plot(board(standing("a", 1000, low=1000, high=1000)))
    assert alone is not None
    assert alone.bars["a"].point == pytest.approx(alone.width / 2)
    assert alone.scale.ticks()
    assert interval_plot(board()) is None


def test_cells_of_the_heatmap_are_those_of_the_table_in_the_order_of_the_board() -> None:
    found = matrices(("a", "b", "c"), {(0, 1): 0.72, (1, 0): 0.28, (1, 2): 1.0, (2, 1): 0.0})
    drawn = rate_map(found, ["c", "b", "a"])
    assert drawn.names == ("c", "b", "a")
    assert {step: cells(path) for step, path in drawn.paths.items()} == {
        0: {(0, 1)}, 3: {(1, 2)}, 7: {(2, 1)}, 10: {(1, 0)},
    }  # fmt: skip
    assert set(drawn.labels) == {(2, 1, "72"), (1, 2, "28"), (1, 0, "100"), (0, 1, "0")}


def test_most_and_none_are_the_ends_of_the_counts() -> None:
    found = matrices(("a", "b", "c"), {(0, 1): 0.5, (1, 0): 0.5, (1, 2): 0.5, (2, 1): 0.5})
    drawn = count_map(found, ["a", "b", "c"])
    assert cells(drawn.paths[STEPS]) == {(1, 2), (2, 1)}
    assert cells(drawn.paths[0]) == {(0, 2), (2, 0)}
    assert drawn.legend[-1] == (STEPS, "7")


def test_a_large_heatmap_stays_small_and_has_no_labels() -> None:
    names = tuple(f"contender-{number}" for number in range(60))
    found = matrices(names, {(i, j): 0.5 for i in range(60) for j in range(60) if i != j})
    drawn = rate_map(found, names)
    assert drawn.labels == ()
    assert sum(len(cells(path)) for path in drawn.paths.values()) == 60 * 59
    assert sum(map(len, drawn.paths.values())) < 80_000


def point(number: int, score: float) -> HistoryPoint:
    return HistoryPoint(
        number=number, at=NOW, score=score, low=score - 9, high=score + 9, rank_low=1, rank_high=2, judgements=9,
        superseded="",
    )  # fmt: skip


def test_lines_have_the_points_of_the_history_and_labels_that_do_not_touch() -> None:
    history = {name: (point(1, 1000 + i), point(4, 1001 + i)) for i, name in enumerate("abcdefghij")}
    plot = history_plot(history, list("jihgfedcba"))
    assert plot is not None
    assert [line.name for line in plot.lines] == list("jihgfedc")
    assert plot.left_out == 2
    assert [number for _, number in plot.boards] == [1, 4]
    for line in plot.lines:
        assert [found for _, _, found in line.dots] == list(history[line.name])
        assert [y for _, y, _ in line.dots] == [plot.scale.at(found.score) for found in history[line.name]]
    labels = sorted(line.label for line in plot.lines)
    assert min(after - before for before, after in itertools.pairwise(labels)) >= 13.9
    assert labels[-1] <= plot.height


def test_one_published_board_is_no_line() -> None:
    assert history_plot({"a": (point(1, 1000),)}, ["a"]) is None
