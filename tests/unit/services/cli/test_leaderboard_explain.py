"""`arena leaderboard explain` and `length` over exported votes."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from services.arena.exports.vote_bytes import to_bytes
from services.cli.main import build
from services.domain.judgement import Source
from services.errors import InvalidRequest
from tests.fixtures.styled_votes import styled_votes


@pytest.fixture
def votes(tmp_path: Path) -> str:
    path = tmp_path / "votes.jsonl"
    automatic = [replace(one, id=f"llm-{one.id}") for one in styled_votes(1200, source=Source.LLM)]
    records = [*styled_votes(600), *automatic]
    path.write_bytes(to_bytes(records))
    return str(path)


def run(*arguments: str) -> str:
    found = CliRunner().invoke(build(), ["leaderboard", *arguments], catch_exceptions=False, env={"COLUMNS": "200"})
    assert found.exit_code == 0, found.output
    return found.stdout


def data(*arguments: str) -> Any:
    return json.loads(run(*arguments, "--json"))["data"]


def test_explain_lists_style_and_effects(votes: str) -> None:
    found = data("explain", "--votes", votes)
    assert found["votes"] == 600
    assert {row["feature"]: row["kind"] for row in found["influences"]} == {
        "prose_tokens": "style",
        "headers": "style",
        "exit_ok": "effect",
    }
    text = run("explain", "--votes", votes)
    assert "left out: emoji: it never differs" in text
    assert "ana: " in text
    only = data("explain", "--votes", votes, "--feature", "headers")
    assert [row["feature"] for row in only["influences"]] == ["headers"]
    with pytest.raises(InvalidRequest, match="colour"):
        run("explain", "--votes", votes, "--feature", "colour")


def test_length_measures_against_a_baseline(votes: str) -> None:
    arguments = ["length", "--votes", votes, "--baseline", "ben", "--feature", "prose_tokens"]
    found = data(*arguments)
    rates = {rate["contender"]: rate for rate in found["rates"]}
    assert list(rates) == ["ana", "ben", "cas", "dan"]
    assert rates["ben"]["controlled"]["point"] == 50
    assert rates["dan"]["controlled"]["point"] < 50 < rates["ana"]["controlled"]["point"]
    assert rates["dan"]["controlled"]["high"] < rates["ana"]["controlled"]["high"]
    assert found["pool"]["slope"][0] > 0
    assert "prose_tokens: +" in run(*arguments)
    for words, said in (
        (["--baseline", "nobody"], "compares nobody"),
        (["--baseline", "ben"], "knows characters"),
    ):
        with pytest.raises(InvalidRequest, match=said):
            run("length", "--votes", votes, *words)
