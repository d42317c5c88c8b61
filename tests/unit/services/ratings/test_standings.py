"""Boards: counts, anchors, ranks, notes and the converter."""

from datetime import UTC, datetime

import pytest

from services.domain.answer import Usage
from services.domain.battle import Battle, BattleState
from services.domain.judgement import Judgement, SeatOrder, Source, Winner
from services.domain.rating import Board
from services.ratings.standings import Comparison, board, comparisons, data_hash

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def rows(a: str, b: str, outcomes: str) -> list[Comparison]:
    words = {"a": Winner.A, "b": Winner.B, "=": Winner.TIE, "x": Winner.BOTH_BAD}
    return [
        Comparison(contender_a=a, contender_b=b, winner=words[word], cluster=f"{a}-{b}-{i}")
        for i, word in enumerate(outcomes)
    ]


def rate(found: list[Comparison], *, anchor: str = "", seed: int = 1, nulls: int = 0) -> Board:
    return board(found, source=Source.LLM, anchor=anchor, seed=seed, computed_at=NOW, null_judgements=nulls)


ARENA = rows("x", "y", "a" * 30 + "b" * 10 + "==x") + rows("z", "y", "b" * 25 + "a" * 9 + "x")


def test_counts_are_shown_by_class() -> None:
    found = {row.contender: row for row in rate(ARENA).standings}
    y = found["y"]
    assert (y.judgements, y.wins, y.losses, y.ties, y.both_bad) == (78, 35, 39, 2, 2)
    assert rate(ARENA).judgements == 78


def test_ranks_follow_scores_and_bounds_hold_them() -> None:
    found = rate(ARENA)
    assert [(row.contender, row.rank) for row in found.standings] == [("x", 1), ("y", 2), ("z", 3)]
    for row in found.standings:
        assert row.low <= row.score <= row.high
        assert 1 <= row.rank_low <= row.rank <= row.rank_high <= 3
    assert found.standings[0].rank_high == 1


def test_equal_records_share_a_rank() -> None:
    found = rate(rows("x", "y", "ab" * 20))
    assert [(row.rank, row.rank_low, row.rank_high) for row in found.standings] == [(1, 1, 2), (1, 1, 2)]


def test_the_anchor_only_shifts_the_scores() -> None:
    free, anchored = rate(ARENA), rate(ARENA, anchor="z")
    shift = {a.contender: a.score - f.score for f, a in zip(free.standings, anchored.standings, strict=True)}
    assert max(shift.values()) - min(shift.values()) == pytest.approx(0, abs=1e-9)
    z = anchored.standings[2]
    assert (anchored.anchor, z.score, z.low, z.high) == ("z", 1000.0, 1000.0, 1000.0)
    assert sum(row.score for row in free.standings) / 3 == pytest.approx(1000)
    assert [row.rank_low for row in free.standings] == [row.rank_low for row in anchored.standings]


def test_an_anchor_that_has_not_played_is_reported() -> None:
    found = rate(ARENA, anchor="ghost")
    assert found.anchor == ""
    assert any("ghost" in note for note in found.notes)


def test_no_rows_give_an_empty_board_with_a_note() -> None:
    found = rate([], anchor="x", nulls=3)
    assert (found.standings, found.judgements, found.null_judgements) == ((), 0, 3)
    assert found.notes == ("There are no judgements yet.",)


def test_self_battles_are_ignored_with_a_note() -> None:
    found = rate([*ARENA, *rows("x", "x", "a"), *rows("solo", "solo", "=")])
    assert found.standings == rate(ARENA).standings
    assert any("2 comparison(s)" in note for note in found.notes)


def test_an_undefeated_contender_is_finite_and_said_so() -> None:
    found = rate(rows("x", "y", "a" * 40))
    assert any("prior" in note for note in found.notes)
    assert 1000 < found.standings[0].score < 4000


def test_few_battles_never_look_certain() -> None:
    found = rate(rows("x", "y", "===="))
    assert any("Only 4" in note for note in found.notes)
    assert found.standings[0].high - found.standings[0].low > 100


def test_many_ties_alone_never_look_certain() -> None:
    found = rate(rows("x", "y", "=" * 50))
    assert found.standings[0].high > found.standings[0].low + 20


def test_row_order_and_seats_change_nothing() -> None:
    swapped = [
        Comparison(contender_a=r.contender_b, contender_b=r.contender_a, winner=r.winner.swapped, cluster=r.cluster)
        for r in reversed(ARENA)
    ]
    assert rate(swapped) == rate(ARENA)


def test_the_hash_depends_on_every_row() -> None:
    assert data_hash(ARENA) != data_hash(ARENA[1:])
    assert len(data_hash([])) == 64


def test_null_judgements_are_dropped_and_counted() -> None:
    battle = Battle(
        id="b1",
        state=BattleState.COMPLETE,
        contender_a="x",
        contender_b="y",
        policy="uniform",
        policy_version="1",
        pair_probability=1.0,
        judges=(),
        created_at=NOW,
    )
    pairs = [(battle, judgement(Winner.B, SeatOrder.AB)), (battle, judgement(None, SeatOrder.BA))]
    assert comparisons(pairs) == (
        [Comparison(contender_a="x", contender_b="y", winner=Winner.B, cluster="b1")],
        1,
    )


def judgement(winner: Winner | None, order: SeatOrder) -> Judgement:
    return Judgement(
        id=order.value,
        battle_id="b1",
        turn_id="t1",
        source=Source.LLM,
        judge="j",
        order=order,
        winner=winner,
        strength=2,
        reason="",
        raw="",
        prompt_hash="",
        usage=Usage(),
        wall_seconds=None,
        created_at=NOW,
    )
