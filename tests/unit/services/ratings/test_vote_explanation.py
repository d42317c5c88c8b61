"""What goes with votes, where it was planted."""

from dataclasses import replace

import pytest

from services.domain.judgement import Source
from services.domain.vote_record import SideFacts
from services.ratings.vote_explanation import FeatureKind, Influence, explain
from tests.fixtures.styled_votes import NAMES, styled_votes


def by_name(influences: tuple[Influence, ...]) -> dict[str, Influence]:
    return {one.feature: one for one in influences}


def test_planted_likings_are_found_with_their_kind() -> None:
    found = explain(styled_votes(), source=Source.HUMAN)
    likes = by_name(found.influences)
    assert set(likes) == {"prose_tokens", "headers", "exit_ok"}
    for name, planted, kind in (
        ("prose_tokens", 0.4, FeatureKind.STYLE),
        ("headers", 0.0, FeatureKind.STYLE),
        ("exit_ok", 1.2, FeatureKind.EFFECT),
    ):
        one = likes[name]
        error = (one.high - one.low) / 2 / 1.96
        assert one.kind is kind
        assert abs(one.value - planted * one.unit) < 3 * error
        assert 0 < error < 0.08
        assert 1 <= one.inflation < 1.2
    assert likes["exit_ok"].low > 0
    assert (likes["exit_ok"].known, likes["headers"].known) == (1500, 3000)
    assert (found.votes, found.clusters, found.notes) == (3000, 300, ())
    assert "clustered by voter" in found.method


def test_what_cannot_be_told_apart_is_left_out_and_named() -> None:
    left_out = explain(styled_votes(400), source=Source.HUMAN).left_out
    assert "never differs" in left_out["emoji"]
    assert "make it up" in left_out["twice"]


def test_contenders_move_by_what_their_answers_are_like() -> None:
    votes = styled_votes(3000, longer=0.0, works=0.0)
    found = explain(votes, source=Source.HUMAN)
    assert [row.contender for row in found.contenders] == list(NAMES)
    for row in found.contenders:
        assert row.change == pytest.approx(row.explained - row.plain)
        assert row.change_low - 3 < 0 < row.change_high + 3


def test_features_may_be_chosen_and_must_exist() -> None:
    votes = styled_votes(400)
    assert set(by_name(explain(votes, source=Source.HUMAN, features=["headers"]).influences)) == {"headers"}
    with pytest.raises(ValueError, match="No vote has the feature colour; there are: prose_tokens"):
        explain(votes, source=Source.HUMAN, features=["colour"])


def test_votes_without_facts_are_counted() -> None:
    votes = styled_votes(400)
    bare = [replace(one, side_b=SideFacts()) for one in votes[:5]]
    found = explain([*bare, *votes[5:]], source=Source.HUMAN)
    assert found.votes == 395
    assert "5 vote(s) without facts" in found.notes[-1]
    with pytest.raises(ValueError, match="No counted vote"):
        explain(bare, source=Source.HUMAN)
