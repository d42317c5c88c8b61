"""Do people agree with themselves, and with each other, on battles shown again with the seats exchanged?"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from services.domain.judgement import Winner
from services.domain.vote_record import VoteRecord
from services.ratings.agreement import (
    Level,
    Measure,
    Pair,
    Rating,
    Weights,
    chance_agreement,
    cohen_kappa,
    krippendorff_alpha,
    raw_agreement,
)

CLASSES = {Winner.A: 0, Winner.TIE: 1, Winner.BOTH_BAD: 2, Winner.B: 3}
ORDERED = {Winner.A: 0, Winner.TIE: 1, Winner.BOTH_BAD: 1, Winner.B: 2}


@dataclass(frozen=True, kw_only=True)
class Agreement:
    """Raw agreement, chance and kappa belong together; `reversed_share` is A for B or B for A.

    `agreement`, `chance`, `kappa` take four classes (A, B, tie, both bad); the weighted kappas three in order,
    A, tie or both bad, B.
    """

    agreement: Measure
    chance: Measure
    kappa: Measure
    kappa_linear: Measure
    kappa_quadratic: Measure
    reversed_share: Measure


@dataclass(frozen=True, kw_only=True)
class Consistency:
    """`own`: a voter against themself; `between`: a first vote against another person's vote on the same battle.

    The alphas take every voter's first vote on each battle that more than one person voted on.
    """

    own: Agreement
    between: Agreement
    alpha: Measure
    alpha_ordinal: Measure


@dataclass(frozen=True, kw_only=True)
class Repeated:
    """A vote on a battle and a later one on the same battle, both in the seats of the first."""

    first: VoteRecord
    second: VoteRecord
    second_winner: Winner

    @property
    def same_voter(self) -> bool:
        """Whether one person gave both."""
        return self.first.voter != "" and self.first.voter == self.second.voter


def repeated(records: Iterable[VoteRecord]) -> list[Repeated]:
    """Every vote on a repeated battle beside the vote on the battle it shows again.

    Left out: null verdicts, repeats of battles that are not there, and two votes that nobody's name stands by: they
    may be one person's or two people's.
    """
    found, firsts = list(records), dict[str, VoteRecord]()
    for record in found:
        if not record.repeat_of and record.winner is not None:
            firsts.setdefault(record.battle_id, record)
    rows = []
    for record in found:
        first = firsts.get(record.repeat_of) if record.repeat_of else None
        if first is None or record.winner is None or not (first.voter or record.voter):
            continue
        rows.append(Repeated(first=first, second=record, second_winner=_in_seats_of(first, record, record.winner)))
    return rows


def consistency(records: Sequence[VoteRecord], *, seed: int) -> Consistency:
    """Both kinds of agreement; own pairs are clustered by voter, pairs of two people by battle."""
    rows = repeated(records)
    own = [row for row in rows if row.same_voter]
    between = [row for row in rows if not row.same_voter]
    said, classes = list(_ratings(between)), len(CLASSES)
    nominal = [Rating(unit=row.unit, rater=row.rater, category=CLASSES[row.winner]) for row in said]
    ranks = [Rating(unit=row.unit, rater=row.rater, category=ORDERED[row.winner]) for row in said]
    return Consistency(
        own=_agreement(own, {id(row): row.first.voter for row in own}, seed=seed),
        between=_agreement(between, {id(row): row.first.battle_id for row in between}, seed=seed),
        alpha=krippendorff_alpha(nominal, categories=classes, level=Level.NOMINAL, seed=seed),
        alpha_ordinal=krippendorff_alpha(ranks, categories=3, level=Level.ORDINAL, seed=seed),
    )


@dataclass(frozen=True, kw_only=True)
class _Said:
    unit: str
    rater: str
    winner: Winner


def _ratings(rows: Iterable[Repeated]) -> Iterable[_Said]:
    seen: set[tuple[str, str]] = set()
    for row in rows:
        said = [(row.first.voter, row.first.winner), (row.second.voter, row.second_winner)]
        for voter, winner in said:
            key = (row.first.battle_id, voter)
            if winner is not None and key not in seen:
                seen.add(key)
                yield _Said(unit=row.first.battle_id, rater=voter, winner=winner)


def _agreement(rows: Sequence[Repeated], clusters: Mapping[int, str], *, seed: int) -> Agreement:
    def pairs(codes: Mapping[Winner, int]) -> list[Pair]:
        return [
            Pair(first=codes[row.first.winner], second=codes[row.second_winner], cluster=clusters[id(row)])
            for row in rows
            if row.first.winner is not None
        ]

    four, three = pairs(CLASSES), pairs(ORDERED)
    turned = [Pair(first=int(abs(pair.first - pair.second) == 2), second=1, cluster=pair.cluster) for pair in three]
    return Agreement(
        agreement=raw_agreement(four, categories=4, seed=seed),
        chance=chance_agreement(four, categories=4, seed=seed),
        kappa=cohen_kappa(four, categories=4, weights=Weights.UNWEIGHTED, seed=seed),
        kappa_linear=cohen_kappa(three, categories=3, weights=Weights.LINEAR, seed=seed),
        kappa_quadratic=cohen_kappa(three, categories=3, weights=Weights.QUADRATIC, seed=seed),
        reversed_share=raw_agreement(turned, categories=2, seed=seed),
    )


def _in_seats_of(first: VoteRecord, second: VoteRecord, winner: Winner) -> Winner:
    return winner if first.contender_a == second.contender_a else winner.swapped
