"""Whom a row cannot be told apart from, as the board says it."""

from dataclasses import replace
from datetime import UTC, datetime

from services.domain.judgement import Source
from services.domain.rating import Board, Standing
from services.web.leaderboard_view import nearest


def test_the_nearest_that_cannot_be_told_apart_come_first() -> None:
    rows = [
        Standing(
            contender=name, score=1000 - rank, low=900, high=1100, rank=rank, rank_low=1, rank_high=5, judgements=9,
            wins=3, losses=3, ties=2, both_bad=1,
        )
        for rank, name in enumerate("abcde", start=1)
    ]  # fmt: skip
    rows[3] = replace(rows[3], tied_with=("a", "b", "c", "e", "somebody who is gone"))
    board = Board(
        source=Source.HUMAN, standings=tuple(rows), method="", seed=1, anchor="", data_hash="", judgements=9,
        null_judgements=0, notes=(), computed_at=datetime(2024, 5, 1, tzinfo=UTC),
    )  # fmt: skip
    assert nearest(board)["d"] == (3, 5, 2, 1)
    assert nearest(board)["a"] == ()
