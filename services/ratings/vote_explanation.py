"""What goes with votes: strengths, how answers look, and what their programs did, in one fit.

This describes; it controls nothing away from any board. Effects of a run are quality: that people prefer programs that
work is what an arena is for. The fit is `style_fit.fit_styled`, its features (a - b) / (a + b) in units of their
standard deviation.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from services.domain.judgement import Source
from services.domain.vote_record import VoteRecord
from services.ratings.bradley_terry import POINTS_PER_LOGIT
from services.ratings.features import relative, z_score
from services.ratings.games import Comparison, Floats, Games, games_from
from services.ratings.rows import clustering, rows_of
from services.ratings.style_fit import Coefficient, StyledFit, fit_styled

METHOD = "bradley-terry with features of style and of the run, (a-b)/(a+b) in standard deviations, clustered by {unit}"
HIGH_INFLATION = 10.0
_TINY = 1e-6


class FeatureKind(StrEnum):
    """Whether a feature is of the answer's look, or of what happened when it ran."""

    STYLE = "style"
    EFFECT = "effect"


@dataclass(frozen=True, kw_only=True)
class Influence:
    """What one standard deviation more of a feature adds to the logit of winning, with its clustered 95 % interval.

    `unit`: one standard deviation of (a - b) / (a + b). `known`: votes in which both sides have it; the others count
    as no difference. `inflation` from 10 on: it cannot be told from the other features.
    """

    feature: str
    kind: FeatureKind
    value: float
    low: float
    high: float
    inflation: float
    unit: float
    known: int


@dataclass(frozen=True, kw_only=True)
class Moved:
    """A contender's points around a mean of 0: without features, and with all of them held equal."""

    contender: str
    plain: float
    explained: float
    change: float
    change_low: float
    change_high: float


@dataclass(frozen=True, kw_only=True)
class Explanation:
    """The influences, strongest first; `left_out` says for each feature that is not there why."""

    influences: tuple[Influence, ...]
    contenders: tuple[Moved, ...]
    left_out: Mapping[str, str]
    votes: int
    clusters: int
    method: str
    notes: tuple[str, ...]


def explain(records: Sequence[VoteRecord], *, source: Source, features: Sequence[str] | None = None) -> Explanation:
    """What goes with the counted `records` of one source; `features` None means all that they carry.

    Votes without any fact of a side are left out and counted in a note. A feature that never differs, or that others
    make up, is left out and named.

    Raises:
        ValueError: no vote has facts of both sides.
        ArithmeticError: features foretell the votes so well that no finite answer exists; name fewer of them.
    """
    counted = [record for record in records if record.counted]
    used = [record for record in counted if record.side_a.style and record.side_b.style]
    if not used:
        raise ValueError("No counted vote has facts of both sides' answers.")
    chosen = clustering(rows_of(used), source)
    games = _games(used, unit=chosen.unit)
    columns = _columns(used, features)
    columns, left_out = _told_apart(games, columns)
    fitted = fit_styled(games, {name: column.values for name, column in columns.items()})
    notes = list(chosen.notes)
    if len(used) < len(counted):
        notes.append(f"{len(counted) - len(used)} vote(s) without facts of both sides were left out.")
    return Explanation(
        influences=_influences(fitted.coefficients, columns),
        contenders=_moved(fitted, games.names),
        left_out=left_out,
        votes=len(used),
        clusters=fitted.clusters,
        method=METHOD.format(unit=chosen.unit),
        notes=tuple(notes),
    )


@dataclass(frozen=True, kw_only=True)
class _Column:
    kind: FeatureKind
    values: Floats
    unit: float
    known: int


def _games(records: Sequence[VoteRecord], *, unit: str) -> Games:
    return games_from(
        [
            Comparison(
                contender_a=record.contender_a,
                contender_b=record.contender_b,
                winner=record.winner,
                cluster=record.battle_id if unit == "battle" else record.cluster,
                weight=record.weight,
            )
            for record in records
            if record.winner is not None
        ]
    )


def _columns(records: Sequence[VoteRecord], features: Sequence[str] | None) -> dict[str, _Column]:
    """A column for each feature that any of the records has, style before effects, in order of first mention."""
    kinds: dict[str, FeatureKind] = {}
    for record in records:
        kinds |= {name: FeatureKind.STYLE for name in record.side_a.style if name not in kinds}
    for record in records:
        kinds |= {name: FeatureKind.EFFECT for name in record.side_a.effects if name not in kinds}
    wanted = list(kinds) if features is None else features
    unknown = [name for name in wanted if name not in kinds]
    if unknown:
        raise ValueError(f"No vote has the feature {unknown[0]}; there are: {', '.join(kinds)}.")
    return {name: _column(records, name, kinds[name]) for name in wanted}


def _column(records: Sequence[VoteRecord], name: str, kind: FeatureKind) -> _Column:
    sides = [
        (record.side_a.style, record.side_b.style)
        if kind is FeatureKind.STYLE
        else (record.side_a.effects, record.side_b.effects)
        for record in records
    ]
    known = np.array([name in a and name in b for a, b in sides])
    first = np.array([a[name] if ok else 0.0 for (a, _), ok in zip(sides, known, strict=True)])
    second = np.array([b[name] if ok else 0.0 for (_, b), ok in zip(sides, known, strict=True)])
    difference = relative(first, second)
    unit = float(np.sqrt((difference**2).mean()))
    return _Column(kind=kind, values=z_score(difference), unit=unit, known=int(known.sum()))


def _told_apart(games: Games, columns: Mapping[str, _Column]) -> tuple[dict[str, _Column], dict[str, str]]:
    """The columns that differ and that no others make up; of such a group the last ones go."""
    kept = {name: column for name, column in columns.items() if column.unit > 0}
    left_out = {name: "it never differs between the two sides" for name in columns if name not in kept}
    while kept:
        # a hair of a penalty, so that a fit exists and shows which columns are made up of others
        tried = fit_styled(games, {name: column.values for name, column in kept.items()}, penalty=_TINY)
        made_up = [found.feature for found in tried.coefficients if not np.isfinite(found.inflation)]
        if not made_up:
            break
        left_out[made_up[-1]] = "other features make it up, or it only tells contenders apart"
        del kept[made_up[-1]]
    return kept, left_out


def _influences(found: Sequence[Coefficient], columns: Mapping[str, _Column]) -> tuple[Influence, ...]:
    rows = [
        Influence(
            feature=one.feature,
            kind=columns[one.feature].kind,
            value=one.value,
            low=one.low,
            high=one.high,
            inflation=one.inflation,
            unit=columns[one.feature].unit,
            known=columns[one.feature].known,
        )
        for one in found
    ]
    return tuple(sorted(rows, key=lambda row: (-abs(row.value), row.feature)))


def _moved(fitted: StyledFit, names: Sequence[str]) -> tuple[Moved, ...]:
    rows = []
    for i, name in enumerate(names):
        half = 1.959964 * float(fitted.change_se[i])
        change = float(fitted.change[i])
        rows.append(
            Moved(
                contender=name,
                plain=POINTS_PER_LOGIT * float(fitted.plain.theta[i]),
                explained=POINTS_PER_LOGIT * float(fitted.theta[i]),
                change=POINTS_PER_LOGIT * change,
                change_low=POINTS_PER_LOGIT * (change - half),
                change_high=POINTS_PER_LOGIT * (change + half),
            )
        )
    return tuple(sorted(rows, key=lambda row: (-row.explained, row.contender)))
