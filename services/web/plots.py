"""Plots as numbers on a canvas: the templates draw them as SVG, beside the table that has the same values."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from services.domain.rating import Board, Standing
from services.ratings.history import HistoryPoint
from services.ratings.matrices import Matrices

STEPS = 10
MOST_LINES = 8
_LABELLED = 12
_ROOM = 14.0
"""The least distance of two labels beside the ends of lines."""


@dataclass(frozen=True, kw_only=True)
class Scale:
    """Maps values from `low` to `high` onto places from `start` to `end`."""

    low: float
    high: float
    start: float
    end: float

    def at(self, value: float) -> float:
        """The place of a value, to a hundredth."""
        share = (value - self.low) / (self.high - self.low)
        return round(self.start + share * (self.end - self.start), 2)

    def ticks(self, count: int = 4) -> tuple[float, ...]:
        """About so many round values within."""
        rough = (self.high - self.low) / count
        power = 10 ** math.floor(math.log10(rough))
        step = next(power * factor for factor in (1, 2, 2.5, 5, 10) if power * factor >= rough)
        first = math.ceil(self.low / step)
        return tuple(step * number for number in range(first, math.floor(self.high / step) + 1))


def scale_over(values: Sequence[float], start: float, end: float) -> Scale:
    """A scale with a little room on both sides of the values, which are not empty."""
    low, high = min(values), max(values)
    room = max((high - low) * 0.06, 5.0)
    return Scale(low=low - room, high=high + room, start=start, end=end)


@dataclass(frozen=True, kw_only=True)
class IntervalBar:
    """One row's interval and score, as places on the canvas."""

    left: float
    right: float
    point: float


@dataclass(frozen=True, kw_only=True)
class IntervalPlot:
    """The intervals that the board claims, on one scale; `bars` by contender."""

    width: float
    scale: Scale
    bars: Mapping[str, IntervalBar]


def interval_plot(board: Board, *, width: float = 220.0) -> IntervalPlot | None:
    """The plot of a board; None for an empty one."""
    if not board.standings:
        return None
    ends = [value for row in board.standings for value in (*row.interval(board.interval_kind), row.score)]
    scale = scale_over(ends, 6.0, width - 6.0)
    return IntervalPlot(
        width=width, scale=scale, bars={row.contender: _bar(row, board, scale) for row in board.standings}
    )


def _bar(row: Standing, board: Board, scale: Scale) -> IntervalBar:
    low, high = row.interval(board.interval_kind)
    return IntervalBar(left=scale.at(low), right=scale.at(high), point=scale.at(row.score))


@dataclass(frozen=True, kw_only=True)
class Heatmap:
    """A square of cells of one unit, lines and columns in the order of `names`.

    `paths` has, by step from 0 to STEPS, the outline of all cells of that step: a board of sixty has 3,540 cells, and
    one shape a cell would weigh more than the rest of the page. `labels` are values to write into the cells, empty
    where there is no room.
    """

    names: tuple[str, ...]
    paths: Mapping[int, str]
    labels: tuple[tuple[int, int, str], ...]
    legend: tuple[tuple[int, str], ...]


def rate_map(found: Matrices, order: Sequence[str]) -> Heatmap:
    """Win rates of the line against the column: step 0 lost all, STEPS won all."""
    rates = {(i, j): cell.rate for i, line in enumerate(found.rates) for j, cell in enumerate(line) if cell}
    return _heatmap(
        found,
        order,
        {place: round(rate * STEPS) for place, rate in rates.items()},
        {place: f"{100 * rate:.0f}" for place, rate in rates.items()},
        tuple((step, f"{100 * step // STEPS} %") for step in range(0, STEPS + 1, 2)),
    )


