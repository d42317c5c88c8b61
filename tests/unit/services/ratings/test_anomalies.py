"""Honest voters are left alone, others are found, and the evidence is what the formula says."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.domain.judgement import Winner
from services.ratings.anomalies import (
    INVERTED,
    LEFT,
    UNIFORM,
    Ballot,
    VoterFinding,
    VoterMonitor,
    anomalous,
)
from services.ratings.evidence import e_bh
from tests.fixtures.simulated_voters import Arena, arena, ballots

ALPHA = 0.05


def monitor(where: Arena) -> VoterMonitor:
    return VoterMonitor(where.names, where.organisations)


def vote(voter: str, a: str, b: str, winner: Winner) -> Ballot:
    return Ballot(voter=voter, contender_a=a, contender_b=b, winner=winner)


def judged(where: Arena, rng: np.random.Generator, *, kind: str, voters: int, votes: int, history: int) -> VoterMonitor:
    found = monitor(where)
    for ballot in ballots(rng, where, kind="honest", votes=history, voter=""):
        found.add(ballot)
    for i in range(voters):
        for ballot in ballots(rng, where, kind=kind, votes=votes, voter=f"v{i}", favourite=i % len(where.names)):
            found.add(ballot)
    return found


def test_the_first_vote_on_a_pair_proves_nothing() -> None:
    found = VoterMonitor(["x", "y"], {})
    found.add(vote("v", "x", "y", Winner.A))
    assert found.finding("v").e_value <= 1


def test_the_evidence_is_that_of_the_formula() -> None:
    found = VoterMonitor(["x", "y", "z"], {"x": "one", "y": "two", "z": "two"})
    for winner in (Winner.A, Winner.A, Winner.A, Winner.TIE, Winner.B):
        found.add(vote("", "x", "y", winner))
    found.add(vote("v", "y", "x", Winner.A))
    odds = 6 / 2
    sharp, blunt = (0.9 + 0.1 / 3) * odds, (0.1 / 3) * odds
    habits = [odds / 3, odds * (1 - 2 / 8) / 2, odds * 4 / 8, sharp, blunt]
    fans, makers = (sharp + blunt + 1) / 3, (sharp + blunt) / 2
    assert found.finding("v").e_value == pytest.approx((sum(habits) + fans + makers) / 7)
    assert found.finding("v").largest == found.finding("v").e_value
    found.add(vote("v", "x", "y", Winner.B))
    # hindsight knows no more, for nobody else has voted since; the own first vote is history: 3 won, 1 tied, 2 lost
    assert found.finding("v").explanation == "fan of y"
    assert found.finding("v").wealth == pytest.approx(sharp * (0.9 + 0.1 / 3) * 7 / 3)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.sampled_from([Winner.A, Winner.B, Winner.TIE]), min_size=1, max_size=40))
def test_bets_are_fair_whatever_votes_the_pair_has_had(winners: list[Winner]) -> None:
    """Each vote in turn is the new one, the rest the history: the mean of every wealth is at most one."""
    sums = 0.0
    for i, winner in enumerate(winners):
        found = VoterMonitor(["x", "y"], {})
        for other in winners[:i] + winners[i + 1 :]:
            found.add(vote("", "x", "y", other))
        found.add(vote("v", "x", "y", winner))
        sums += found.evidence("v")
    assert sums / len(winners) <= 1 + 1e-12


@pytest.mark.parametrize(("contenders", "history"), [(20, 20_000), (3, 0)])
def test_no_more_than_alpha_of_a_thousand_honest_voters_ever_reach_the_line(contenders: int, history: int) -> None:
    rng = np.random.default_rng(2)
    found = judged(arena(rng, contenders=contenders), rng, kind="honest", voters=1000, votes=30, history=history)
    reached = sum(item.largest >= 1 / ALPHA for item in found.findings())
    assert reached <= ALPHA * 1000
    assert sum(item.hindsight >= 1 / ALPHA for item in found.findings()) <= ALPHA * 1000
    assert len(anomalous(found.findings(), alpha=ALPHA, least_votes=10)) <= 2


def test_a_single_heavy_voter_beside_a_thin_history_is_left_alone() -> None:
    rng, reached = np.random.default_rng(3), 0
    for _ in range(200):
        where = arena(rng, contenders=2, spread=0.7, ties=0.3)
        found = judged(where, rng, kind="honest", voters=1, votes=200, history=8)
        reached += max(found.finding("v0").largest, found.finding("v0").hindsight) >= 1 / ALPHA
    assert reached <= ALPHA * 200


@pytest.mark.parametrize(
    ("kind", "share", "explanations"),
    [
        ("random", 0.8, {UNIFORM}),
        ("inverted", 1.0, {INVERTED}),
        ("always-left", 1.0, {LEFT}),
    ],
)
def test_bad_voters_are_found_and_named(kind: str, share: float, explanations: set[str]) -> None:
    rng = np.random.default_rng(4)
    found = judged(arena(rng, contenders=12), rng, kind=kind, voters=40, votes=60, history=10_000)
    flagged = anomalous(found.findings(), alpha=ALPHA, least_votes=10)
    assert len(flagged) >= share * 40
    named = [item.explanation in explanations for item in flagged.values()]
    assert sum(named) >= 0.9 * len(named)


def test_hindsight_is_the_evidence_if_all_others_had_voted_first() -> None:
    rng = np.random.default_rng(9)
    where = arena(rng, contenders=3)
    own = list(ballots(rng, where, kind="random", votes=30, voter="v"))
    others = list(ballots(rng, where, kind="honest", votes=200, voter=""))
    early, late = monitor(where), monitor(where)
    for ballot in own + others:
        early.add(ballot)
    for ballot in others + own:
        late.add(ballot)
    assert early.finding("v").hindsight == pytest.approx(late.finding("v").e_value, rel=1e-9)
    assert late.finding("v").hindsight == pytest.approx(late.finding("v").e_value, rel=1e-9)
    assert early.finding("v").e_value != pytest.approx(early.finding("v").hindsight)


def test_fans_are_named_with_whom_they_favour() -> None:
    rng = np.random.default_rng(5)
    where = arena(rng, contenders=12)
    weakest = int(where.chances[:, :, 2].sum(axis=1).argmin())
    for kind, said in (("fan", where.names[weakest]), ("maker-fan", "organisation")):
        found = monitor(where)
        for ballot in ballots(rng, where, kind="honest", votes=10_000, voter=""):
            found.add(ballot)
        for ballot in ballots(rng, where, kind=kind, votes=150, voter="v", favourite=weakest):
            found.add(ballot)
        assert found.finding("v").e_value > 1 / ALPHA
        assert said in found.finding("v").reason


def test_names_and_seats_do_not_matter() -> None:
    rng = np.random.default_rng(6)
    where = arena(rng, contenders=4)
    rows = [ballot for i in range(5) for ballot in ballots(rng, where, kind="random", votes=40, voter=f"v{i}")]
    other = {name: where.names[-1 - i] for i, name in enumerate(where.names)}
    straight, renamed = VoterMonitor(where.names, {}), VoterMonitor(where.names, {})
    for row in rows:
        straight.add(row)
        renamed.add(vote(row.voter, other[row.contender_a], other[row.contender_b], row.winner))
    for one, two in zip(straight.findings(), renamed.findings(), strict=True):
        assert one.e_value == pytest.approx(two.e_value, rel=1e-9)


def test_evidence_stays_finite_over_many_votes() -> None:
    rng = np.random.default_rng(7)
    where = arena(rng, contenders=3)
    found = judged(where, rng, kind="always-left", voters=1, votes=5_000, history=3_000)
    assert math.isfinite(found.finding("v0").e_value)
    assert found.finding("v0").largest >= 1e300 / 7
    assert "over 1e299" in found.finding("v0").reason


@pytest.mark.parametrize(("a", "b"), [("x", "x"), ("x", "stranger")])
def test_a_vote_on_no_pair_is_refused(a: str, b: str) -> None:
    with pytest.raises(ValueError, match="named at the start"):
        VoterMonitor(["x", "y"], {}).add(vote("v", a, b, Winner.A))


def test_e_bh_is_the_plain_rule_for_one_and_stricter_for_many() -> None:
    assert e_bh({"a": 20.0}, ALPHA) == {"a"}
    assert e_bh({"a": 19.0}, ALPHA) == frozenset()
    assert e_bh({"a": 20.0, "b": 1.0}, ALPHA) == frozenset()
    assert e_bh({"a": 41.0, "b": 1.0}, ALPHA) == {"a"}
    assert e_bh({"a": 30.0, "b": 21.0, "c": 0.0}, ALPHA) == frozenset()
    assert e_bh({"a": 30.0, "b": 30.0, "c": 0.0}, ALPHA) == {"a", "b"}
    assert e_bh({}, ALPHA) == frozenset()


@pytest.mark.parametrize(
    ("value", "said"),
    [(0.3, "less than 1"), (1.0, "over 1 "), (999.9, "over 100 "), (1000.0, "over 1,000 "), (3e9, "over 1e9 ")],
)
def test_reasons_tell_the_order_of_magnitude(value: float, said: str) -> None:
    found = VoterFinding(voter="v", votes=9, e_value=1.0, largest=1.0, hindsight=1.0, explanation=UNIFORM, wealth=value)
    assert f"at random {said.strip()} times better" in found.reason


def test_few_votes_are_not_judged() -> None:
    found = VoterFinding(voter="v", votes=9, e_value=1e6, largest=1e6, hindsight=1e6, explanation=UNIFORM, wealth=1e6)
    assert anomalous([found], alpha=ALPHA, least_votes=10) == {}
    assert list(anomalous([found], alpha=ALPHA, least_votes=9)) == ["v"]
