"""How good a benchmark is at telling contenders apart, and how well it agrees with a reference ranking.

Separability, agreement with confidence and the pair-rank Brier score: Li et al. (2024), "From crowdsourced data to
high-quality benchmarks". Unlike there, replicates are drawn over clusters (prompts or voters), since the judgements of
one cluster are not independent of each other.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from services.domain.judgement import Source
from services.domain.vote_record import VoteRecord
from services.ratings import ranking_measures as measures
from services.ratings.bradley_terry import POINTS_PER_LOGIT, bootstrap, fit, strongly_connected
from services.ratings.figure import Figure
from services.ratings.games import Floats, Games
from services.ratings.ranking_measures import Pairs, Ranking
from services.ratings.rows import clustering, games_of, rows_of

METHOD = (
    "bradley-terry, {replicates} bootstrap replicates over {clusters} clusters, "
    "percentile intervals shifted by the replicates' bias"
)
FEW_CLUSTERS = 30


@dataclass(frozen=True, kw_only=True)
class Agreement:
    """How a benchmark compares with a reference; `pairs` are of contenders that both rank.

    `undecided` pairs are those the reference itself cannot separate; `brier` leaves them out and is None when there is
    no other.
    """

    contenders: int
    pairs: int
    undecided: int
    with_confidence: Figure
    brier: Figure | None
    spearman: Figure
    kendall: Figure


@dataclass(frozen=True, kw_only=True)
class Quality:
    """What a set of judgements can tell; `agreement` is None without a reference, or with no two common contenders."""

    separability: Figure | None
    agreement: Agreement | None
    judgements: int
    clusters: int
    replicates: int
    seed: int
    method: str
    notes: tuple[str, ...]


def quality_of(games: Games, *, reference: Ranking | None = None, replicates: int = 1000, seed: int) -> Quality:
    """The figures of `games`, each with an interval from the same replicates.

    A contender's interval goes from the 2.5th to the 97.5th percentile of its replicated scores; a replicate gets
    intervals as wide. The reference is taken as it is: its error enters by its intervals alone.

    Raises:
        ValueError: fewer than two replicates are asked for.
    """
    if replicates < 2:
        raise ValueError(f"A bootstrap needs at least two replicates, not {replicates}.")
    notes = _notes(games)
    separability = agreement = None
    if len(games.names) >= 2:
        drawn = _Drawn.of(games, replicates=replicates, seed=seed)
        separability = _figure(drawn, measures.separability, 0.0, 1.0)
        if reference is not None:
            common = [name for name in games.names if name in set(reference.names)]
            notes += _strangers(games.names, reference.names, common)
            agreement = _agreement(drawn.only(common), reference.only(common)) if len(common) >= 2 else None
    return Quality(
        separability=separability,
        agreement=agreement,
        judgements=len(games.points),
        clusters=games.cluster_count,
        replicates=replicates,
        seed=seed,
        method=METHOD.format(replicates=replicates, clusters=games.cluster_count),
        notes=tuple(notes),
    )


def quality_of_records(
    records: Sequence[VoteRecord],
    *,
    source: Source,
    reference: Ranking | None = None,
    replicates: int = 1000,
    seed: int,
) -> Quality:
    """The figures of the counted `records` of one source, clustered as its board is: by voter or by prompt, and by
    battle where there are too few of these, which a note says."""
    rows = rows_of(records)
    chosen = clustering(rows, source)
    found = quality_of(games_of(rows, unit=chosen.unit), reference=reference, replicates=replicates, seed=seed)
    method = found.method.replace("clusters", f"clusters by {chosen.unit}")
    return replace(found, method=method, notes=(*chosen.notes, *found.notes))


def ranking_of_records(records: Sequence[VoteRecord], *, source: Source, replicates: int = 1000, seed: int) -> Ranking:
    """The ranking by the counted `records` of one source, to be compared with another source's."""
    rows = rows_of(records)
    return ranking_of(games_of(rows, unit=clustering(rows, source).unit), replicates=replicates, seed=seed)


