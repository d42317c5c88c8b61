"""The board of one source, computed from its records."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

import numpy as np

from services.domain.judgement import Source, Winner
from services.domain.rating import Board, BoardSlice, IntervalKind, PublicationRules, Standing
from services.domain.vote_record import VoteRecord
from services.ratings import anytime, publication, ranks
from services.ratings.bradley_terry import Fit, fit, model_based, sandwich
from services.ratings.games import Floats, Games
from services.ratings.intervals import Scores, scores
from services.ratings.rows import (
    FEW_CLUSTERS,
    Clustering,
    Row,
    clustering,
    data_hash,
    effective_size,
    flagged,
    games_of,
    rows_of,
)
from services.ratings.slices import matches

_RANKS = {IntervalKind.FIXED: "max-t", IntervalKind.ANYTIME: "confidence sequences, union bound"}


def board_of(
    records: Sequence[VoteRecord],
    *,
    source: Source,
    computed_at: datetime,
    seed: int,
    anchor: str = "",
    slice: BoardSlice | None = None,  # noqa: A002 - the word that boards use
    rules: PublicationRules | None = None,
    kind: IntervalKind = IntervalKind.FIXED,
) -> Board:
    """The board of the `records` of `source` in `slice` (none: all): the same for any order of them, for any seats.

    `kind` is FIXED for what is cited and computed again, ANYTIME for what people watch. A contender without a counted
    judgement is not listed. `anchor` gets exactly 1000 points; when it is empty or has not played, the mean is 1000.
    What a reader must know besides stands in `notes`.
    """
    part, limits = slice or BoardSlice(), rules or PublicationRules()
    whole = part == BoardSlice()
    chosen = [record for record in records if record.source is source and (whole or matches(record, part))]
    rows = rows_of(chosen, style=part.style_controlled)
    notes = _record_notes(chosen, rows)
    units = clustering(rows, source) if rows else Clustering(unit="battle", notes=())
    standings: tuple[Standing, ...] = ()
    anchored, count = "", 0
    if rows:
        games = games_of(rows, unit=units.unit)
        count = games.cluster_count
        anchored = anchor if anchor in games.names else ""
        if anchor and not anchored:
            notes.append(f"The anchor {anchor} has no judgements here; the mean is fixed at 1000 instead.")
        fitted = fit(games.wins())
        covariance, fit_notes = _covariance(games, fitted)
        notes += [*units.notes, *fit_notes]
        found = scores(fitted.theta, covariance, anchor=games.names.index(anchored) if anchored else None)
        standings = _standings(rows, games, found, rules=limits, kind=kind, seed=seed)
    out, lowered = flagged(chosen)
    return Board(
        source=source,
        standings=standings,
        method=f"bradley-terry/newton, ties half, covariance clustered by {units.unit}, rank bounds {_RANKS[kind]}",
        seed=seed,
        anchor=anchored,
        data_hash=data_hash(rows, style=part.style_controlled),
        judgements=len(rows),
        null_judgements=sum(record.winner is None for record in chosen),
        notes=tuple(notes),
        computed_at=computed_at,
        slice=part,
        interval_kind=kind,
        rules=limits,
        effective_size=effective_size(rows),
        clusters=count,
        counted_weight=sum(row.weight for row in rows),
        excluded=out,
        lowered=lowered,
    )


def _record_notes(records: Sequence[VoteRecord], rows: Sequence[Row]) -> list[str]:
    notes = []
    alone = sum(record.winner is not None and record.contender_a == record.contender_b for record in records)
    if alone:
        notes.append(f"{alone} judgement(s) of a contender against itself were ignored.")
    if not rows:
        notes.append("There are no judgements yet.")
    nameless = sum(record.source is Source.HUMAN and record.counted and not record.voter for record in records)
    if nameless:
        notes.append(f"{nameless} vote(s) of people who are not known any more count as independent.")
    return notes


def _covariance(games: Games, fitted: Fit) -> tuple[Floats, list[str]]:
    """The covariance of theta that the data can carry, and why it is not the usual one."""
    notes = []
    if fitted.ridge:
        notes.append(
            "Not every contender has both won and lost against the rest, directly or through others: "
            "a normal prior with a standard deviation of 400 points keeps the scores finite."
        )
    clusters = games.cluster_count
    robust = sandwich(games, fitted)
    if clusters < FEW_CLUSTERS:
        notes.append(f"Only {clusters} independent battle(s): intervals come from the model, not from the scatter.")
    elif not fitted.ridge and float(np.trace(robust)) > 1e-6 * float(np.trace(fitted.inverse_hessian)):
        return robust, notes
    return model_based(games, fitted), notes


def _standings(
    rows: Sequence[Row], games: Games, found: Scores, *, rules: PublicationRules, kind: IntervalKind, seed: int
) -> tuple[Standing, ...]:
    rho = anytime.rho_for(rules.widest_interval)
    live = anytime.half_widths(found.standard_errors, rho=rho)
    better = ranks.better(found, kind=kind, seed=seed, rho=rho)
    best, worst = ranks.bounds(better)
    tied = ranks.not_distinguishable(better, games.names)
    rank, bounded, counts = ranks.ranks(found.score), publication.bounded(games.wins()), _counts(rows)
    table = []
    for i, name in enumerate(games.names):
        count = counts[name]
        width = float(found.high[i] - found.low[i])
        reason = publication.provisional_reason(rules, votes=count.total(), width=width, bounded=bool(bounded[i]))
        table.append(
            Standing(
                contender=name,
                score=float(found.score[i]),
                low=float(found.low[i]),
                high=float(found.high[i]),
                rank=int(rank[i]),
                rank_low=int(best[i]),
                rank_high=int(worst[i]),
                judgements=count.total(),
                wins=count["win"],
                losses=count["loss"],
                ties=count[Winner.TIE],
                both_bad=count[Winner.BOTH_BAD],
                provisional=bool(reason),
                provisional_reason=reason,
                tied_with=tied[i],
                live_low=float(found.score[i] - live[i]),
                live_high=float(found.score[i] + live[i]),
                both_bad_rate=count[Winner.BOTH_BAD] / count.total(),
            )
        )
    return tuple(sorted(table, key=lambda row: (row.rank, row.contender)))


def _counts(rows: Sequence[Row]) -> dict[str, Counter[str]]:
    counts: dict[str, Counter[str]] = {}
    for row in rows:
        decided = {"a": ("win", "loss"), "b": ("loss", "win")}.get(row.winner)
        first, second = decided or (row.winner, row.winner)
        counts.setdefault(row.contender_a, Counter())[first] += 1
        counts.setdefault(row.contender_b, Counter())[second] += 1
    return counts
