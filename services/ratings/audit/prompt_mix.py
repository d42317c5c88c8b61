"""Whether people asked for other things after a removal than before: Bradley-Terry takes it that they do not."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
from scipy.stats import chi2_contingency

from services.domain.vote_record import VoteRecord
from services.ratings.audit.finding import Code, Finding, Severity

METHOD = (
    "chi-square of categories before and after, one judgement for each voter (or prompt) and side; "
    "Bonferroni over all removals"
)
LEAST = 30
"""Independent judgements needed on each side."""
_LEAST_EXPECTED = 5.0


@dataclass(frozen=True, kw_only=True)
class Drift:
    """The categories around a removal: `before` and `after` count independent judgements.

    `effect` is Cramér's V: 0 for the same mix, 1 for nothing in common.
    """

    contender: str
    at: datetime
    before: int
    after: int
    chi_square: float
    degrees: int
    p_value: float
    effect: float


def drifts(
    records: Sequence[VoteRecord], removed: Iterable[tuple[str, datetime]], *, window_days: float
) -> tuple[Drift, ...]:
    """One row for each removal with enough judgements on both sides; several on the same day are one."""
    window, days, rows = timedelta(days=window_days), dict[str, tuple[list[str], datetime]](), list[Drift]()
    for name, at in removed:
        days.setdefault(f"{at:%Y-%m-%d}", ([], at))[0].append(name)
    for names, at in days.values():
        before = _categories(record for record in records if at - window <= record.created_at < at)
        after = _categories(record for record in records if at <= record.created_at < at + window)
        found = _compared(", ".join(names), at, before, after)
        if found is not None:
            rows.append(found)
    return tuple(rows)


def drift_findings(found: Sequence[Drift], *, alpha: float) -> list[Finding]:
    """The removals around which the mix changed by more than chance."""
    return [
        Finding(
            code=Code.PROMPT_MIX_CHANGED,
            severity=Severity.NOTE,
            subject=row.contender,
            sentence=f"The mix of prompts changed when {row.contender} went on {row.at:%Y-%m-%d}: judgements before "
            "and after are not of the same things.",
            numbers={
                "before": row.before,
                "after": row.after,
                "chi_square": row.chi_square,
                "p_value": row.p_value,
                "cramers_v": row.effect,
            },
            method=METHOD,
        )
        for row in found
        if row.p_value <= alpha / len(found)
    ]


def _categories(records: Iterable[VoteRecord]) -> Counter[str]:
    """The category of the first judgement of each cluster: those of one person are not independent."""
    firsts: dict[str, VoteRecord] = {}
    for record in records:
        known = firsts.get(record.cluster)
        if record.category and (known is None or record.created_at < known.created_at):
            firsts[record.cluster] = record
    return Counter(record.category for record in firsts.values())


def _compared(name: str, at: datetime, before: Counter[str], after: Counter[str]) -> Drift | None:
    if min(before.total(), after.total()) < LEAST:
        return None
    least = min(before.total(), after.total()) / (before.total() + after.total())
    both = before + after
    common = [category for category, count in sorted(both.items()) if count * least >= _LEAST_EXPECTED]
    rare = [category for category in both if category not in common]
    columns = [[category] for category in common] + ([rare] if rare else [])
    table = np.array([[sum(side[c] for c in column) for column in columns] for side in (before, after)])
    if len(columns) < 2:
        return None
    tested = chi2_contingency(table, correction=False)
    return Drift(
        contender=name,
        at=at,
        before=before.total(),
        after=after.total(),
        chi_square=float(tested.statistic),
        degrees=int(tested.dof),
        p_value=float(tested.pvalue),
        effect=float(np.sqrt(tested.statistic / table.sum())),
    )
