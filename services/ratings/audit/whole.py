"""The whole audit: one report from the registry's history, the drawn battles and the judgements."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from services.domain.registry_event import RegistryEvent
from services.domain.vote_record import VoteRecord
from services.ratings.audit.connectivity import Connectivity, connectivity, connectivity_findings
from services.ratings.audit.data_access import (
    ProviderAccess,
    Repetition,
    access,
    access_findings,
    repetitions,
)
from services.ratings.audit.deletions import Deletion, PublishedSnapshot, deletions, published
from services.ratings.audit.draw import Draw
from services.ratings.audit.finding import Code, Finding, Severity
from services.ratings.audit.policy_check import PolicyTest, deviations, inverse_probability_ratios, policy_tests
from services.ratings.audit.private_testing import PrivateFamily, private_families, private_findings
from services.ratings.audit.prompt_mix import Drift, drift_findings, drifts
from services.ratings.audit.ranking import as_if_shown, fragile_pairs, ranking
from services.ratings.audit.registry_state import RegistryState, replay
from services.ratings.audit.removals import ClassRemovals, Removal, by_licence_class, removal_findings, removals
from services.ratings.audit.rules import AuditRules
from services.ratings.audit.sampling_findings import sampling_findings
from services.ratings.audit.segments import Layout, layout
from services.ratings.audit.shares import Shares, shares
from services.ratings.audit.silence import silences
from services.ratings.fragility import Fragility

_ORDER = (Severity.VIOLATION, Severity.WARNING, Severity.NOTE)


@dataclass(frozen=True, kw_only=True)
class DeclaredShare:
    """A contender's draws while it could be drawn, against the stored probabilities: a ratio of 1 is as declared."""

    contender: str
    ratio: float


@dataclass(frozen=True, kw_only=True)
class AuditReport:
    """Everything the audit saw; `findings` is empty where all is as declared, the gravest first otherwise.

    `early_draws` were drawn before the registry's history begins and are not tested.
    """

    computed_at: datetime
    rules: AuditRules
    events: int
    draws: int
    early_draws: int
    judgements: int
    findings: tuple[Finding, ...]
    shares: Shares
    declared: tuple[DeclaredShare, ...]
    policies: tuple[PolicyTest, ...]
    private: tuple[PrivateFamily, ...]
    removals: tuple[Removal, ...]
    removals_by_class: tuple[ClassRemovals, ...]
    connectivity: Connectivity
    fragility: tuple[Fragility, ...]
    drifts: tuple[Drift, ...]
    access: tuple[ProviderAccess, ...]
    repetitions: tuple[Repetition, ...]
    deletions: tuple[Deletion, ...]
    snapshots: tuple[PublishedSnapshot, ...]
    notes: tuple[str, ...]


def audit(
    events: Sequence[RegistryEvent],
    draws: Sequence[Draw],
    records: Sequence[VoteRecord],
    *,
    rules: AuditRules,
    now: datetime,
) -> AuditReport:
    """The report on everything up to `now`; an arena that keeps to its word is accused of something with
    probability `rules.false_alarm` at most (of chance; what the registry itself tells is not left to chance).

    Raises:
        ValueError: the history holds what is no number where one belongs.
    """
    told = sorted((event for event in events if event.at <= now), key=lambda event: event.sequence)
    drawn = sorted((draw for draw in draws if draw.at <= now), key=lambda draw: draw.at)
    judged = [record for record in records if record.created_at <= now]
    state = replay(told)
    declared = layout(drawn, told)
    quiet = silences(drawn, declared, alpha=rules.alpha)
    corrected = layout(drawn, told, stops=[row.stop for row in quiet])
    tests = policy_tests(declared, corrected)
    shown = as_if_shown(judged)
    board = ranking(judged)
    families = private_families(state.entries, shown, ranking(shown) if shown != judged else board)
    gone = removals(told, quiet, _vote_times(judged), rules)
    classes = by_licence_class(list(state.entries.values()), gone)
    graph = connectivity(state.entries, judged, silent=[row.stop.contender for row in quiet if row.stop.until is None])
    mixes = drifts(judged, [(row.contender, row.at) for row in gone], window_days=rules.window_days)
    seen = access(told, judged, state.entries)
    findings = [
        *private_findings(families, cap=rules.private_variants),
        *removal_findings(told, quiet, classes, notice_days=rules.notice_days, alpha=rules.alpha),
        *sampling_findings(
            deviations(corrected, alpha=rules.alpha, undisturbed=not quiet),
            tests,
            declared,
            state.entries,
            strays=rules.strays,
        ),
        *connectivity_findings(graph),
        *drift_findings(mixes, alpha=rules.alpha),
        *access_findings(seen),
        *_broken(state),
    ]
    return AuditReport(
        computed_at=now,
        rules=rules,
        events=len(told),
        draws=len(drawn),
        early_draws=declared.early,
        judgements=len(judged),
        findings=tuple(sorted(findings, key=lambda row: (_ORDER.index(row.severity), row.code, row.subject))),
        shares=shares(drawn, state.entries),
        declared=_declared(declared),
        policies=tuple(tests),
        private=families,
        removals=gone,
        removals_by_class=classes,
        connectivity=graph,
        fragility=fragile_pairs(board, state.entries),
        drifts=mixes,
        access=seen,
        repetitions=repetitions(judged),
        deletions=deletions(told),
        snapshots=published(told),
        notes=_notes(told, declared, tests),
    )


def _vote_times(records: Sequence[VoteRecord]) -> dict[str, list[datetime]]:
    times: dict[str, list[datetime]] = {}
    for record in records:
        if record.counted:
            for name in (record.contender_a, record.contender_b):
                times.setdefault(name, []).append(record.created_at)
    return times


def _declared(found: Layout) -> tuple[DeclaredShare, ...]:
    ratios = inverse_probability_ratios(found)
    return tuple(
        DeclaredShare(contender=name, ratio=float(ratio))
        for name, ratio in zip(found.names, ratios, strict=True)
        if ratio == ratio  # noqa: PLR0124  not a number: could never be drawn
    )


def _broken(state: RegistryState) -> list[Finding]:
    if not state.problems:
        return []
    return [
        Finding(
            code=Code.BROKEN_HISTORY,
            severity=Severity.WARNING,
            subject="registry",
            sentence=f"The registry's history does not fit together in {len(state.problems)} places: "
            f"{state.problems[0]}",
            numbers={"problems": len(state.problems)},
            method="replay of the registry events",
        )
    ]


def _notes(events: Sequence[RegistryEvent], found: Layout, tests: Sequence[PolicyTest]) -> tuple[str, ...]:
    notes = []
    if not events:
        notes.append("The registry has no history: nothing was declared that draws could be held against.")
    if found.early:
        notes.append(f"{found.early} draws are older than the registry's history and were not tested.")
    adaptive = [test.policy for test in tests if test.method.startswith("inverse")]
    if adaptive:
        notes.append(
            f"What {', '.join(sorted(set(adaptive)))} draws depends on earlier battles or votes: it was tested against "
            "the stored probabilities and the declared floor, not against probabilities computed again."
        )
    return tuple(notes)
