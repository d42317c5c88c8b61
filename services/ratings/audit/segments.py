"""The draws, cut where who could be drawn or the rule changed: within a segment the declaration stands still."""

from bisect import bisect_right
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from services.domain.registry_event import RegistryEvent, RegistryEventKind
from services.ratings.audit.declared import floor_of, pair_table
from services.ratings.audit.draw import Draw
from services.ratings.audit.registry_state import Policy, RegistryState
from services.ratings.games import Floats, Integers


@dataclass(frozen=True, kw_only=True)
class Stop:
    """A contender that was not drawn after `after` and before `until` (None: to the end), whatever was declared."""

    contender: str
    after: datetime
    until: datetime | None


@dataclass(frozen=True, kw_only=True)
class Segment:
    """n draws under one declaration.

    `weights` (K,) is 0 for who could not be drawn. `first`, `second`: (n,) indices of contenders; `stored`: (n,) the
    probability stored with each draw; `rows`: (n,) which draws they are, counted over all.
    """

    policy: Policy
    weights: Floats
    first: Integers
    second: Integers
    stored: Floats
    rows: Integers

    @property
    def eligible(self) -> int:
        """How many contenders could be drawn."""
        return int((self.weights > 0).sum())

    @property
    def pairs(self) -> int:
        """How many pairs could be drawn."""
        return self.eligible * (self.eligible - 1) // 2

    @property
    def floor(self) -> float:
        """The declared share of uniform draws (a uniform policy's is 1)."""
        return 1.0 if self.policy.name == "uniform" else floor_of(self.policy.parameters)

    def table(self) -> Floats | None:
        """The declared probabilities of pairs, where the declaration alone gives them."""
        return pair_table(self.policy, self.weights)

    def least_share(self) -> Floats:
        """(K,) a lower bound of each contender's probability to be in a draw: exact where the rule is static."""
        table = self.table()
        if table is not None:
            return np.asarray(table.sum(axis=1))
        return np.where(self.weights > 0, self.floor * 2.0 / max(1, self.eligible), 0.0)


@dataclass(frozen=True, kw_only=True)
class Layout:
    """All that was drawn, in segments.

    `names`: K contenders; `strays` counts the draws of those who could not be drawn then, by name; `early` those
    before the registry's history begins; `undeclared` those under another policy than the declared one, by policy.
    Strays and early draws are in no segment.
    """

    names: tuple[str, ...]
    segments: tuple[Segment, ...]
    strays: Mapping[str, int]
    early: int
    undeclared: Mapping[str, int]


@dataclass(frozen=True, kw_only=True)
class _Epoch:
    weights: Mapping[str, float]
    policy: Policy | None


def layout(draws: Sequence[Draw], events: Sequence[RegistryEvent], *, stops: Sequence[Stop] = ()) -> Layout:
    """The segments of `draws` (in order of time) under the history `events`, with `stops` taken as removals."""
    starts, epochs = _epochs(events, stops)
    declared = _policies(events)
    names = sorted({name for epoch in epochs for name in epoch.weights})
    index = {name: i for i, name in enumerate(names)}
    strays: Counter[str] = Counter()
    undeclared: Counter[str] = Counter()
    groups: dict[tuple[int, str, str], list[int]] = {}
    early = 0
    for row, draw in enumerate(draws):
        number = bisect_right(starts, draw.at) - 1
        if number < 0:
            early += 1
            continue
        epoch = epochs[number]
        if epoch.policy is not None and (draw.policy, draw.policy_version) not in _names(epoch.policy):
            undeclared[f"{draw.policy} {draw.policy_version}".strip()] += 1
        absent = [name for name in (draw.contender_a, draw.contender_b) if not epoch.weights.get(name)]
        strays.update(absent)
        if not absent:
            groups.setdefault((number, draw.policy, draw.policy_version), []).append(row)
    segments = [
        _segment(draws, rows, epochs[number], declared.get((name, version), Policy(name=name, version=version)), index)
        for (number, name, version), rows in groups.items()
    ]
    return Layout(names=tuple(names), segments=tuple(segments), strays=strays, early=early, undeclared=undeclared)


def _segment(
    draws: Sequence[Draw], rows: Sequence[int], epoch: _Epoch, policy: Policy, index: Mapping[str, int]
) -> Segment:
    weights = np.zeros(len(index))
    for name, weight in epoch.weights.items():
        weights[index[name]] = weight
    return Segment(
        policy=policy,
        weights=weights,
        first=np.array([index[draws[row].contender_a] for row in rows], dtype=np.int64),
        second=np.array([index[draws[row].contender_b] for row in rows], dtype=np.int64),
        stored=np.array([draws[row].pair_probability for row in rows], dtype=np.float64),
        rows=np.array(rows, dtype=np.int64),
    )


def _policies(events: Sequence[RegistryEvent]) -> dict[tuple[str, str], Policy]:
    found = dict[tuple[str, str], Policy]()
    for event in events:
        if event.kind is RegistryEventKind.POLICY:
            policy = Policy.declared(event.details)
            found |= {(one.name, one.version): one for one in (policy.fallback, policy) if one is not None}
    return found


def _names(policy: Policy) -> set[tuple[str, str]]:
    return {(one.name, one.version) for one in (policy, policy.fallback) if one is not None}


def _epochs(events: Sequence[RegistryEvent], stops: Sequence[Stop]) -> tuple[list[datetime], list[_Epoch]]:
    """When each epoch begins, and what it says; two at the same moment are one, the later."""
    ordered = sorted(events, key=lambda event: (event.at, event.sequence))
    times = {event.at for event in ordered}
    if ordered:
        bounds = {time for stop in stops for time in (stop.after, stop.until) if time is not None}
        times |= {time for time in bounds if time >= ordered[0].at}
    state, at, starts, epochs = RegistryState(), 0, list[datetime](), list[_Epoch]()
    for time in sorted(times):
        while at < len(ordered) and ordered[at].at <= time:
            state, at = state.after(ordered[at]), at + 1
        halted = {stop.contender for stop in stops if stop.after <= time and (stop.until is None or time < stop.until)}
        weights = {
            name: entry.weight if entry.eligible and name not in halted else 0.0
            for name, entry in state.entries.items()
        }
        epoch = _Epoch(weights=weights, policy=state.policy)
        if not epochs or epoch != epochs[-1]:
            starts.append(time)
            epochs.append(epoch)
    return starts, epochs
