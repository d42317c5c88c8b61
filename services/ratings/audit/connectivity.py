"""Whether the contenders that are left are still compared with each other."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from services.domain.vote_record import VoteRecord
from services.ratings.audit.finding import Code, Finding, Severity
from services.ratings.audit.registry_state import Entry


@dataclass(frozen=True, kw_only=True)
class Connectivity:
    """The parts of the graph of counted comparisons among contenders that can be drawn (those with any comparison).

    `with_removed` is how many parts there are when those that went still link the others, `missed` who of them is
    enough alone to link some parts again.
    """

    parts: tuple[tuple[str, ...], ...]
    with_removed: int
    missed: tuple[str, ...]


def connectivity(entries: Mapping[str, Entry], records: Sequence[VoteRecord], *, silent: Iterable[str]) -> Connectivity:
    """The graph now; contenders in `silent` count as gone."""
    edges = {(record.contender_a, record.contender_b) for record in records if record.counted}
    compared = {name for edge in edges for name in edge}
    quiet = set(silent)
    here = {name for name in compared if name in entries and entries[name].eligible and name not in quiet}
    gone = compared - here
    parts = _parts(here, edges)
    missed = [name for name in sorted(gone) if _joined(here, {name}, edges) < len(parts)] if len(parts) > 1 else []
    return Connectivity(parts=parts, with_removed=_joined(here, gone, edges), missed=tuple(missed))


def connectivity_findings(found: Connectivity) -> list[Finding]:
    """Removals that have cut the graph; a young graph that never hung together is no finding."""
    count = len(found.parts)
    if count <= found.with_removed:
        return []
    who = ", ".join(found.missed) or "several contenders"
    return [
        Finding(
            code=Code.DISCONNECTED,
            severity=Severity.WARNING,
            subject=who,
            sentence=f"Without {who} the contenders fall into {count} groups that were never compared directly: "
            "their order rests on those that are gone.",
            numbers={"parts": count, "parts_with_removed": found.with_removed},
            method="connected components of counted comparisons",
        )
    ]


def _joined(here: set[str], linking: set[str], edges: set[tuple[str, str]]) -> int:
    """How many parts those `here` form when `linking` stand between them."""
    return sum(not here.isdisjoint(part) for part in _parts(here | linking, edges))


def _parts(names: set[str], edges: Iterable[tuple[str, str]]) -> tuple[tuple[str, ...], ...]:
    leader = {name: name for name in names}

    def top(name: str) -> str:
        while leader[name] != name:
            leader[name] = leader[leader[name]]
            name = leader[name]
        return name

    for first, second in edges:
        if first in leader and second in leader:
            leader[top(first)] = top(second)
    groups: dict[str, list[str]] = {}
    for name in sorted(names):
        groups.setdefault(top(name), []).append(name)
    return tuple(sorted((tuple(group) for group in groups.values()), key=lambda group: (-len(group), group)))