def count_map(found: Matrices, order: Sequence[str]) -> Heatmap:
    """Judgements of each pair; step STEPS has the most, step 0 none."""
    most = max((count for line in found.counts for count in line), default=0)
    counts = {(i, j): count for i, line in enumerate(found.counts) for j, count in enumerate(line) if i != j}
    return _heatmap(
        found,
        order,
        {place: math.ceil(STEPS * count / most) if most else 0 for place, count in counts.items()},
        {place: f"{count}" for place, count in counts.items()},
        ((0, "0"), (STEPS // 2, f"{most / 2:.0f}"), (STEPS, f"{most}")) if most > 1 else ((STEPS, f"{most}"),),
    )


def _heatmap(
    found: Matrices,
    order: Sequence[str],
    steps: Mapping[tuple[int, int], int],
    words: Mapping[tuple[int, int], str],
    legend: tuple[tuple[int, str], ...],
) -> Heatmap:
    rank = {name: number for number, name in enumerate(order)}
    names = sorted(found.names, key=lambda name: (rank.get(name, len(rank)), name))
    new = {found.names.index(name): number for number, name in enumerate(names)}
    paths: dict[int, str] = {}
    for (i, j), step in steps.items():
        paths[step] = paths.get(step, "") + f"M{new[j]} {new[i]}h1v1h-1z"
    labels = [(new[i], new[j], word) for (i, j), word in words.items()] if len(names) <= _LABELLED else []
    return Heatmap(names=tuple(names), paths=dict(sorted(paths.items())), labels=tuple(labels), legend=legend)


@dataclass(frozen=True, kw_only=True)
class HistoryLine:
    """One contender's scores: the points as an SVG list, each also alone, and where its label stands."""

    name: str
    points: str
    dots: tuple[tuple[float, float, HistoryPoint], ...]
    label: float


@dataclass(frozen=True, kw_only=True)
class HistoryPlot:
    """Lines on a canvas; `left_out` tells how many contenders have no line because more could not be told apart."""

    width: float
    height: float
    scale: Scale
    boards: tuple[tuple[float, int], ...]
    lines: tuple[HistoryLine, ...]
    left_out: int


def history_plot(
    history: Mapping[str, Sequence[HistoryPoint]], order: Sequence[str], *, width: float = 720.0, height: float = 280.0
) -> HistoryPlot | None:
    """The scores of the first few contenders in `order`; None as long as no contender has two points."""
    listed = [name for name in order if name in history] + [name for name in history if name not in order]
    chosen = listed[:MOST_LINES]
    if not any(len(history[name]) > 1 for name in chosen):
        return None
    points = [point for name in chosen for point in history[name]]
    scale = scale_over([point.score for point in points], height - 26.0, 10.0)
    numbers = sorted({point.number for point in points})
    # boards follow each other at one distance: days without any would leave most of the canvas empty
    room = (width - 220.0) / max(1, len(numbers) - 1)
    place = {number: round(50.0 + room * index, 2) for index, number in enumerate(numbers)}
    ends = _apart({name: scale.at(history[name][-1].score) for name in chosen}, lowest=height - 26.0)
    lines = tuple(_line(name, history[name], place, scale, ends[name]) for name in chosen)
    every = max(1, math.ceil(len(numbers) / 10))
    return HistoryPlot(
        width=width,
        height=height,
        scale=scale,
        boards=tuple((place[number], number) for number in numbers[::every]),
        lines=lines,
        left_out=len(listed) - len(chosen),
    )


def _line(
    name: str, found: Sequence[HistoryPoint], place: Mapping[int, float], scale: Scale, label: float
) -> HistoryLine:
    dots = tuple((place[point.number], scale.at(point.score), point) for point in found)
    return HistoryLine(name=name, points=" ".join(f"{x:g},{y:g}" for x, y, _ in dots), dots=dots, label=label)


def _apart(places: Mapping[str, float], *, lowest: float) -> dict[str, float]:
    """The places moved so far that no two labels touch, in their order from top to bottom."""
    found: dict[str, float] = {}
    last = -math.inf
    for name in sorted(places, key=lambda one: places[one]):
        last = found[name] = max(places[name], last + _ROOM)
    beyond = max(0.0, last - lowest)
    return {name: round(place - beyond, 2) for name, place in found.items()}