def ranking_of(games: Games, *, replicates: int = 1000, seed: int) -> Ranking:
    """The contenders in rating points around a mean of 0, with intervals and moments over clusters."""
    return _Drawn.of(games, replicates=replicates, seed=seed).ranking


@dataclass(frozen=True, kw_only=True)
class _Drawn:
    """A ranking, and (R, K) scores of its replicates."""

    ranking: Ranking
    scores: Floats

    @classmethod
    def of(cls, games: Games, *, replicates: int, seed: int) -> "_Drawn":
        score = POINTS_PER_LOGIT * fit(games.wins()).theta
        scores = POINTS_PER_LOGIT * bootstrap(games, replicates=replicates, seed=seed)
        low, high = np.quantile(scores, [0.025, 0.975], axis=0)
        ranking = Ranking(
            names=games.names,
            score=score,
            low=np.minimum(low, score),
            high=np.maximum(high, score),
            mean=scores.mean(axis=0),
            deviation=scores.std(axis=0, ddof=1),
        )
        return cls(ranking=ranking, scores=scores)

    def only(self, names: Sequence[str]) -> "_Drawn":
        kept = [self.ranking.names.index(name) for name in names]
        return _Drawn(ranking=self.ranking.only(names), scores=self.scores[:, kept])


def _agreement(drawn: _Drawn, reference: Ranking) -> Agreement:
    pairs = Pairs.of(reference)
    return Agreement(
        contenders=len(reference.names),
        pairs=pairs.count,
        undecided=int((pairs.separated == 0).sum()),
        with_confidence=_figure(drawn, lambda found: measures.agreement(found, pairs), -1.0, 1.0),
        brier=_brier(drawn, pairs),
        spearman=_figure(drawn, lambda found: measures.spearman(found, reference), -1.0, 1.0, per_pair=False),
        kendall=_figure(drawn, lambda found: measures.kendall(found, pairs), -1.0, 1.0),
    )


def _brier(drawn: _Drawn, pairs: Pairs) -> Figure | None:
    separated = int((pairs.separated != 0).sum())
    if not separated:
        return None
    return replace(_figure(drawn, lambda found: measures.brier(found, pairs), 0.0, 1.0), n=separated)


def _figure(
    drawn: _Drawn, measure: Callable[[Ranking], float], least: float, most: float, *, per_pair: bool = True
) -> Figure:
    """The measure with the percentiles of its replicates, moved so that their mean is the point.

    Replicates scatter once more than the data do, which draws contenders apart and rankings from each other.
    """
    point = measure(drawn.ranking)
    values = np.array([measure(drawn.ranking.moved_to(row)) for row in drawn.scores])
    low, high = np.quantile(values - (values.mean() - point), [0.025, 0.975])
    size = len(drawn.ranking.names)
    return Figure(
        point=point,
        low=min(point, max(least, float(low))),
        high=max(point, min(most, float(high))),
        n=size * (size - 1) // 2 if per_pair else size,
    )


def _notes(games: Games) -> list[str]:
    notes = []
    if len(games.names) < 2:
        notes.append("Fewer than two contenders have judgements.")
    if games.cluster_count < FEW_CLUSTERS:
        notes.append(f"Only {games.cluster_count} independent cluster(s): the intervals are too narrow.")
    if len(games.names) > 1 and not strongly_connected(games.wins()):
        notes.append(
            "Not every contender has both won and lost against the rest, directly or through others: "
            "a normal prior with a standard deviation of 400 points keeps the scores finite."
        )
    return notes


def _strangers(ours: Sequence[str], theirs: Sequence[str], common: Sequence[str]) -> list[str]:
    """What of the two rankings cannot be compared."""
    notes = []
    for owner, names in (("judgements", ours), ("reference", theirs)):
        alone = [name for name in names if name not in set(common)]
        if alone:
            shown = ", ".join(alone[:5]) + (", ..." if len(alone) > 5 else "")
            notes.append(f"Only in the {owner}, so not compared: {len(alone)} contender(s) ({shown}).")
    if len(common) < 2:
        notes.append("Fewer than two contenders stand in both, so nothing can be compared.")
    return notes
