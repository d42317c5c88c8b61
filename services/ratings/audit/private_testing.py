"""What each provider tried in private, what it then showed, and what that choice can be worth."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from services.domain.vote_record import VoteRecord
from services.ratings.audit.best_of_n import Inflation, exchangeable_error, inflation
from services.ratings.audit.finding import Code, Finding, Severity
from services.ratings.audit.ranking import Ranking
from services.ratings.audit.registry_state import Entry
from services.ratings.bradley_terry import POINTS_PER_LOGIT

METHOD = "registry events; best-of-N of normal ratings whose standard error is that of the Bradley-Terry fit"


@dataclass(frozen=True, kw_only=True)
class PrivateFamily:
    """The private variants of one family of one provider, by what became of them.

    `gone` were taken away before their standing was shown. `inflation` is what showing the best of all is worth when
    they are equally good; None without two rated variants. `lead` is how far the best rated variant stands above
    their mean, in points.
    """

    provider: str
    family: str
    variants: int
    shown: int
    gone: int
    waiting: int
    judgements: int
    inflation: Inflation | None
    lead: float | None


def private_families(
    entries: Mapping[str, Entry], records: Sequence[VoteRecord], found: Ranking | None
) -> tuple[PrivateFamily, ...]:
    """Every family with a private variant, by provider and family."""
    groups: dict[tuple[str, str], list[Entry]] = {}
    for entry in entries.values():
        if entry.began_private:
            groups.setdefault((entry.owner, entry.family), []).append(entry)
    return tuple(
        _family(owner, family, variants, records, found) for (owner, family), variants in sorted(groups.items())
    )


def private_findings(families: Sequence[PrivateFamily], *, cap: int) -> list[Finding]:
    """Providers that tried more than `cap` variants of a family, or showed some and took the others away."""
    return [finding for row in families for finding in (_selective(row), _too_many(row, cap)) if finding is not None]


def _family(
    owner: str, family: str, variants: Sequence[Entry], records: Sequence[VoteRecord], found: Ranking | None
) -> PrivateFamily:
    names = {entry.name for entry in variants}
    shown = sum(entry.public for entry in variants)
    waiting = sum(entry.configured and not entry.public for entry in variants)
    luck, lead = _worth(names, found)
    return PrivateFamily(
        provider=owner,
        family=family,
        variants=len(variants),
        shown=shown,
        gone=len(variants) - shown - waiting,
        waiting=waiting,
        judgements=sum(r.counted and not names.isdisjoint((r.contender_a, r.contender_b)) for r in records),
        inflation=luck,
        lead=lead,
    )


def _worth(names: set[str], found: Ranking | None) -> tuple[Inflation | None, float | None]:
    rated = [number for number, name in enumerate(found.games.names) if name in names] if found else []
    if found is None or len(rated) < 2:
        return None, None
    chosen = np.array(rated)
    covariance = POINTS_PER_LOGIT**2 * found.fitted.inverse_hessian[np.ix_(chosen, chosen)]
    scores = POINTS_PER_LOGIT * found.fitted.theta[chosen]
    return inflation(len(names), exchangeable_error(covariance)), float(scores.max() - scores.mean())


def _selective(row: PrivateFamily) -> Finding | None:
    if row.variants < 2 or not row.gone or not row.shown:
        return None
    luck = row.inflation
    worth = f", which is worth {luck.points:.1f} rating points to equally good ones" if luck else ""
    numbers: dict[str, float] = {"variants": row.variants, "shown": row.shown, "gone": row.gone}
    if luck and row.lead is not None:
        numbers |= {
            "inflation_points": luck.points,
            "inflation_deviation": luck.deviation,
            "standard_error": luck.standard_error,
            "lead_points": row.lead,
        }
    return Finding(
        code=Code.SELECTIVE_PUBLICATION,
        severity=Severity.VIOLATION,
        subject=row.provider,
        sentence=f"{row.provider} tried {row.variants} private variants of {row.family or 'one family'}, showed "
        f"{row.shown} and took {row.gone} away unseen{worth}.",
        numbers=numbers,
        method=METHOD,
    )


def _too_many(row: PrivateFamily, cap: int) -> Finding | None:
    if row.variants <= cap:
        return None
    return Finding(
        code=Code.TOO_MANY_PRIVATE,
        severity=Severity.VIOLATION,
        subject=row.provider,
        sentence=f"{row.provider} tried {row.variants} private variants of {row.family or 'one family'}; "
        f"{cap} are allowed.",
        numbers={"variants": row.variants, "cap": cap},
        method="registry events",
    )
