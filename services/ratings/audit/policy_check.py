"""Whether pairs were drawn as declared: who was drawn too rarely or too often, found one after the other."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.stats import chi2

from services.ratings.audit.attribution import scaled, standing_out
from services.ratings.audit.evidence import Evidence, evidence
from services.ratings.audit.segments import Layout, Segment
from services.ratings.games import Floats

METHOD = "e-values of sequential draws (Ville 1939), Bonferroni over contenders and directions, step-down"
_SAME = 1e-6


@dataclass(frozen=True, kw_only=True)
class Deviation:
    """A contender drawn in `draws` battles where `expected` were declared (given what was found before it).

    `log10_e_value` is the strongest evidence against the declaration at that point.
    """

    contender: str
    too_few: bool
    draws: int
    expected: float
    log10_e_value: float


@dataclass(frozen=True, kw_only=True)
class PolicyTest:
    """The chi-square of one policy version, for one look: counts of contenders against their expectation.

    `off_policy` counts the draws whose stored probability is not the declared one (or below its floor).
    """

    policy: str
    version: str
    draws: int
    chi_square: float
    degrees: int
    p_value: float
    off_policy: int
    method: str


def deviations(found: Layout, *, alpha: float, undisturbed: bool = True) -> list[Deviation]:
    """Who was not drawn as declared, the clearest first; anybody at all in an honest arena with probability `alpha`.

    Whoever is found is set apart with all its battles, and the rest is tested under the probabilities that are left,
    so that those who took or left its place are not accused too. `undisturbed`: nobody fell silent.
    """
    size, apart, result = len(found.names), frozenset[int](), list[Deviation]()
    level = math.log(2 * size / alpha) if size else math.inf
    while len(apart) < size:
        seen = evidence(found.segments, size, apart=apart, undisturbed=undisturbed)
        both = np.maximum(seen.less, seen.more)
        both[list(apart)] = -math.inf
        strongest = float(both.max())
        if not strongest > level:
            break
        worst = _culprit(found, seen, both, first=undisturbed and not apart)
        draws, expected = _counts(found.segments, worst.number, apart)
        result.append(
            Deviation(
                contender=found.names[worst.number],
                too_few=worst.too_few,
                draws=draws,
                expected=expected,
                log10_e_value=strongest / math.log(10),
            )
        )
        apart |= {worst.number}
    return result


@dataclass(frozen=True, kw_only=True)
class _Culprit:
    number: int
    too_few: bool


def _culprit(found: Layout, seen: Evidence, both: Floats, *, first: bool) -> _Culprit:
    """Who is to blame for evidence that is strong enough: whoever has most of it.

    Under a rule that is not static evidence for too few draws grows slower than for too many; there it is whoever
    stands out most from the median, as long as nobody is set apart.
    """
    if first and any(segment.table() is None for segment in found.segments):
        away = standing_out(found.segments, len(found.names))
        number = int(np.argmax(np.abs(away)))
        return _Culprit(number=number, too_few=bool(away[number] < 0))
    number = int(np.argmax(both))
    return _Culprit(number=number, too_few=bool(seen.less[number] >= seen.more[number]))


def policy_tests(declared: Layout, corrected: Layout) -> list[PolicyTest]:
    """One test for each policy version; a stored probability may fit the declaration, or who was there in fact."""
    groups: dict[tuple[str, str], list[Segment]] = {}
    for segment in declared.segments:
        groups.setdefault((segment.policy.name, segment.policy.version), []).append(segment)
    fits = _fitting(declared) | _fitting(corrected)
    return [
        _test(name, version, parts, off=sum(int(row) not in fits for part in parts for row in part.rows))
        for (name, version), parts in sorted(groups.items())
    ]


def inverse_probability_ratios(found: Layout) -> Floats:
    """(K,) Horvitz-Thompson counts over their expectation from stored probabilities: 1 when drawn as declared."""
    size = len(found.names)
    seen, wanted = np.zeros(size), np.zeros(size)
    for segment in found.segments:
        seen += scaled(segment).total
        wanted += len(segment.rows) * (segment.weights > 0)
    return np.asarray(np.divide(seen, wanted, out=np.full(size, np.nan), where=wanted > 0))


def _fitting(found: Layout) -> set[int]:
    """The draws whose stored probability is what `found` declares, or keeps its floor where it declares no more."""
    rows: set[int] = set()
    for segment in found.segments:
        table = segment.table()
        if table is not None:
            declared = table[segment.first, segment.second]
            right = np.abs(segment.stored - declared) <= _SAME * declared
        else:
            right = (segment.stored >= segment.floor / max(1, segment.pairs) * (1 - _SAME)) & (segment.stored <= 1)
        rows.update(segment.rows[right].tolist())
    return rows


def _test(name: str, version: str, parts: Sequence[Segment], *, off: int) -> PolicyTest:
    size = len(parts[0].weights)
    difference, covariance, static = np.zeros(size), np.zeros((size, size)), True
    for part in parts:
        table = part.table()
        if table is None:
            static = False
            sums, can, n = scaled(part), (part.weights > 0).astype(np.float64), len(part.rows)
            difference += sums.total - n * can
            covariance += sums.products - np.outer(sums.total, can) - np.outer(can, sums.total) + n * np.outer(can, can)
            continue
        share, n = table.sum(axis=1), len(part.rows)
        counts = np.bincount(part.first, minlength=size) + np.bincount(part.second, minlength=size)
        difference += counts - n * share
        covariance += n * (table + np.diag(share) - np.outer(share, share))
    degrees = int(np.linalg.matrix_rank(covariance, hermitian=True))
    statistic = float(difference @ np.linalg.pinv(covariance, hermitian=True) @ difference)
    return PolicyTest(
        policy=name,
        version=version,
        draws=sum(len(part.rows) for part in parts),
        chi_square=statistic,
        degrees=degrees,
        p_value=float(chi2.sf(statistic, degrees)) if degrees else 1.0,
        off_policy=off,
        method="counts against declared shares" if static else "inverse-probability counts from stored probabilities",
    )


def _counts(segments: Sequence[Segment], number: int, apart: frozenset[int]) -> tuple[int, float]:
    """How often it was drawn without those `apart`, and how often it should have been."""
    out, draws, expected = sorted(apart), 0, 0.0
    for segment in segments:
        kept = ~(np.isin(segment.first, out) | np.isin(segment.second, out))
        hit = kept & ((segment.first == number) | (segment.second == number))
        draws += int(hit.sum())
        table = segment.table()
        if table is None:
            ratio = (1.0 / (np.maximum(segment.stored[hit], 1e-300) * max(1, segment.eligible - 1))).sum()
            least = kept.sum() * segment.least_share()[number]
            # hits / ratio estimates the mean of p over what was drawn; without a hit only the floor is known
            expected += float(hit.sum() * kept.sum() / ratio if ratio > 0 else least)
            continue
        table[out, :] = 0.0
        table[:, out] = 0.0
        total = table.sum() / 2
        expected += float(kept.sum() * table[number].sum() / total) if total > 0 else 0.0
    return draws, expected
