"""Who was drawn how often: by contender, provider and licence class, in all and per day."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date

import numpy as np

from services.ratings.audit.draw import Draw
from services.ratings.audit.registry_state import Entry

LEAST_PER_DAY = 20
"""Draws that a day must have before its shares may be the largest: one of one is no news."""


@dataclass(frozen=True, kw_only=True)
class DailyShare:
    """`draws` of the day's battles had somebody of the group in them; `share` is its part of the day's seats."""

    day: date
    draws: int
    share: float


@dataclass(frozen=True, kw_only=True)
class GroupShare:
    """The part of all seats (two a battle) that somebody had, and the largest part on one day."""

    name: str
    seats: int
    share: float
    largest_day: date | None
    largest_share: float
    days: tuple[DailyShare, ...]


@dataclass(frozen=True, kw_only=True)
class Shares:
    """Seats by kind of group; Gini is 0 when all have the same and (n-1)/n when one has everything."""

    draws: int
    contenders: tuple[GroupShare, ...]
    providers: tuple[GroupShare, ...]
    licence_classes: tuple[GroupShare, ...]
    gini_contenders: float
    gini_providers: float
    licence_classes_registered: Mapping[str, int]


def gini(values: Sequence[float]) -> float:
    """The Gini coefficient sum_i sum_j |x_i - x_j| / (2 n^2 mean); 0 for nothing."""
    found = np.sort(np.asarray(values, dtype=np.float64))
    total = found.sum()
    if not found.size or total <= 0:
        return 0.0
    ranks = 2 * np.arange(1, len(found) + 1) - len(found) - 1
    return float((ranks @ found) / (len(found) * total))


def shares(draws: Sequence[Draw], entries: Mapping[str, Entry]) -> Shares:
    """The shares of seats in `draws`; who is not registered counts as a provider of its own, of unknown licence."""
    tally = Counter((draw.at.astimezone(UTC).date(), draw.contender_a, draw.contender_b) for draw in draws)
    registered = Counter(entry.licence_class.value for entry in entries.values())
    by_contender = _groups(tally, {}, sorted(entries))
    by_provider = _groups(tally, {name: entry.owner for name, entry in entries.items()}, ())
    classes = {name: entry.licence_class.value for name, entry in entries.items()}
    strangers = {name: "unknown" for _, *pair in tally for name in pair}
    return Shares(
        draws=len(draws),
        contenders=by_contender,
        providers=by_provider,
        licence_classes=_groups(tally, strangers | classes, ()),
        gini_contenders=gini([row.seats for row in by_contender]),
        gini_providers=gini([row.seats for row in by_provider]),
        licence_classes_registered=dict(sorted(registered.items())),
    )


def _groups(
    tally: Mapping[tuple[date, str, str], int], group_of: Mapping[str, str], also: Sequence[str]
) -> tuple[GroupShare, ...]:
    seats: dict[str, Counter[date]] = {name: Counter() for name in also}
    battles: dict[str, Counter[date]] = {}
    total: Counter[date] = Counter()
    for (day, *pair), count in tally.items():
        total[day] += 2 * count
        sides = [group_of.get(name, name) for name in pair]
        for name in sides:
            seats.setdefault(name, Counter())[day] += count
        for name in set(sides):
            battles.setdefault(name, Counter())[day] += count
    rows = [_group(name, found, battles.get(name, Counter()), total) for name, found in seats.items()]
    return tuple(sorted(rows, key=lambda row: (-row.seats, row.name)))


def _group(name: str, seats: Counter[date], battles: Counter[date], total: Counter[date]) -> GroupShare:
    days = tuple(
        DailyShare(day=day, draws=battles[day], share=count / total[day]) for day, count in sorted(seats.items())
    )
    busy = [row for row in days if total[row.day] >= 2 * LEAST_PER_DAY]
    largest = max(busy, key=lambda row: row.share, default=None)
    return GroupShare(
        name=name,
        seats=seats.total(),
        share=seats.total() / total.total() if total else 0.0,
        largest_day=largest.day if largest else None,
        largest_share=largest.share if largest else 0.0,
        days=days,
    )
