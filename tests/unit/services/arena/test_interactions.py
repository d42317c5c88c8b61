"""Records of how apps were used come into the store, once, whatever the files look like."""

import json
from pathlib import Path

import pytest

from services.domain.side import Side
from services.errors import NotFound
from tests.fixtures.arena_services import NAMES, assemble


def line(**event: object) -> str:
    return json.dumps({"at": 100.0, "session": "x", "page": "00000000", "kind": "click", "t": 5} | event) + "\n"


def test_a_record_is_taken_in_once_and_given_out_with_its_side(tmp_path: Path) -> None:
    services = assemble()
    battle = services.battles.create("Draw.", contenders=(NAMES[0], NAMES[1]), record_interactions=True)
    with services.store() as uow:
        answer = next(found for found in uow.answers.of_battle(battle.id) if found.side is Side.B)
    text = line(session=answer.id) + line(session=answer.id, at=107.5, kind="scroll") + '{"cut": '
    (tmp_path / "tokentokentoken.jsonl").write_text(text)
    assert (services.interactions.collect(tmp_path), list(tmp_path.iterdir())) == (1, [])
    assert services.interactions.collect(tmp_path) == 0
    with services.store() as uow:
        (record,) = uow.interactions.of_subject(answer.id)
    assert (record.events, record.seconds) == (2, 7.5)
    lines = [json.loads(found) for found in services.interactions.of_battle(battle.id) if found]
    assert [(found["side"], found["kind"], found["app"]) for found in lines] == [
        ("b", "click", "tokentok"),
        ("b", "scroll", "tokentok"),
    ]
    assert all(answer.id not in json.dumps(found) for found in lines)


def test_a_file_without_events_goes(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_bytes(b"\xff\nnull\n[]\n")
    assert (assemble().interactions.collect(tmp_path), list(tmp_path.iterdir())) == (0, [])


def test_no_folder_no_records(tmp_path: Path) -> None:
    assert assemble().interactions.collect(tmp_path / "absent") == 0


def test_an_unknown_battle(tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        list(assemble().interactions.of_battle("0" * 32))
