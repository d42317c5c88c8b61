"""`arena leaderboard`: what is stored, what is computed on the spot, what is refused. On a real SQLite store."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from services.cli.main import build
from services.domain.battle import BattleState
from services.domain.judgement import Source, Winner
from services.domain.vote import Voter
from services.domain.vote_record import BattleFacts, SideFacts
from services.entrypoints.bootstrap import Assembly
from services.errors import InvalidRequest
from services.settings import Settings
from tests.contract import store_values as some

PYTHON = SideFacts(environment="python", language="python", outcome="succeeded", style={"bold": 0.0})
BOLD = replace(PYTHON, style={"bold": 3.0})


@pytest.fixture(autouse=True)
def arena(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Assembly:
    """60 votes of as many people: ana wins 40, of which 20 in games; the board is computed and stored."""
    monkeypatch.setenv("ARENA_DATA_DIR", str(tmp_path))
    assembly = Assembly(Settings(data_dir=tmp_path))
    with assembly.store() as uow:
        for number in range(60):
            winner = Winner.A if number % 3 else Winner.B
            uow.battles.add(
                some.battle(id=f"b{number}", state=BattleState.VOTED, contender_a="ana", contender_b="[ben]")
            )
            uow.battles.add_turn(some.turn(id=f"t{number}", battle_id=f"b{number}"))
            uow.votes.know(Voter(id=f"s{number}", pseudonym=f"p{number}", created_at=some.NOW))
            uow.votes.add(some.vote(id=f"v{number}", battle_id=f"b{number}", voter=f"s{number}", choice=winner))
            uow.judgements.put(
                some.judgement(
                    id=f"j{number}",
                    battle_id=f"b{number}",
                    turn_id=f"t{number}",
                    source=Source.HUMAN,
                    judge="human",
                    winner=winner,
                    created_at=datetime(2026, 1, 1 + number // 30, tzinfo=UTC),
                )
            )
            uow.facts.put(
                BattleFacts(
                    battle_id=f"b{number}",
                    prompt_key=f"k{number}",
                    prompt_group=f"k{number}",
                    category="games" if number < 30 else "[web]",
                    side_a=BOLD if number % 2 else PYTHON,
                    side_b=PYTHON,
                    version="1",
                )
            )
        uow.commit()
    board = assembly.rating.compute(Source.HUMAN)
    with assembly.store() as uow:
        uow.boards.put(board)
        uow.commit()
    return assembly


def run(*arguments: str) -> str:
    found = CliRunner().invoke(build(), ["leaderboard", *arguments], catch_exceptions=False, env={"COLUMNS": "250"})
    assert found.exit_code == 0, found.output
    return found.stdout


def data(*arguments: str) -> Any:
    return json.loads(run(*arguments, "--json"))["data"]


def test_the_stored_board_is_live_and_says_so() -> None:
    text = run("show")
    assert "hold however often one looks" in text
    assert "60 counted, 0 null" in text
    assert "[ben]" in text
    assert "not distinguishable from" in text


def test_json_has_everything() -> None:
    (board,) = data("show")
    assert board["interval_kind"] == "anytime"
    assert board["clusters"] == board["counted_weight"] == board["effective_size"] == 60
    first = board["standings"][0]
    assert first["contender"] == "ana"
    assert first["live_low"] < first["low"] < first["high"] < first["live_high"]
    assert {"provisional", "provisional_reason", "tied_with", "both_bad_rate"} <= first.keys()


def test_ordinary_ranks_are_computed_on_request() -> None:
    text = run("show", "--interval", "fixed")
    assert "for one look at a fixed amount of data" in text


@pytest.mark.parametrize(
    ("options", "counted"),
    [
        (["--category", "games"], 30),
        (["--category", "[web]", "--environment", "python", "--language", "python"], 30),
        (["--judge", "human"], 60),
        (["--since", "2026-01-02"], 30),
        (["--until", "2026-01-02T00:00:00"], 30),
    ],
)
def test_slices_are_computed_from_the_records(options: list[str], counted: int) -> None:
    (board,) = data("show", *options)
    assert board["judgements"] == counted
    assert "slice: " in run("show", *options)


def test_provisional_rows_are_marked_with_their_reason() -> None:
    assert "provisional: ana: 30 of 50 judgements" in run("show", "--category", "games")


def test_style_control_tells_what_style_is_worth() -> None:
    (board,) = data("show", "--style-control")
    (effect,) = board["style_effects"]
    assert effect["feature"] == "bold"
    assert effect["low"] < effect["value"] < effect["high"]
    text = run("show", "--style-control")
    assert "one standard deviation more bold" in text
    assert "style control moved ana by" in text


def test_slices_are_listed_with_counts() -> None:
    text = run("slices")
    assert "--category games  (30)" in text
    assert "--environment python  (60)" in text
    assert data("slices", "--source", "llm") == {"llm": {"values": [], "first": None, "last": None}}


def test_the_matrix_tells_both_sides_of_each_pair() -> None:
    found = data("matrix")
    assert found["names"] == ["[ben]", "ana"]
    assert found["counts"] == [[0, 60], [60, 0]]
    assert found["rates"][1][0]["rate"] == pytest.approx(40 / 60)
    assert "0.667" in run("matrix")


@pytest.mark.parametrize("options", [["--category", "poetry"], ["--since", "2026-02-01", "--until", "2026-01-01"]])
def test_a_slice_that_cannot_be_is_refused_with_what_to_do(options: list[str]) -> None:
    with pytest.raises(InvalidRequest) as caught:
        run("show", *options)
    assert caught.value.hint
