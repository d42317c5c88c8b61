"""`arena votes quality` over exported votes and over a store."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner

from services.arena.exports.vote_bytes import to_bytes
from services.arena.vote_records import with_rules
from services.cli.main import build
from services.domain.vote import Voter
from services.domain.vote_record import Flag, FlagCode
from services.errors import InvalidRequest
from services.judges.human import judgement_from_vote
from services.store import schema
from services.store.sql import SqlUnitOfWorkFactory, create_engine_for
from tests.contract import store_values as some
from tests.fixtures.simulated_voters import arena, ballots
from tests.fixtures.vote_records import record


@pytest.fixture(autouse=True)
def data_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("ARENA_DATA_DIR", str(tmp_path))
    return tmp_path


def run(*words: object) -> str:
    arguments = ["votes", "quality", *map(str, words)]
    found = CliRunner().invoke(build(), arguments, catch_exceptions=False, env={"COLUMNS": "220"})
    assert found.exit_code == 0, found.output
    return found.stdout


@pytest.fixture
def votes(tmp_path: Path) -> Path:
    rng = np.random.default_rng(1)
    where = arena(rng, contenders=4)
    kinds = {f"honest-{i}": "honest" for i in range(10)} | {"[left]": "always-left"}
    rows = [(b, voter) for voter, kind in kinds.items() for b in ballots(rng, where, kind=kind, votes=40, voter=voter)]
    records = [
        record(i, row.winner, voter=voter, contender_a=row.contender_a, contender_b=row.contender_b)
        for i, (row, voter) in enumerate(rows)
    ]
    leak = Flag(code=FlagCode.IDENTITY_LEAK, reason="Side A says so.", factor=0)
    records[0] = replace(records[0], flags=(leak,))
    first = records[1]
    assert first.winner is not None
    again = record(9000, first.winner.swapped, voter=first.voter, repeat_of=first.battle_id)
    records.append(with_rules(replace(again, contender_a=first.contender_b, contender_b=first.contender_a)))
    path = tmp_path / "votes.jsonl"
    path.write_bytes(to_bytes(records))
    return path


def test_the_text_names_odd_voters_and_says_why(votes: Path) -> None:
    text = run("--votes", votes)
    assert "441 votes of 11 voters; 439 count" in text
    assert "identity_leak 1, repeat 1, anomalous_voter 40, same_seat 40" in text
    assert "  [left]: 40 votes fit always choosing the left side" in text
    assert "1.000 (no interval; n 1)" in text
    assert "1/1" in text
    assert text.index("[left]") < text.index("honest-0")


def test_a_short_list_says_what_it_leaves_out(votes: Path) -> None:
    text = run("--votes", votes, "--voters", 2)
    assert "and 9 more" in text
    assert text.count("honest-") == 1


def test_json_holds_everybody(votes: Path) -> None:
    document = json.loads(run("--votes", votes, "--json"))
    assert document["kind"] == "vote-quality"
    data: dict[str, Any] = document["data"]
    assert len(data["voters"]) == 11
    assert data["voters"][0]["anomalous"] is True
    assert data["voters"][0]["finding"]["explanation"] == "always-left"
    assert data["agreement"]["own"]["agreement"]["n"] == 1
    assert data["agreement"]["own"]["kappa"]["method"].startswith("cohen kappa")


def test_the_store_is_read(data_dir: Path) -> None:
    url = f"sqlite:///{data_dir / 'arena.db'}"
    schema.upgrade(url)
    assert "No votes yet." in run()
    store = SqlUnitOfWorkFactory(create_engine_for(url))
    some.fill(store)
    with store() as uow:
        vote = some.vote()
        uow.votes.add(vote)
        uow.votes.know(Voter(id=vote.voter, pseudonym="feedc0ffee", created_at=vote.created_at))
        uow.judgements.put(judgement_from_vote(vote, "turn-1", "judgement-h"))
        uow.commit()
    store.close()
    text = run()
    assert "1 votes of 1 voters; 1 count" in text
    assert "feedc0ffee" in text
    assert vote.voter not in text


def test_a_file_that_holds_no_votes_is_named(tmp_path: Path) -> None:
    path = tmp_path / "votes.jsonl"
    path.write_text('{"id": 3}\n')
    with pytest.raises(InvalidRequest, match=r"votes\.jsonl:1: These columns"):
        run("--votes", path)
