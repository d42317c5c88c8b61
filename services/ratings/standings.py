"""The board of one source, computed from its judgements."""

import hashlib
import json
from collections import Counter
from collections.abc import Sequence
from datetime import datetime

import numpy as np

from services.domain.battle import Battle
from services.domain.judgement import Judgement, Source, Winner
from services.domain.rating import Board, Standing
from services.ratings.bradley_terry import Fit, fit, model_based, sandwich
from services.ratings.games import Comparison, Floats, Games, games_from
from services.ratings.intervals import Scores, rank_bounds, scores

METHOD = "bradley-terry/newton, ties half, covariance clustered by battle, rank bounds max-t"
FEW_CLUSTERS = 30
_EQUAL_POINTS = 1e-6

__all__ = ["METHOD", "Comparison", "board", "comparisons", "data_hash"]


def comparisons(pairs: Sequence[tuple[Battle, Judgement]]) -> tuple[list[Comparison], int]:
    """The comparisons in `pairs`, clustered by battle, and how many null judgements were left out."""
    rows = [
        Comparison(
            contender_a=battle.contender_a, contender_b=battle.contender_b, winner=judgement.winner, cluster=battle.id
        )
        for battle, judgement in pairs
        if judgement.winner is not None
    ]
    return rows, len(pairs) - len(rows)


def data_hash(rows: Sequence[Comparison]) -> str:
    """SHA-256 over the canonical rows, one JSON array a line; the same for any row order and seat assignment."""
    digest = hashlib.sha256()
    for key in sorted(row.canonical().key for row in rows):
        digest.update(json.dumps(key, ensure_ascii=False, separators=(",", ":")).encode() + b"\n")
    return digest.hexdigest()


def board(
    rows: Sequence[Comparison],
    *,
    source: Source,
    anchor: str,
    seed: int,
    computed_at: datetime,
    null_judgements: int,
) -> Board:
    """The board of `rows`: the same for any order of the rows, and for any seats.

    A contender without a comparison is not listed. `anchor` gets exactly 1000 points; when it is empty or has not
    played, the mean is 1000. What a reader must know besides stands in `notes`.
    """
    used = sorted((row.canonical() for row in rows if row.contender_a != row.contender_b), key=lambda row: row.key)
    notes = _row_notes(used, ignored=len(rows) - len(used))
    standings: tuple[Standing, ...] = ()
    anchored = ""
    if used:
        games = games_from(used)
        anchored = anchor if anchor in games.names else ""
        if anchor and not anchored:
            notes.append(f"The anchor {anchor} has no judgements here; the mean is fixed at 1000 instead.")
        fitted = fit(games.wins())
        covariance, fit_notes = _covariance(games, fitted)
        notes += fit_notes
        found = scores(fitted.theta, covariance, anchor=games.names.index(anchored) if anchored else None)
        standings = _standings(used, games.names, found, seed=seed)
    return Board(
        source=source,
        standings=standings,
        method=METHOD,
        seed=seed,
        anchor=anchored,
        data_hash=data_hash(used),
        judgements=len(used),
        null_judgements=null_judgements,
        notes=tuple(notes),
        computed_at=computed_at,
    )


def _row_notes(used: Sequence[Comparison], *, ignored: int) -> list[str]:
    notes = []
    if ignored:
        notes.append(f"{ignored} comparison(s) of a contender with itself were ignored.")
    if not used:
        notes.append("There are no judgements yet.")
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


def _standings(rows: Sequence[Comparison], names: Sequence[str], found: Scores, *, seed: int) -> tuple[Standing, ...]:
    best, worst = rank_bounds(found, seed=seed)
    counts = _counts(rows)
    table = [
        Standing(
            contender=name,
            score=float(found.score[i]),
            low=float(found.low[i]),
            high=float(found.high[i]),
            rank=1 + int((found.score > found.score[i] + _EQUAL_POINTS).sum()),
            rank_low=int(best[i]),
            rank_high=int(worst[i]),
            judgements=counts[name].total(),
            wins=counts[name]["win"],
            losses=counts[name]["loss"],
            ties=counts[name][Winner.TIE],
            both_bad=counts[name][Winner.BOTH_BAD],
        )
        for i, name in enumerate(names)
    ]
    return tuple(sorted(table, key=lambda row: (row.rank, row.contender)))


def _counts(rows: Sequence[Comparison]) -> dict[str, Counter[str]]:
    counts: dict[str, Counter[str]] = {}
    for row in rows:
        decided = {Winner.A: ("win", "loss"), Winner.B: ("loss", "win")}.get(row.winner)
        first, second = decided or (row.winner, row.winner)
        counts.setdefault(row.contender_a, Counter())[first] += 1
        counts.setdefault(row.contender_b, Counter())[second] += 1
    return counts
