"""Who went, how, and whether it was announced; the same rule for every licence class."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from scipy.stats import fisher_exact

from services.domain.registry_event import RegistryEvent, RegistryEventKind
from services.ratings.audit.finding import Code, Finding, Severity
from services.ratings.audit.licence_class import LicenceClass
from services.ratings.audit.registry_state import Entry, RegistryState
from services.ratings.audit.rules import AuditRules
from services.ratings.audit.silence import METHOD as SILENCE_METHOD
from services.ratings.audit.silence import Silence

_Kind = RegistryEventKind


@dataclass(frozen=True, kw_only=True)
class Removal:
    """A public contender that went. `announced_at` is None when nothing was said before `at`.

    `silent`: the registry says nothing at all, only the draws tell. `by_rule`: it had votes enough, and newer ones of
    its family; the rule asks for nothing else.
    """

    contender: str
    provider: str
    licence_class: LicenceClass
    at: datetime
    announced_at: datetime | None
    silent: bool
    reason: str
    by_rule: bool = False


@dataclass(frozen=True, kw_only=True)
class ClassRemovals:
    """Public contenders of a licence class, and how those that went did so."""

    licence_class: LicenceClass
    public: int
    announced: int
    unannounced: int
    silent: int
    by_rule: int


def removals(
    events: Sequence[RegistryEvent],
    silences: Sequence[Silence],
    votes: Mapping[str, Sequence[datetime]],
    rules: AuditRules,
) -> tuple[Removal, ...]:
    """Every removal of a public contender, in order of time; a retirement is one, though nothing follows it.

    `votes` are the times of each contender's counted judgements.
    """
    state, found = RegistryState(), list[Removal]()
    for event in events:
        known = state.entries.get(event.contender)
        going = known is not None and known.public and known.configured and known.retired_at is None
        if known is not None and going and event.kind in (_Kind.REMOVED, _Kind.RETIRED):
            announced = event.at if event.kind is _Kind.RETIRED else None
            by_rule = retirable(state, event.contender, _before(votes, event.contender, event.at), rules)
            found.append(_removal(known, event, announced, by_rule=by_rule))
        state = state.after(event)
    for silence in silences:
        entry = state.entries.get(silence.stop.contender)
        if entry is not None and entry.public:
            found.append(_silently(entry, silence.stop.after))
    return tuple(sorted(found, key=lambda row: (row.at, row.contender)))


def retirable(state: RegistryState, name: str, votes: int, rules: AuditRules) -> bool:
    """Whether the rule lets `name` be retired: its votes and the newer ones of its family, never its licence."""
    entry = state.entries[name]
    newer = sum(
        other.owner == entry.owner
        and other.family == entry.family
        and other.public
        and other.eligible
        and other.registered_at is not None
        and entry.registered_at is not None
        and other.registered_at > entry.registered_at
        for other in state.entries.values()
    )
    return votes >= rules.retire_votes and newer >= rules.retire_newer


def by_licence_class(entries: Sequence[Entry], found: Sequence[Removal]) -> tuple[ClassRemovals, ...]:
    """One row for each class that has public contenders."""
    rows = []
    for kind in LicenceClass:
        names = {entry.name for entry in entries if entry.licence_class is kind and entry.public}
        gone = [row for row in found if row.contender in names]
        rows.append(
            ClassRemovals(
                licence_class=kind,
                public=len(names),
                announced=len({row.contender for row in gone if row.announced_at is not None}),
                unannounced=len({row.contender for row in gone if row.announced_at is None and not row.silent}),
                silent=len({row.contender for row in gone if row.silent}),
                by_rule=len({row.contender for row in gone if row.by_rule}),
            )
        )
    return tuple(row for row in rows if row.public)


def removal_findings(
    events: Sequence[RegistryEvent],
    silences: Sequence[Silence],
    classes: Sequence[ClassRemovals],
    *,
    notice_days: float,
    alpha: float,
) -> list[Finding]:
    """Silence, missing notice, standings taken back, and a difference between open and proprietary contenders."""
    result = [_silent(row) for row in silences]
    state = RegistryState()
    for event in events:
        known = state.entries.get(event.contender)
        if known is not None and known.configured and known.public:
            if event.kind is _Kind.RETRACTED:
                result.append(_taken_back(event))
            if event.kind is _Kind.REMOVED:
                result += _unannounced(known, event, notice_days)
        state = state.after(event)
    return result + _unequal(classes, alpha)


def _before(votes: Mapping[str, Sequence[datetime]], name: str, at: datetime) -> int:
    return sum(time <= at for time in votes.get(name, ()))


def _removal(entry: Entry, event: RegistryEvent, announced: datetime | None, *, by_rule: bool) -> Removal:
    return Removal(
        contender=entry.name,
        provider=entry.owner,
        licence_class=entry.licence_class,
        at=event.at,
        announced_at=announced,
        silent=False,
        reason=event.details.get("reason", ""),
        by_rule=by_rule,
    )


def _silently(entry: Entry, at: datetime) -> Removal:
    return Removal(
        contender=entry.name,
        provider=entry.owner,
        licence_class=entry.licence_class,
        at=at,
        announced_at=None,
        silent=True,
        reason="",
    )


def _silent(row: Silence) -> Finding:
    name, until = row.stop.contender, row.stop.until
    end = f"until {until:%Y-%m-%d}" if until else "ever since"
    return Finding(
        code=Code.SILENT_REMOVAL,
        severity=Severity.VIOLATION,
        subject=name,
        sentence=f"{name} was in none of {row.draws} battles from {row.stop.after:%Y-%m-%d} {end}, after a share of "
        f"{row.earlier_share:.1%}; nothing was announced.",
        numbers={
            "draws": row.draws,
            "earlier_share": row.earlier_share,
            "log10_probability": row.log10_probability,
        },
        method=SILENCE_METHOD,
    )


def _taken_back(event: RegistryEvent) -> Finding:
    return Finding(
        code=Code.RETRACTED_AFTER_PUBLICATION,
        severity=Severity.VIOLATION,
        subject=event.contender,
        sentence=f"{event.contender} was retracted on {event.at:%Y-%m-%d} although its standing had been shown.",
        numbers={"sequence": event.sequence},
        method="registry events",
    )


def _unannounced(entry: Entry, event: RegistryEvent, notice_days: float) -> list[Finding]:
    noticed = entry.retired_at
    if noticed is not None and event.at - noticed >= timedelta(days=notice_days):
        return []
    said = "without notice" if noticed is None else f"with a notice of {(event.at - noticed).days} days"
    days = -1.0 if noticed is None else (event.at - noticed).total_seconds() / 86_400
    return [
        Finding(
            code=Code.REMOVED_WITHOUT_NOTICE,
            severity=Severity.WARNING,
            subject=entry.name,
            sentence=f"{entry.name} was removed on {event.at:%Y-%m-%d} {said}.",
            numbers={"notice_days": days, "needed_days": notice_days},
            method="registry events",
        )
    ]


def _unequal(classes: Sequence[ClassRemovals], alpha: float) -> list[Finding]:
    counts = {row.licence_class: row for row in classes}
    if not {LicenceClass.OPEN, LicenceClass.PROPRIETARY} <= set(counts):
        return []
    table = []
    for kind in (LicenceClass.OPEN, LicenceClass.PROPRIETARY):
        row = counts[kind]
        quiet = min(row.public, row.unannounced + row.silent)
        table.append([quiet, row.public - quiet])
    chance = float(fisher_exact(table).pvalue)
    if chance > alpha:
        return []
    return [
        Finding(
            code=Code.UNEQUAL_REMOVAL,
            severity=Severity.WARNING,
            subject="licence classes",
            sentence=f"{table[0][0]} of {sum(table[0])} open and {table[1][0]} of {sum(table[1])} proprietary "
            "contenders went without notice.",
            numbers={"open": table[0][0], "proprietary": table[1][0], "p_value": chance},
            method="Fisher's exact test, two-sided",
        )
    ]
