"""How good are the votes? One report for whoever runs the arena: persons under pseudonyms, agreement, flags."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from statistics import median

from services.arena.vote_quality import Evidence, QualityRules, evidence_of, flags_by_rules, in_time
from services.domain.vote_record import Flag, FlagCode, VoteRecord
from services.ratings.anomalies import VoterFinding
from services.ratings.consistency import Consistency, consistency, repeated
from services.ratings.signals import SeatFinding

COMPUTED = frozenset(
    {
        FlagCode.ANOMALOUS_VOTER,
        FlagCode.REPEATED_PROMPT,
        FlagCode.TOO_FAST,
        FlagCode.UNTRIED,
        FlagCode.SAME_SEAT,
        FlagCode.BURST,
    }
)
"""Flags that follow from the records alone, so that the report computes them again."""


@dataclass(frozen=True, kw_only=True)
class VoterQuality:
    """One person: all votes, how much of them counts, and what is noticed.

    `finding` is None for those without a blind vote, `seat` without a decided one, `median_dwell_seconds` where no
    dwell is known. `repeats` votes were given twice by this person, `repeats_agreed` of them alike.
    """

    voter: str
    votes: int
    weight: float
    finding: VoterFinding | None
    anomalous: bool
    seat: SeatFinding | None
    one_sided: bool
    median_dwell_seconds: float | None
    repeats: int
    repeats_agreed: int
    flags: Mapping[str, int]


@dataclass(frozen=True, kw_only=True)
class QualityReport:
    """Everything that is known of the quality of human votes.

    `votes` includes nulls and those kept out; `counted` is how many boards use, `weight` what these weigh together.
    `flags` counts votes by flag. `voters` are in order of evidence, the strongest first. `candidates` is how many
    voters were judged at level `alpha`.
    """

    votes: int
    nameless_votes: int
    counted: int
    weight: float
    alpha: float
    candidates: int
    flags: Mapping[str, int]
    voters: tuple[VoterQuality, ...]
    agreement: Consistency


def report(records: Sequence[VoteRecord], *, rules: QualityRules, seed: int) -> QualityReport:
    """The report on the human votes among `records`.

    Flags that follow from the records (`COMPUTED`) are computed again; all others are taken as records bear them.
    """
    ordered = in_time(records)
    leaked = {record.id: flag for record in ordered for flag in record.flags if flag.code is FlagCode.IDENTITY_LEAK}
    evidence = evidence_of(ordered, leaked, rules)
    flags = flags_by_rules(ordered, leaked, rules, evidence)
    fresh = [replace(record, flags=_merged(record.flags, flags[record.id])) for record in ordered]
    counted = [record for record in fresh if record.counted]
    return QualityReport(
        votes=len(fresh),
        nameless_votes=sum(not record.voter for record in fresh),
        counted=len(counted),
        weight=sum(record.weight for record in counted),
        alpha=rules.alpha,
        candidates=sum(finding.votes >= rules.least_votes for finding in evidence.findings.values()),
        flags=_by_code(fresh),
        voters=_voters(fresh, evidence),
        agreement=consistency(fresh, seed=seed),
    )


def _merged(stored: Iterable[Flag], computed: Iterable[Flag]) -> tuple[Flag, ...]:
    kept = [flag for flag in stored if flag.code not in COMPUTED]
    return (*kept, *(flag for flag in computed if flag.code in COMPUTED))


def _by_code(records: Iterable[VoteRecord]) -> dict[str, int]:
    counts = Counter(code.value for record in records for code in {flag.code for flag in record.flags})
    return {code.value: counts[code.value] for code in FlagCode}


def _voters(records: Sequence[VoteRecord], evidence: Evidence) -> tuple[VoterQuality, ...]:
    votes: dict[str, list[VoteRecord]] = {}
    for record in records:
        if record.voter:
            votes.setdefault(record.voter, []).append(record)
    again: dict[str, list[bool]] = {}
    for row in repeated(records):
        if row.same_voter:
            again.setdefault(row.first.voter, []).append(row.first.winner is row.second_winner)
    rows = [_voter(voter, own, evidence, again.get(voter, [])) for voter, own in votes.items()]
    return tuple(sorted(rows, key=lambda row: (-(row.finding.combined if row.finding else 0.0), row.voter)))


def _voter(voter: str, records: Sequence[VoteRecord], evidence: Evidence, again: Sequence[bool]) -> VoterQuality:
    dwells = [record.dwell_seconds for record in records if record.dwell_seconds is not None]
    return VoterQuality(
        voter=voter,
        votes=len(records),
        weight=sum(record.weight for record in records if record.counted),
        finding=evidence.findings.get(voter),
        anomalous=voter in evidence.anomalous,
        seat=evidence.seats.finding(voter),
        one_sided=voter in evidence.one_sided,
        median_dwell_seconds=median(dwells) if dwells else None,
        repeats=len(again),
        repeats_agreed=sum(again),
        flags={code: count for code, count in _by_code(records).items() if count},
    )
