"""`arena leaderboard quality` over exported votes and over a store, with references of every form."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from services.arena.exports.vote_bytes import to_bytes
from services.cli.main import build
from services.domain.judgement import SeatOrder, Source, Winner
from services.domain.vote_record import VoteRecord
from services.errors import InvalidRequest

NAMES = ("ana", "ben", "[cas]")


def record(number: int, source: Source = Source.HUMAN) -> VoteRecord:
    """ana wins three of four against ben and [cas], ben wins half against [cas]."""
    pair = number % 3
    a, b = ((0, 1), (0, 2), (1, 2))[pair]
    won = (number // 3) % 4 > 0 if pair < 2 else (number // 3) % 2 > 0
    return VoteRecord(
        id=f"{source}{number}",
        battle_id=f"b{number}",
        source=source,
        judge="j",
        order=SeatOrder.AB,
        contender_a=NAMES[a],
        contender_b=NAMES[b],
        winner=Winner.A if won else Winner.B,
        created_at=datetime(2026, 1, 1, tzinfo=UTC),
        voter=f"v{number}",
        prompt_key=f"p{number}",
    )


@pytest.fixture(autouse=True)
def votes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("ARENA_DATA_DIR", str(tmp_path))
    records = [record(i) for i in range(240)] + [record(i, Source.LLM) for i in range(120)]
    path = tmp_path / "votes.jsonl"
    path.write_bytes(to_bytes(records))
    return str(path)


def run(*arguments: str) -> str:
    words = ["leaderboard", "quality", "--replicates", "100", *arguments]
    found = CliRunner().invoke(build(), words, catch_exceptions=False, env={"COLUMNS": "200"})
    assert found.exit_code == 0, found.output
    return found.stdout


def data(*arguments: str) -> Any:
    return json.loads(run(*arguments, "--json"))["data"]


def reference(path: Path, rows: list[tuple[str, float, float, float]]) -> str:
    path.write_text("contender,score,low,high\n" + "".join(",".join(map(str, row)) + "\n" for row in rows))
    return str(path)


def test_figures_of_exported_votes(votes: str, tmp_path: Path) -> None:
    ranked = reference(tmp_path / "r.csv", [("ana", 9, 8, 10), ("ben", 5, 4, 6), ("[cas]", 4.5, 4, 5)])
    found = data("--votes", votes, "--reference", ranked)
    assert (found["judgements"], found["clusters"], found["replicates"], found["seed"]) == (240, 240, 100, 1)
    assert found["separability"] == {"point": pytest.approx(2 / 3), "low": found["separability"]["low"],
                                     "high": found["separability"]["high"], "n": 3}  # fmt: skip
    assert found["agreement"]["with_confidence"]["point"] == pytest.approx(2 / 3)
    assert found["agreement"]["undecided"] == 1
    assert "by voter" in found["method"]
    text = run("--votes", votes, "--reference", ranked)
    assert "pair-rank Brier (1 pairs undecided by the reference)" in text
    assert "240 judgements" in text


def test_another_source_may_be_the_reference(votes: str) -> None:
    found = data("--votes", votes, "--source", "llm", "--against", "human")
    assert found["judgements"] == 120
    assert found["agreement"]["contenders"] == 3
    assert found["agreement"]["with_confidence"]["n"] == 3


def test_json_references_and_boards_as_they_are_printed(votes: str, tmp_path: Path) -> None:
    rows = [{"contender": name, "score": i, "low": i - 0.1, "high": i + 0.1} for i, name in enumerate(NAMES)]
    for number, document in enumerate([rows, {"schema_version": 1, "data": [{"source": "human", "standings": rows}]}]):
        path = tmp_path / f"{number}.json"
        path.write_text(json.dumps(document))
        assert data("--votes", votes, "--reference", str(path))["agreement"]["with_confidence"]["point"] < 0


def test_an_empty_store_has_no_figures() -> None:
    assert data()["separability"] is None
    assert "Fewer than two contenders" in run()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "ranks nobody"),
        ("contender,score\nana,1\n", "Entry 1"),
        ("contender,score,low,high\nana,1,2,3\n", "outside of its interval"),
        ("contender,score,low,high\nana,1,1,nan\n", "not finite"),
        ("contender,score,low,high\nana,1,1,1\nana,2,2,2\n", "twice"),
        ("{", "cannot be read"),
        ('{"data": 3}', "no list"),
        ('[{"standings": []}, {"standings": []}]', "holds 2 boards"),
        ("[1]", "Entry 1"),
    ],
)
def test_references_that_make_no_sense_say_what_is_wrong(votes: str, tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "r"
    path.write_text(text)
    with pytest.raises(InvalidRequest, match=said):
        run("--votes", votes, "--reference", str(path))


def test_other_requests_that_cannot_be_met(votes: str, tmp_path: Path) -> None:
    missing = str(tmp_path / "missing.jsonl")
    for words, said in (
        (["--votes", missing], "cannot be read"),
        (["--reference", missing], "Cannot read"),
        (["--reference", missing, "--against", "llm"], "two references"),
        (["--against", "human"], "its own reference"),
        (["--votes", votes, "--against", "execution"], "no execution judgements"),
    ):
        with pytest.raises(InvalidRequest, match=said):
            run(*words)
    broken = tmp_path / "broken.jsonl"
    broken.write_text(Path(votes).read_text().split("\n")[0] + '\n{"id": 3}\n')
    with pytest.raises(InvalidRequest, match=r"broken\.jsonl:2: schema_version is missing"):
        run("--votes", str(broken))
