"""Boards from records: counts, weights, clusters, anchors, slices, provisional rows, notes and the hash."""

import hashlib
import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import numpy as np
import pytest

from services.domain.judgement import Source, Winner
from services.domain.rating import Board, BoardSlice, IntervalKind, PublicationRules
from services.domain.vote_record import Flag, FlagCode, SideFacts, VoteRecord
from services.ratings.rows import rows_of
from services.ratings.slices import options
from services.ratings.standings import board_of
from tests.fixtures.records import NOW, simulated, swapped, vote, votes

LEAK = Flag(code=FlagCode.IDENTITY_LEAK, reason="It says who it is.", factor=0.0)
ODD = Flag(code=FlagCode.ANOMALOUS_VOTER, reason="Odd.", factor=0.25)


def rate(found: list[VoteRecord], **changes: Any) -> Board:
    values: dict[str, Any] = {"source": Source.HUMAN, "seed": 1, "computed_at": NOW}
    return board_of(found, **values | changes)


ARENA = votes("x", "y", "a" * 30 + "b" * 10 + "==x") + votes("z", "y", "b" * 25 + "a" * 9 + "x")


def test_counts_are_shown_by_class() -> None:
    found = {row.contender: row for row in rate(ARENA).standings}
    y = found["y"]
    assert (y.judgements, y.wins, y.losses, y.ties, y.both_bad) == (78, 35, 39, 2, 2)
    assert y.both_bad_rate == pytest.approx(2 / 78)
    board = rate(ARENA)
    assert (board.judgements, board.clusters, board.counted_weight, board.effective_size) == (78, 78, 78, 78)


def test_ranks_follow_scores_and_bounds_hold_them() -> None:
    found = rate(ARENA)
    assert [(row.contender, row.rank) for row in found.standings] == [("x", 1), ("y", 2), ("z", 3)]
    for row in found.standings:
        assert row.low <= row.score <= row.high
        assert 1 <= row.rank_low <= row.rank <= row.rank_high <= 3
    assert found.standings[0].rank_high == 1
    assert [row.tied_with for row in found.standings] == [(), (), ()]


def test_equal_records_share_a_rank_and_are_not_distinguishable() -> None:
    found = rate(votes("x", "y", "ab" * 20))
    assert [(row.rank, row.rank_low, row.rank_high) for row in found.standings] == [(1, 1, 2), (1, 1, 2)]
    assert [row.tied_with for row in found.standings] == [("y",), ("x",)]


def test_the_anchor_only_shifts_the_scores() -> None:
    free, anchored = rate(ARENA), rate(ARENA, anchor="z")
    shift = {a.contender: a.score - f.score for f, a in zip(free.standings, anchored.standings, strict=True)}
    assert max(shift.values()) - min(shift.values()) == pytest.approx(0, abs=1e-9)
    z = anchored.standings[2]
    assert (anchored.anchor, z.score, z.low, z.high, z.live_low, z.live_high) == ("z", 1000.0, *[1000.0] * 4)
    assert sum(row.score for row in free.standings) / 3 == pytest.approx(1000)
    assert [row.rank_low for row in free.standings] == [row.rank_low for row in anchored.standings]


def test_an_anchor_that_has_not_played_is_reported() -> None:
    found = rate(ARENA, anchor="ghost")
    assert found.anchor == ""
    assert any("ghost" in note for note in found.notes)


def test_no_records_give_an_empty_board_with_a_note() -> None:
    nulls = [vote("x", "y", None, number=number) for number in range(3)]
    found = rate(nulls, anchor="x")
    assert (found.standings, found.judgements, found.null_judgements) == ((), 0, 3)
    assert found.notes == ("There are no judgements yet.",)


def test_self_battles_are_ignored_with_a_note() -> None:
    found = rate([*ARENA, *votes("x", "x", "a"), *votes("solo", "solo", "=")])
    assert found.standings == rate(ARENA).standings
    assert any("2 judgement(s)" in note for note in found.notes)


def test_an_undefeated_contender_is_finite_provisional_and_said_so() -> None:
    found = rate([*ARENA, *votes("new", "x", "a" * 40)], rules=PublicationRules(minimum_votes=0, widest_interval=9e9))
    rows = {row.contender: row for row in found.standings}
    assert any("prior" in note for note in found.notes)
    assert 1000 < rows["new"].score < 4000
    assert "won and lost" in rows["new"].provisional_reason
    assert [rows[name].provisional for name in "xyz"] == [False] * 3


def test_few_battles_never_look_certain() -> None:
    found = rate(votes("x", "y", "===="))
    assert any("Only 4 independent" in note for note in found.notes)
    assert found.standings[0].high - found.standings[0].low > 100


