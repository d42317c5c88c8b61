"""A published board from its export alone: equal, to the last bit with one BLAS thread, and named where it is not."""

import csv
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner, Result

from services.api.schemas.leaderboard import PublishedBoardOut
from services.cli.main import build
from services.domain.battle import BattleState
from services.domain.judgement import SeatOrder, Source, Winner
from services.domain.vote import Voter
from services.errors import InvalidRequest
from services.store import schema
from services.store.sql import SqlUnitOfWorkFactory, create_engine_for
from tests.architecture.repository import ROOT
from tests.contract import store_values as some

HUMAN: dict[str, Any] = {"source": Source.HUMAN, "order": SeatOrder.AB}
NAMES = ("ana", "ben", "cas", "dan")


@pytest.fixture
def arena(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An arena with 120 votes, whose board is published; the folder to write into."""
    monkeypatch.setenv("ARENA_DATA_DIR", str(tmp_path / "data"))
    url = f"sqlite:///{tmp_path}/data/arena.db"
    schema.upgrade(url)
    factory = SqlUnitOfWorkFactory(create_engine_for(url))
    with factory() as uow:
        for number in range(40):
            uow.votes.know(Voter(id=f"s{number}", pseudonym=f"p{number}", created_at=some.NOW))
        for number in range(120):
            pair = {"contender_a": NAMES[number % 4], "contender_b": NAMES[(number + 1 + number % 3) % 4]}
            key = f"battle-{number}"
            uow.battles.add(some.battle(id=key, state=BattleState.VOTED, **pair))
            uow.battles.add_turn(some.turn(id=f"turn-{number}", battle_id=key))
            uow.votes.add(some.vote(id=f"v{number}", battle_id=key, voter=f"s{number % 40}"))
            said = HUMAN | {"winner": list(Winner)[number * 7 % 11 % 4]}
            uow.judgements.put(some.judgement(id=f"j{number}", battle_id=key, turn_id=f"turn-{number}", **said))
        uow.commit()
    factory.close()
    assert run("leaderboard", "publish").exit_code == 0
    for ending in ("jsonl", "csv", "parquet"):
        assert run("export", "votes", "--snapshot", "1", "--out", f"{tmp_path}/votes.{ending}").exit_code == 0
    assert run("export", "leaderboard", "--snapshot", "1", "--out", f"{tmp_path}/board.json").exit_code == 0
    return tmp_path


def run(*words: str) -> Result:
    return CliRunner().invoke(build(), list(words), env={"COLUMNS": "200"})


def fit(folder: Path, ending: str = "jsonl") -> Result:
    return run("leaderboard", "fit", "--votes", f"{folder}/votes.{ending}", "--snapshot", f"{folder}/board.json")


@pytest.mark.parametrize("ending", ["jsonl", "csv", "parquet"])
def test_the_export_gives_the_published_board(arena: Path, ending: str) -> None:
    result = fit(arena, ending)
    assert result.exit_code == 0, result.output
    assert "Equal to the published board" in result.stderr


def test_rules_of_publication_are_the_published_ones(arena: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ARENA_PUBLICATION_VOTES", "1")
    monkeypatch.setenv("ARENA_PUBLICATION_POINTS", "5000")
    with SqlUnitOfWorkFactory(create_engine_for(f"sqlite:///{arena}/data/arena.db"))() as uow:
        uow.judgements.put(some.judgement(id="j0", battle_id="battle-0", turn_id="turn-0", **HUMAN, winner=Winner.TIE))
        uow.commit()
    assert run("leaderboard", "publish").exit_code == 0
    run("export", "votes", "--snapshot", "2", "--out", f"{arena}/votes.jsonl")
    run("export", "leaderboard", "--snapshot", "2", "--out", f"{arena}/board.json")
    document = json.loads((arena / "board.json").read_text())
    assert not any(row["provisional"] for row in document["board"]["standings"])
    assert fit(arena).exit_code == 0
    document["board"]["standings"][0]["wins"] += 1
    (arena / "board.json").write_text(json.dumps(document))
    assert fit(arena).exit_code == 5


def test_what_the_interface_says_of_a_snapshot_can_be_recomputed_too(arena: Path) -> None:
    with SqlUnitOfWorkFactory(create_engine_for(f"sqlite:///{arena}/data/arena.db"))() as uow:
        (snapshot,) = uow.snapshots.all()
    (arena / "board.json").write_text(PublishedBoardOut.of(snapshot).model_dump_json())
    result = fit(arena)
    assert result.exit_code == 0, result.output


def test_a_board_leaves_as_rows_too(arena: Path) -> None:
    for ending in ("csv", "jsonl", "parquet"):
        assert run("export", "leaderboard", "--snapshot", "1", "--out", f"{arena}/rows.{ending}").exit_code == 0
    rows = [json.loads(line) for line in (arena / "rows.jsonl").read_text().splitlines()]
    board = json.loads((arena / "board.json").read_text())["board"]
    assert [(row["snapshot"], row["score"]) for row in rows] == [(1, row["score"]) for row in board["standings"]]
    assert {row["data_hash"] for row in rows} == {board["data_hash"]}
    with (arena / "rows.csv").open(newline="") as file:
        cells = list(csv.DictReader(file))
    assert [float(row["low"]) for row in cells] == [row["low"] for row in board["standings"]]
    assert [row["contender"] for row in pq.read_table(arena / "rows.parquet").to_pylist()] == [
        row["contender"] for row in rows
    ]
    first = board["standings"][0]
    assert rows[0]["tied_with"] == " ".join(first["tied_with"])


def test_a_vote_taken_out_is_noticed(arena: Path) -> None:
    path = arena / "votes.jsonl"
    path.write_text("".join(path.read_text().splitlines(keepends=True)[1:]))
    result = fit(arena)
    assert result.exit_code == 5
    assert "judgements: 120 published, 119 computed" in result.stderr


def test_a_score_touched_up_is_noticed(arena: Path) -> None:
    path = arena / "board.json"
    document = json.loads(path.read_text())
    document["board"]["standings"][0]["score"] += 0.001
    path.write_text(json.dumps(document))
    result = fit(arena)
    assert result.exit_code == 5
    assert "standings[1].score" in result.stderr


def test_it_is_the_same_to_the_last_bit_in_two_processes(arena: Path) -> None:
    words = [sys.executable, "-m", "services.cli.main", "leaderboard", "fit", "--votes", f"{arena}/votes.csv", "--json"]
    words += ["--snapshot", f"{arena}/board.json"]
    # no store, no settings, no network: the file is enough
    environ = {"PATH": os.environ["PATH"], "OPENBLAS_NUM_THREADS": "1", "PYTHONPATH": os.pathsep.join(sys.path)}
    first, second = (
        subprocess.run(words, capture_output=True, check=True, env=environ, cwd=arena, timeout=60) for _ in range(2)
    )
    assert first.stdout == second.stdout
    published = json.loads((arena / "board.json").read_text())["board"]
    computed = json.loads(first.stdout)["data"]
    assert [row["score"] for row in computed["standings"]] == [row["score"] for row in published["standings"]]


def test_votes_change_form_and_are_checked(arena: Path) -> None:
    public = f"{arena}/public.jsonl"
    assert run("import", "votes", f"{arena}/votes.parquet", "--out", public, "--form", "arena-battles").exit_code == 0
    assert {"model_a", "model_b", "winner"} <= set(json.loads(Path(public).read_text().splitlines()[0]))
    again = run("leaderboard", "fit", "--votes", public, "--json")
    assert json.loads(again.stdout)["data"]["judgements"] == 120
    (arena / "bad.jsonl").write_text('{"model_a": "x"}\n')
    assert isinstance(run("import", "votes", f"{arena}/bad.jsonl").exception, InvalidRequest)


def test_what_is_no_board_is_named(arena: Path) -> None:
    for text, said in (("{}", "holds no board"), ("{", "is not JSON")):
        (arena / "board.json").write_text(text)
        error = fit(arena).exception
        assert isinstance(error, InvalidRequest)
        assert said in error.message


def test_an_exported_arena_is_audited_offline(arena: Path) -> None:
    events, draws = f"{arena}/events.jsonl", f"{arena}/draws.jsonl"
    assert run("export", "registry", "--out", events, "--draws", draws).exit_code == 0
    result = run("audit", "--events", events, "--votes", f"{arena}/votes.jsonl", "--draws", draws, "--json")
    assert json.loads(result.stdout)["data"]["judgements"] == 120


@pytest.mark.shared_data
@pytest.mark.skipif(not os.environ.get("ARENA_SHARED_DATA"), reason="ARENA_SHARED_DATA is not set")
def test_real_votes_of_another_form_give_the_golden_board(tmp_path: Path) -> None:
    source = Path(os.environ["ARENA_SHARED_DATA"]) / "llmfao" / "crowd-comparisons.csv"
    assert run("import", "votes", str(source), "--out", f"{tmp_path}/votes.parquet").exit_code == 0
    boards = [
        json.loads(run("leaderboard", "fit", "--votes", votes, "--json").stdout)["data"]
        for votes in (str(source), f"{tmp_path}/votes.parquet")
    ]
    assert boards[0] == boards[1]
    assert (boards[0]["judgements"], boards[0]["clusters"]) == (8931, 124)
    golden = json.loads((ROOT / "tests/golden/ratings/llmfao-crowd.json").read_text())["scores"]
    assert {row["contender"]: row["score"] for row in boards[0]["standings"]} == pytest.approx(golden, abs=1e-3)
