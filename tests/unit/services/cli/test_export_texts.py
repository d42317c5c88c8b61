"""`arena export battles` and `--texts`: what people and models wrote leaves only when it is asked for."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from services.cli.main import build
from services.domain.answer import SidePhase
from services.domain.battle import BattleState
from services.domain.judgement import SeatOrder, Source, Winner
from services.domain.side import Side
from services.domain.vote import Voter
from services.errors import Conflict, InvalidRequest
from services.store import schema
from services.store.sql import SqlUnitOfWorkFactory, create_engine_for
from tests.contract import store_values as some


@pytest.fixture(autouse=True)
def arena(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An arena with one vote; the folder to write into."""
    monkeypatch.setenv("ARENA_DATA_DIR", str(tmp_path / "data"))
    url = f"sqlite:///{tmp_path}/data/arena.db"
    schema.upgrade(url)
    factory = SqlUnitOfWorkFactory(create_engine_for(url))
    with factory() as uow:
        uow.battles.add(some.battle(state=BattleState.VOTED))
        uow.battles.add_turn(some.turn())
        for side in Side:
            uow.answers.add(some.answer(id=f"answer-{side}", side=side, phase=SidePhase.FINISHED, text=f"=said {side}"))
        uow.votes.know(Voter(id="session-1", pseudonym="p1", created_at=some.NOW))
        uow.votes.add(some.vote())
        said = {"source": Source.HUMAN, "order": SeatOrder.AB, "winner": Winner.A}
        uow.judgements.put(some.judgement(**said))
        uow.commit()
    factory.close()
    return tmp_path


def export(*words: str) -> Result:
    return CliRunner().invoke(build(), ["export", *words])


def test_battles_leave_with_texts_only_when_they_are_asked_for(arena: Path) -> None:
    result = export("battles", "--out", f"{arena}/all.jsonl", "--texts")
    assert (result.exit_code, result.stderr) == (0, f"1 battles: {arena}/all.jsonl\n")
    whole = json.loads((arena / "all.jsonl").read_text())
    assert whole["turns"][0]["sides"]["a"]["answer"]["text"] == "=said a"
    bare = json.loads(export("battles").stdout)
    assert (bare["turns"][0]["turn"]["prompt"], bare["turns"][0]["sides"]["a"]["answer"]["text"]) == ("", "")
    assert (bare["texts"], bare["vote"]["voter"]) == (False, "p1")


def test_votes_leave_with_conversations_in_the_public_form(arena: Path) -> None:
    words = ["votes", "--form", "arena-battles", "--format", "jsonl"]
    row = json.loads(export(*words, "--texts").stdout)
    assert row["conversation_b"][1] == {"role": "assistant", "content": "=said b"}
    assert "conversation_a" not in json.loads(export(*words).stdout)
    assert isinstance(export("votes", "--texts").exception, InvalidRequest)


def test_preference_pairs_leave_into_a_folder_of_their_own(arena: Path) -> None:
    words = ["preferences", "--out", f"{arena}/pairs", "--form", "trl"]
    refused = export(*words)
    assert isinstance(refused.exception, Conflict)
    assert "1 no_consent" in str(refused.exception)
    result = export(*words, "--consent", "any", "--split", "all=1", "--json")
    assert result.exit_code == 0, result.stderr
    assert "1 pairs (all 1)" in result.stderr
    assert json.loads(result.stdout)["data"] == json.loads((arena / "pairs" / "manifest.json").read_text())
    row = json.loads((arena / "pairs" / "all.jsonl").read_text())
    assert row["chosen"] == [{"role": "assistant", "content": "=said a"}]