def test_many_ties_alone_never_look_certain() -> None:
    found = rate(votes("x", "y", "=" * 50))
    assert found.standings[0].high > found.standings[0].low + 20


def test_record_order_and_seats_change_nothing() -> None:
    weighted = [replace(record, flags=(ODD,)) if i % 3 else record for i, record in enumerate(ARENA)]
    assert rate([swapped(record) for record in reversed(weighted)]) == rate(weighted)


def test_other_sources_are_never_mixed_in() -> None:
    assert rate([*ARENA, *votes("x", "y", "b" * 99, source=Source.LLM)]) == rate(ARENA)


def test_flags_keep_out_or_lower_and_are_counted() -> None:
    out = [replace(record, id=f"{record.id}!", flags=(LEAK,)) for record in ARENA[:5]]
    lowered = [replace(record, flags=(ODD,)) for record in ARENA[:8]]
    found = rate([*out, *lowered, *ARENA[8:]])
    assert (found.excluded, found.lowered) == ({"identity_leak": 5}, {"anomalous_voter": 8})
    assert found.judgements == 78
    assert found.counted_weight == pytest.approx(70 + 2)
    assert found.effective_size == pytest.approx(72**2 / (70 + 8 / 16))
    assert found.standings[0].score < rate(ARENA).standings[0].score


def test_duplicating_every_vote_with_its_voter_changes_no_interval() -> None:
    """A second vote of the same voter on the same pair says nothing new; of another voter it halves the variance."""
    once = [vote(r.contender_a, r.contender_b, r.winner, number=i, voter=f"v{i}") for i, r in enumerate(ARENA)]
    same = [replace(record, id=f"{record.id}+", battle_id=f"{record.battle_id}+") for record in once]
    other = [replace(record, voter=f"{record.voter}+") for record in same]
    width = [found.standings[0].high - found.standings[0].low for found in map(rate, (once, once + same, once + other))]
    assert width[1] == pytest.approx(width[0], rel=1e-9)
    assert width[2] == pytest.approx(width[0] / 2**0.5, rel=0.01)


def test_people_cluster_by_voter_and_judges_by_prompt() -> None:
    people = simulated(np.random.default_rng(1), np.array([0.5, 0.0, -0.5]), battles=400, voters=40)
    assert (rate(people).clusters, "by voter" in rate(people).method) == (40, True)
    judged = [replace(r, source=Source.LLM, voter="", prompt_group=f"g{i % 50}") for i, r in enumerate(people)]
    found = rate(judged, source=Source.LLM)
    assert (found.clusters, "by prompt" in found.method, found.notes) == (50, True, ())


def test_few_voters_fall_back_to_battles_and_say_whom_the_interval_speaks_of() -> None:
    found = rate(simulated(np.random.default_rng(2), np.array([0.5, 0.0, -0.5]), battles=300, voters=29))
    assert (found.clusters, "by battle" in found.method) == (300, True)
    assert any("Only 29 voter(s)" in note and "these voters only" in note for note in found.notes)


def test_voters_who_dominate_are_reported() -> None:
    crowd = simulated(np.random.default_rng(3), np.array([0.5, 0.0, -0.5]), battles=500, voters=40)
    loud = [replace(record, voter="v0") if i % 3 else record for i, record in enumerate(crowd)]
    assert any("too narrow" in note for note in rate(loud).notes)
    assert rate(crowd).notes == ()


def test_votes_without_a_voter_count_alone_and_are_reported() -> None:
    found = rate([replace(record, voter="") for record in ARENA])
    assert found.clusters == 78
    assert any("78 vote(s) of people who are not known" in note for note in found.notes)


def test_thresholds_decide_what_is_provisional() -> None:
    strict = rate(ARENA, rules=PublicationRules(minimum_votes=40, widest_interval=1000))
    assert {row.contender: row.provisional_reason for row in strict.standings} == {
        "x": "", "y": "", "z": "35 of 40 judgements",
    }  # fmt: skip
    narrow = rate(ARENA, rules=PublicationRules(minimum_votes=1, widest_interval=20))
    assert all(row.provisional and "points, more than 20" in row.provisional_reason for row in narrow.standings)


@pytest.mark.parametrize("changes", [{"minimum_votes": -1}, {"widest_interval": 0}, {"widest_interval": float("inf")}])
def test_thresholds_that_make_no_sense_are_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"minimum|widest"):
        PublicationRules(**changes)


