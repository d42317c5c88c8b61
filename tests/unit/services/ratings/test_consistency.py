"""Votes on battles shown again: seats are turned back, persons are kept apart."""

import numpy as np
import pytest

from services.domain.judgement import Winner
from services.domain.vote_record import VoteRecord
from services.ratings.consistency import consistency, repeated
from tests.fixtures.vote_records import record

SEED = 1


def again(number: int, of: int, winner: Winner | None, **changes: object) -> VoteRecord:
    seats = {"contender_a": "ben", "contender_b": "ana", "repeat_of": f"b{of}"}
    return record(number, winner, **(seats | changes))  # type: ignore[arg-type]


def test_exchanged_seats_are_turned_back() -> None:
    found = consistency([record(1, Winner.A), again(2, 1, Winner.B)], seed=SEED)
    assert (found.own.agreement.point, found.own.agreement.n) == (1.0, 1)
    assert found.own.reversed_share.point == 0
    always_left = consistency([record(1, Winner.A), again(2, 1, Winner.A)], seed=SEED)
    assert always_left.own.agreement.point == 0
    assert always_left.own.reversed_share.point == 1


def test_seats_that_were_not_exchanged_are_left_as_they_are() -> None:
    rows = [record(1, Winner.A), again(2, 1, Winner.A, contender_a="ana", contender_b="ben")]
    assert consistency(rows, seed=SEED).own.agreement.point == 1


@pytest.mark.parametrize(
    ("rows", "own", "between"),
    [
        ([record(1), again(2, 1, Winner.B)], 1, 0),
        ([record(1), again(2, 1, Winner.B, voter="w")], 0, 1),
        ([record(1, voter=""), again(2, 1, Winner.B, voter="w")], 0, 1),
        ([record(1, voter=""), again(2, 1, Winner.B, voter="")], 0, 0),
        ([record(1, None), again(2, 1, Winner.B)], 0, 0),
        ([record(1), again(2, 1, None)], 0, 0),
        ([again(2, 1, Winner.B)], 0, 0),
        ([record(1), record(2)], 0, 0),
        ([again(2, 1, Winner.B), record(1)], 1, 0),
    ],
)
def test_who_is_compared_with_whom(rows: list[VoteRecord], own: int, between: int) -> None:
    found = repeated(rows)
    assert sum(row.same_voter for row in found) == own
    assert sum(not row.same_voter for row in found) == between


def test_tie_and_both_bad_differ_in_four_classes_and_not_in_order() -> None:
    rows = []
    for i in range(4):
        first = [Winner.A, Winner.B, Winner.TIE, Winner.BOTH_BAD][i]
        second = [Winner.A, Winner.B, Winner.BOTH_BAD, Winner.TIE][i]
        rows += [record(i, first), again(10 + i, i, second.swapped)]
    found = consistency(rows, seed=SEED).own
    assert found.agreement.point == 0.5
    assert found.kappa_linear.point == found.kappa_quadratic.point == 1


def test_alpha_takes_every_persons_first_vote_once() -> None:
    rows = [
        record(1),
        again(2, 1, Winner.B, voter="w"),
        again(3, 1, Winner.A, voter="w"),
        again(4, 1, Winner.B, voter="x"),
    ]
    found = consistency(rows, seed=SEED)
    assert (found.alpha.n, found.alpha.clusters) == (3, 1)
    assert found.between.agreement.n == 3


def test_planted_steadiness_is_found() -> None:
    """People who repeat themselves in 70 % and else choose A or B at random agree in 85 %; kappa .7."""
    rng, rows, number = np.random.default_rng(3), list[VoteRecord](), 0
    for person in range(60):
        for _ in range(10):
            number += 1
            first, other = (Winner.A if rng.random() < 0.5 else Winner.B for _ in range(2))
            second = first if rng.random() < 0.7 else other
            rows += [
                record(number, first, voter=f"v{person}"),
                again(10_000 + number, number, second.swapped, voter=f"v{person}"),
            ]
    found = consistency(rows, seed=SEED).own
    for measure, truth in ((found.agreement, 0.85), (found.kappa, 0.7), (found.chance, 0.5)):
        assert measure.low is not None
        assert measure.high is not None
        assert measure.low <= truth <= measure.high
        assert (measure.n, measure.clusters) == (600, 60)
