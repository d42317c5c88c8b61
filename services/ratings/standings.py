"""The board of one source, computed from its records."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from services.domain.judgement import Source, Winner
from services.domain.rating import Board, BoardSlice, IntervalKind, PublicationRules, Standing, StyleEffect
from services.domain.vote_record import VoteRecord
from services.ratings import anytime, estimates, publication, ranks
from services.ratings.bradley_terry import MEAN_SCORE
from services.ratings.estimates import Estimate
from services.ratings.games import Games
from services.ratings.intervals import scores
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
    if part.style_controlled:
        rows, more = _with_style(rows)
        notes += more
    units = clustering(rows, source) if rows else Clustering(unit="battle", notes=())
    standings: tuple[Standing, ...] = ()
    effects: tuple[StyleEffect, ...] = ()
    anchored, count = "", 0
    if rows:
        games = games_of(rows, unit=units.unit)
        count = games.cluster_count
        anchored = anchor if anchor in games.names else ""
        if anchor and not anchored:
            notes.append(f"The anchor {anchor} has no judgements here; the mean is fixed at 1000 instead.")
        found = estimates.styled(rows, games) if part.style_controlled else estimates.plain(games)
        notes += [*units.notes, *found.notes]
        effects = found.effects
        standings = _standings(rows, games, found, anchor=anchored, rules=limits, kind=kind, seed=seed)
    out, lowered = flagged(chosen)
    return Board(
        source=source,
        standings=standings,
        method=_method(part, units.unit, kind),
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
        style_effects=effects,
    )


def _method(part: BoardSlice, unit: str, kind: IntervalKind) -> str:
    style = f", style held equal with penalty {estimates.PENALTY:g}" if part.style_controlled else ""
    return f"bradley-terry/newton, ties half{style}, covariance clustered by {unit}, rank bounds {_RANKS[kind]}"


def _with_style(rows: list[Row]) -> tuple[list[Row], list[str]]:
    """The rows whose answers' style is known, if they are enough for style control; and what must be known of it."""
    known, notes = [row for row in rows if row.style[0] and row.style[1]], []
    if len(known) < len(rows):
        notes.append(f"{len(rows) - len(known)} judgement(s) of answers whose style is not known were left out.")
    if len({row.battle for row in known}) < FEW_CLUSTERS:
        notes.append(f"Style is controlled from {FEW_CLUSTERS} battles on.")
        return [], notes
    return known, notes


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


def _standings(
    rows: Sequence[Row],
    games: Games,
    estimate: Estimate,
    *,
    anchor: str,
    rules: PublicationRules,
    kind: IntervalKind,
    seed: int,
) -> tuple[Standing, ...]:
    reference = games.names.index(anchor) if anchor else None
    found = scores(estimate.theta, estimate.covariance, anchor=reference)
    change = None
    if estimate.change is not None:
        change = scores(estimate.change, estimate.covariance, anchor=reference).score - MEAN_SCORE
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
                style_change=None if change is None else float(change[i]),
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
