"""Signs of careless votes: where each line is, and how often chance alone crosses it."""

import numpy as np
import pytest

from services.domain.judgement import Winner
from services.domain.vote_record import FlagCode
from services.ratings.signals import Bursts, SeatMonitor, SignalRules, clopper_pearson, first_flags
from tests.fixtures.vote_records import record

RULES = SignalRules()


@pytest.mark.parametrize(
    ("changes", "codes"),
    [
        ({}, []),
        ({"dwell_seconds": 1.99}, [FlagCode.TOO_FAST]),
        ({"dwell_seconds": 2.0}, []),
        ({"dwell_seconds": -3.0}, [FlagCode.TOO_FAST]),
        ({"tried_a": True, "tried_b": True}, []),
        ({"tried_a": True, "tried_b": False}, [FlagCode.UNTRIED]),
        ({"tried_a": None, "tried_b": False}, [FlagCode.UNTRIED]),
        ({"tried_a": False, "tried_b": False, "dwell_seconds": 0.0}, [FlagCode.TOO_FAST, FlagCode.UNTRIED]),
    ],
)
def test_signs_of_a_single_vote(changes: dict[str, object], codes: list[FlagCode]) -> None:
    flags = list(first_flags(record(1, **changes), RULES))  # type: ignore[arg-type]
    assert [flag.code for flag in flags] == codes
    assert all(flag.factor == 1 for flag in flags)


def test_reasons_say_what_was_seen() -> None:
    fast, untouched = first_flags(record(1, dwell_seconds=0.4, tried_a=False, tried_b=False), RULES)
    assert "0.4 s" in fast.reason
    assert "side A and B" in untouched.reason


def test_only_votes_beyond_the_line_are_a_burst() -> None:
    bursts = Bursts(SignalRules(most_per_minute=3, most_per_day=5, burst_factor=0.25))
    # three in a minute, a fourth too soon, then slowly up to and over the daily number
    seconds = [1, 2, 3, 4, 200, 400, 86_500]
    found = [bursts.add(record(i, seconds=s)) for i, s in enumerate(seconds)]
    assert [flag is not None for flag in found] == [False, False, False, True, False, True, False]
    assert found[3] is not None
    assert (found[3].factor, "4 of this voter within 60 seconds" in found[3].reason) == (0.25, True)
    assert found[5] is not None
    assert "6 of this voter within 24 hours" in found[5].reason


def test_bursts_are_of_one_person() -> None:
    bursts = Bursts(SignalRules(most_per_minute=1))
    assert bursts.add(record(1, seconds=1, voter="v")) is None
    assert bursts.add(record(2, seconds=1, voter="w")) is None
    assert [bursts.add(record(i, seconds=1, voter="")) for i in range(5)] == [None] * 5
    assert bursts.add(record(3, seconds=1, voter="v")) is not None


def seats(winners: list[Winner], *, tolerated: float = 0.6) -> SeatMonitor:
    monitor = SeatMonitor(tolerated=tolerated)
    for winner in winners:
        monitor.add("v", winner)
    return monitor


@pytest.mark.parametrize("side", [Winner.A, Winner.B])
def test_one_seat_only_is_seen_within_a_dozen_votes(side: Winner) -> None:
    found = seats([side] * 12).finding("v")
    assert found is not None
    assert found.e_value > 20
    assert found.p_value == pytest.approx(2 * 0.5**12)
    assert ("left" if side is Winner.A else "right") in found.reason


def test_ties_say_nothing_about_seats() -> None:
    assert seats([Winner.TIE, Winner.BOTH_BAD]).finding("v") is None
    assert seats([]).evidence() == {}


@pytest.mark.parametrize("share", [0.5, 0.55, 0.6])
def test_a_tolerated_leaning_never_reaches_the_line_too_often(share: float) -> None:
    rng, reached = np.random.default_rng(1), 0
    for _ in range(300):
        monitor = SeatMonitor(tolerated=0.6)
        largest = 0.0
        for left in rng.random(100) < share:
            monitor.add("v", Winner.A if left else Winner.B)
            largest = max(largest, monitor.evidence()["v"])
        reached += largest >= 20
    assert reached <= 0.05 * 300


def test_the_interval_of_a_share_is_the_exact_one() -> None:
    assert clopper_pearson(0, 10) == pytest.approx((0.0, 1 - 0.025**0.1))
    assert clopper_pearson(10, 10) == pytest.approx((0.025**0.1, 1.0))
    assert clopper_pearson(5, 10) == pytest.approx((0.187086, 0.812914), abs=1e-6)


@pytest.mark.parametrize("tolerated", [0.4, 0.7])
def test_a_line_that_makes_no_sense_is_refused(tolerated: float) -> None:
    with pytest.raises(ValueError, match="tolerated"):
        SeatMonitor(tolerated=tolerated)
