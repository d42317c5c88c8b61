"""What a board is computed from: the counted records in one canonical form, their hash, their arrays."""

import hashlib
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from services.domain.judgement import Source, Winner
from services.domain.vote_record import VoteRecord
from services.ratings.games import Comparison, Games, games_from

FEW_CLUSTERS = 30

_JSON = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))
_WINNERS = {winner.value: winner for winner in Winner}
_UNIT = {Source.HUMAN: "voter", Source.LLM: "prompt", Source.EXECUTION: "prompt"}


class Row(NamedTuple):
    """A counted judgement with the alphabetically smaller name in seat A; `style` are the features of A, then of B."""

    contender_a: str
    contender_b: str
    winner: str
    cluster: str
    battle: str
    weight: float
    style: tuple[tuple[tuple[str, float], ...], tuple[tuple[str, float], ...]] = ((), ())


@dataclass(frozen=True, kw_only=True)
class Clustering:
    """What counts as one independent unit: its name ("voter", "prompt" or "battle"), and what a reader must know."""

    unit: str
    notes: tuple[str, ...]


def rows_of(records: Sequence[VoteRecord], *, style: bool = False) -> list[Row]:
    """The counted records in canonical form, sorted: the same for any order of the records and any seats."""
    return sorted(_row(record, style=style) for record in records if record.counted)


def data_hash(rows: Sequence[Row], *, style: bool = False) -> str:
    """SHA-256 over the sorted rows, one JSON array a line.

    A line is `[contender_a, contender_b, winner, cluster, battle, weight]`, the weight as Python writes a float (1.0);
    a style-controlled board adds the features
    of either side as two objects.
    """
    digest = hashlib.sha256()
    for row in sorted(rows):
        line = [*row[:6], dict(row.style[0]), dict(row.style[1])] if style else row[:6]
        digest.update(_JSON.encode(line).encode("utf-8", "surrogatepass") + b"\n")
    return digest.hexdigest()


def clustering(rows: Sequence[Row], source: Source) -> Clustering:
    """By voter or prompt; by battle where fewer than 30 of them make their covariance worthless.

    Source of the limit: with few clusters the sandwich is too small (Cameron and Miller, 2015).
    """
    unit, notes = _UNIT[source], []
    count = len({row.cluster for row in rows})
    if count < FEW_CLUSTERS:
        notes.append(
            f"Only {count} {unit}(s): battles are taken as independent, so intervals speak of these {unit}s only, "
            f"not of {unit}s in general."
        )
        return Clustering(unit="battle", notes=tuple(notes))
    sizes = _weights(rows)
    effective = sum(sizes.values()) ** 2 / sum(size**2 for size in sizes.values())
    if effective < FEW_CLUSTERS:
        notes.append(
            f"A few {unit}s gave most of the weight (as if there were {effective:.1f}): intervals are too narrow."
        )
    return Clustering(unit=unit, notes=tuple(notes))


def games_of(rows: Sequence[Row], *, unit: str) -> Games:
    """The arrays of `rows`, clustered by battle or by their own clusters."""
    return games_from(
        [
            Comparison(
                contender_a=row.contender_a,
                contender_b=row.contender_b,
                winner=_WINNERS[row.winner],
                cluster=row.battle if unit == "battle" else row.cluster,
                weight=row.weight,
            )
            for row in rows
        ]
    )


def effective_size(rows: Sequence[Row]) -> float:
    """(sum w)^2 / sum w^2; 0 without rows (Kish, 1965)."""
    squares = sum(row.weight**2 for row in rows)
    return sum(row.weight for row in rows) ** 2 / squares if squares else 0.0


def flagged(records: Sequence[VoteRecord]) -> tuple[Mapping[str, int], Mapping[str, int]]:
    """Judgements with a winner by flag code: how many a flag kept out, how many it lowered and left in.

    A judgement with two such flags is counted under both.
    """
    out: Counter[str] = Counter()
    lowered: Counter[str] = Counter()
    for record in records:
        if record.winner is None or not record.flags:
            continue
        out.update({flag.code.value for flag in record.flags if flag.factor == 0})
        if record.weight > 0:
            lowered.update({flag.code.value for flag in record.flags if flag.factor < 1})
    return dict(sorted(out.items())), dict(sorted(lowered.items()))


def _row(record: VoteRecord, *, style: bool) -> Row:
    assert record.winner is not None  # noqa: S101 - counted records have one
    a, b, winner = (record.contender_a, record.side_a), (record.contender_b, record.side_b), record.winner
    if record.contender_a > record.contender_b:
        a, b, winner = b, a, winner.swapped
    features = (tuple(sorted(a[1].style.items())), tuple(sorted(b[1].style.items()))) if style else ((), ())
    return Row(a[0], b[0], winner.value, record.cluster, record.battle_id, float(record.weight), features)


def _weights(rows: Sequence[Row]) -> dict[str, float]:
    sizes: dict[str, float] = {}
    for row in rows:
        sizes[row.cluster] = sizes.get(row.cluster, 0.0) + row.weight
    return sizes