def test_a_live_board_is_wider_and_claims_less() -> None:
    found = simulated(np.random.default_rng(4), np.linspace(0.6, -0.6, 5), battles=900)
    live, cited = rate(found, kind=IntervalKind.ANYTIME), rate(found)
    assert (live.interval_kind, cited.interval_kind) == (IntervalKind.ANYTIME, IntervalKind.FIXED)
    assert "max-t" in cited.method
    assert "confidence sequences" in live.method
    for now, then in zip(live.standings, cited.standings, strict=True):
        assert (now.score, now.low, now.high, now.live_low) == (then.score, then.low, then.high, then.live_low)
        low, high = now.interval(IntervalKind.ANYTIME)
        assert low < now.low < now.high < high
        assert then.interval(IntervalKind.FIXED) == (then.low, then.high)
        assert set(then.tied_with) <= set(now.tied_with)
        assert now.rank_low <= then.rank_low <= then.rank_high <= now.rank_high
    assert sum(len(row.tied_with) for row in live.standings) > sum(len(row.tied_with) for row in cited.standings)


def test_the_hash_is_that_of_the_documented_lines() -> None:
    records = [vote("y", "x", Winner.A, voter="p"), vote("x", "y", Winner.TIE, voter="q", flags=(ODD,))]
    lines = [
        ["x", "y", "b", "voter:p", "battle-y-x-0", 1.0],
        ["x", "y", "tie", "voter:q", "battle-x-y-0", 0.25],
    ]
    text = "".join(json.dumps(line, separators=(",", ":")) + "\n" for line in lines)
    assert rate(records).data_hash == hashlib.sha256(text.encode()).hexdigest()


@pytest.mark.parametrize(
    "changes",
    [{"winner": Winner.TIE}, {"voter": "other"}, {"battle_id": "other"}, {"flags": (ODD,)}, {"contender_b": "q"}],
)
def test_the_hash_depends_on_all_that_a_board_is_computed_from(changes: dict[str, Any]) -> None:
    assert rate([replace(ARENA[0], **changes), *ARENA[1:]]).data_hash != rate(ARENA).data_hash
    same = replace(ARENA[0], created_at=NOW + timedelta(days=1), category="other")
    assert rate([same, *ARENA[1:]]).data_hash == rate(ARENA).data_hash


def test_fractional_weights_fit_like_the_same_number_of_votes() -> None:
    quarter = [replace(record, flags=(ODD,)) for record in ARENA]
    assert [row.score for row in rate(quarter).standings] == pytest.approx([row.score for row in rate(ARENA).standings])


PYTHON = SideFacts(environment="python", language="python", outcome="succeeded")
SLICED = [
    vote("x", "y", Winner.A, number=0, category="games", side_a=PYTHON, side_b=PYTHON),
    vote("x", "y", Winner.B, number=1, category="games", side_a=PYTHON, side_b=replace(PYTHON, environment="pygame")),
    vote("x", "y", Winner.A, number=2, category="web", side_a=PYTHON, side_b=SideFacts(), judge="other"),
    vote("x", "y", Winner.A, number=3, category="web", flags=(LEAK,)),
]


@pytest.mark.parametrize(
    ("part", "numbers"),
    [
        ({}, [0, 1, 2]),
        ({"category": "games"}, [0, 1]),
        ({"language": "python"}, [0, 1]),
        ({"environment": "python"}, [0]),
        ({"judge": "other"}, [2]),
        ({"since": NOW + timedelta(minutes=1)}, [1, 2]),
        ({"until": NOW + timedelta(minutes=1)}, [0]),
        ({"category": "games", "environment": "pygame"}, []),
    ],
)
def test_a_slice_counts_what_belongs_to_it(part: dict[str, Any], numbers: list[int]) -> None:
    found = rate(SLICED, slice=BoardSlice(**part))
    assert found.slice == BoardSlice(**part)
    assert found.data_hash == rate([SLICED[number] for number in numbers]).data_hash
    assert found.judgements == len(numbers)


def test_the_slices_there_are_come_with_counts() -> None:
    found = options(SLICED)
    assert [(value.name, value.value, value.judgements) for value in found.values] == [
        ("category", "games", 2),
        ("category", "web", 1),
        ("environment", "python", 1),
        ("judge", "human", 2),
        ("judge", "other", 1),
        ("language", "python", 2),
    ]
    assert (found.first, found.last) == (NOW, NOW + timedelta(minutes=2))
    assert options([]).values == ()


def test_a_slice_needs_moments_in_order_with_a_zone() -> None:
    with pytest.raises(ValueError, match="time zone"):
        BoardSlice(since=NOW.replace(tzinfo=None))
    with pytest.raises(ValueError, match="cannot end"):
        BoardSlice(since=NOW, until=NOW)


def test_rows_keep_nothing_that_the_board_does_not_need() -> None:
    plain = [replace(record, side_a=PYTHON) for record in ARENA]
    assert rows_of(plain) == rows_of(ARENA)
