"""Files of votes: forms that others read, rows that cannot be used, files that appear whole or not at all."""

import csv
import json
import re
from collections.abc import Iterator
from dataclasses import fields
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from services.arena.exports import arena_battles, board_rows
from services.arena.exports.arena_battles import Conversation
from services.arena.exports.battle_documents import BattleDocument
from services.arena.exports.columns import Kind
from services.arena.exports.files import FileFormat, format_of
from services.arena.exports.vote_files import RecordForm, read_votes, write_votes
from services.arena.exports.vote_rows import COLUMNS
from services.domain.judgement import Source, Winner
from services.domain.rating import Standing
from services.domain.vote_record import FlagCode, VoteRecord
from services.errors import InvalidRequest
from tests.fixtures.exported_records import NOW, record

REFERENCE = Path(__file__).parents[5] / "docs/reference/exports.md"
TALK = Conversation(prompts=("Hi", "More"), answers_a=("a1", "a2"), answers_b=("b1", "=b2"))


def lines(path: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_the_reference_page_has_every_column_in_order() -> None:
    rows = [line for line in REFERENCE.read_text().splitlines() if line.startswith("| `")]
    documented = [tuple(cell.strip(" `") for cell in line.split("|")[1:3]) for line in rows]
    kinds = {name: kind for name, kind in documented if kind.removesuffix(" or nothing") in set(Kind)}
    assert [(name, kinds[name]) for name in kinds] == [
        (column.name, f"{column.kind}{' or nothing' if column.nullable else ''}") for column in COLUMNS
    ]


def test_the_reference_page_names_every_column_of_the_other_tables() -> None:
    text = REFERENCE.read_text()
    theirs = [column for column in arena_battles.columns(texts=True) if column not in COLUMNS]
    assert [column.name for column in theirs if f"`{column.name}`" not in text] == []
    boards = text.partition("## Boards")[2]
    assert [column.name for column in board_rows.COLUMNS if f"`{column.name}`" not in boards] == []
    documented = set(re.findall(r"^\| `([a-z_]+)` \|", text.partition("## Battles")[2], re.MULTILINE))
    assert documented == {field.name for field in fields(BattleDocument)}


def test_a_board_has_a_column_for_every_field_of_a_standing() -> None:
    names = [column.name for column in board_rows.COLUMNS]
    assert [field.name for field in fields(Standing) if field.name not in names] == []


def test_a_line_of_ours_is_flat_and_says_what_follows(tmp_path: Path) -> None:
    path = tmp_path / "votes.jsonl"
    write_votes([record(), record(2, winner=None, tried_a=None)], str(path))
    first, second = lines(path)
    assert list(first) == [column.name for column in COLUMNS]
    assert (first["schema_version"], first["weight"], first["counted"], second["counted"]) == (1, 0.5, True, False)
    assert first["created_at"] == "2026-03-29T01:30:00.123456Z"
    assert first["flags"] == [{"code": "burst", "reason": "Seven votes, in one minute", "factor": 0.5}]
    assert (first["side_a_style"], second["tried_a"]) == ({"lines": 3.0}, None)


@pytest.mark.parametrize("file_format", FileFormat)
def test_the_arena_battles_form_is_what_others_read(tmp_path: Path, file_format: FileFormat) -> None:
    path = tmp_path / f"battles.{file_format}"
    bad = record(2, winner=Winner.BOTH_BAD, source=Source.LLM, judge="small", voter="", policy="chosen")
    done = write_votes(
        [record(), bad, record(3, winner=None)],
        str(path),
        form=RecordForm.ARENA_BATTLES,
        conversations={"battle-1": TALK}.get,
    )
    assert (done.rows, done.nulls) == (2, 1)
    if file_format is FileFormat.JSONL:
        rows = lines(path)
    elif file_format is FileFormat.PARQUET:
        rows = pq.read_table(path).to_pylist()
    else:
        with path.open(newline="") as file:
            rows = list(csv.DictReader(file))
    first, second = rows
    assert [row["winner"] for row in rows] == ["model_a", "tie (bothbad)"]
    assert [row["judge"] for row in rows] == ["arena_user_p1", "small"]
    assert (first["question_id"], first["model_a"], first["model_b"], first["language"]) == (
        "battle-1", "ana", "ben", "python",
    )  # fmt: skip
    assert float(str(first["tstamp"])) == pytest.approx(NOW.timestamp(), abs=1e-6)
    said = first["conversation_b"]
    talk: Any = json.loads(str(said)) if file_format is FileFormat.CSV else said
    assert talk[0] == {"role": "user", "content": "Hi"}
    assert talk[-1] == {"role": "assistant", "content": "=b2"}
    assert not second["conversation_a"]


def test_a_public_arena_file_is_read_for_what_it_says(tmp_path: Path) -> None:
    path = tmp_path / "theirs.jsonl"
    rows: list[dict[str, object]] = [
        {"question_id": "q1", "model_a": "x", "model_b": "y", "winner": "model_b", "judge": "arena_user_7",
         "turn": 1, "anony": True, "language": "English", "tstamp": 1682351591.1322},
        {"question_id": 2, "model_a": "x", "model_b": "y", "winner": "tie (bothbad)", "judge": "gpt4_pair"},
        {"question_id": "q3", "model_a": "x", "model_b": "y", "winner": "tie", "judge": "arena_user_7", "anony": False},
    ]  # fmt: skip
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    first, second, third = read_votes(str(path)).records
    assert (first.source, first.voter, first.winner) == (Source.HUMAN, "arena_user_7", Winner.B)
    assert first.created_at == datetime.fromtimestamp(1682351591.1322, UTC)
    assert (second.id, second.source, second.judge, second.winner) == ("2", Source.LLM, "gpt4_pair", Winner.BOTH_BAD)
    assert not third.counted
    assert third.flags[0].code is FlagCode.CHOSEN_PAIR


def test_crowd_comparisons_are_read(tmp_path: Path) -> None:
    path = tmp_path / "crowd.csv"
    path.write_text(
        "id,prompt,model_x,model_y,worker,winner,left,right\n0,8,97,98,58,tie,Ana,Ben\n0,8,97,98,83,left,Ben,Ana\n"
    )
    found = read_votes(str(path))
    assert found.form is RecordForm.CROWD
    first, second = found.records
    assert (first.cluster, first.winner, first.contender_a, first.prompt_group) == (
        "voter:worker-58", Winner.TIE, "Ana", "prompt-8",
    )  # fmt: skip
    assert (second.id, second.battle_id, second.winner, second.contender_a) == ("0-83", "0", Winner.A, "Ben")
    path.write_text("id,prompt,model_x,model_y,winner,left,right\n5,8,97,98,right,Ana,Ben\n")
    (judged,) = read_votes(str(path), judge="gpt-4").records
    assert (judged.source, judged.judge, judged.voter) == (Source.LLM, "gpt-4", "")


GOOD = {
    "schema_version": 1, "id": "1", "battle_id": "b", "source": "human", "judge": "human", "contender_a": "x",
    "contender_b": "y", "winner": "a", "created_at": "2026-01-01T00:00:00Z",
}  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"winner": "model_a"}, "winner: 'model_a' is none of a, b, tie, both_bad"),
        ({"winner": 3}, "winner: 3 is no text"),
        ({"id": None}, "id is missing"),
        ({"contender_a": ""}, "contender_a is empty"),
        ({"created_at": "2026-01-01T00:00:00"}, "has no time zone"),
        ({"created_at": "yesterday"}, "created_at: 'yesterday' is no moment"),
        ({"strength": 3}, "strength: 3 is neither 1 nor 2"),
        ({"strength": 1.5}, "strength: 1.5 is no whole number"),
        ({"pair_probability": 0}, "pair_probability: 0.0"),
        ({"pair_probability": "NaN"}, "pair_probability: nan"),
        ({"flags": [{"code": "nonsense", "reason": "", "factor": 0}]}, "flags: 'nonsense'"),
        ({"flags": [{"code": "burst", "factor": 0}]}, "lacks reason"),
        ({"flags": [{"code": "burst", "reason": "", "factor": 2}]}, "lies between 0 and 1"),
        ({"flags": "burst"}, "flags: 'burst' is no flags"),
        ({"weight": 0.5}, "weight: 0.5 is not the product"),
        ({"counted": False}, "counted: False does not follow"),
        ({"tried_a": "yes"}, "tried_a: 'yes' is no true or false"),
        ({"side_a_style": {"x": "much"}}, "side_a_style"),
        ({"voter": "\ud800"}, "half a character"),
        ({"schema_version": 2}, "schema_version 2 is newer"),
    ],
)  # fmt: skip
def test_a_bad_row_is_named_and_nothing_is_used(tmp_path: Path, changes: dict[str, object], said: str) -> None:
    path = tmp_path / "votes.jsonl"
    path.write_text(json.dumps(GOOD) + "\n\n" + json.dumps({**GOOD, "id": "2", **changes}) + "\n")
    with pytest.raises(InvalidRequest) as caught:
        read_votes(str(path))
    assert caught.value.where == "votes.jsonl:3"
    assert "1 of 2 row(s)" in caught.value.message
    assert f"votes.jsonl:3: {said}" in caught.value.message or said in caught.value.message.partition(":3: ")[2]


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("v.jsonl", b"{\n", "v.jsonl:1: The line is not JSON"),
        ("v.jsonl", b"[1]\n", "v.jsonl:1: The line is no JSON object"),
        ("v.jsonl", b"[" * 100_000 + b"\n", "v.jsonl:1: The line is not JSON"),
        ("v.jsonl", b'{"a": "\xff"}\n', "v.jsonl:1: The line is not UTF-8"),
        ("v.jsonl", b'{"a": 1}\n', "v.jsonl:1: These columns are of no known form"),
        ("v.csv", b"model_a,model_b,winner\nx,y\n", "v.csv:2: The row has 2 cells, the first line names 3"),
        ("v.csv", b'model_a,model_b,winner\n"x"z,y,tie\n', "v.csv:2: The line is not CSV"),
        ("v.csv", b"model_a,model_b,winner\nx,\xff,tie\n", "v.csv:2: The line is not UTF-8"),
        ("v.csv", b"model_a,model_b,winner,tstamp\nx,y,tie,soon\n", "v.csv:2: tstamp: 'soon'"),
        ("v.csv", b"id,prompt,winner,left,right\n1,2,top,x,y\n", "v.csv:2: winner: 'top' is none of left, right, tie"),
        ("v.parquet", b"PAR1nonsense", "v.parquet:row 1: The file is not Parquet"),
    ],
)
def test_a_broken_file_is_refused_with_the_place(tmp_path: Path, name: str, content: bytes, said: str) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(InvalidRequest) as caught:
        read_votes(str(tmp_path / name))
    assert said in caught.value.message


def test_the_same_id_twice_names_both_lines(tmp_path: Path) -> None:
    path = tmp_path / "votes.csv"
    write_votes([record(), record(2), record(1)], str(path))
    with pytest.raises(InvalidRequest, match=r"votes\.csv:4: id: 'judgement-1' was used before, in line 2"):
        read_votes(str(path))


def test_many_bad_rows_are_counted_and_some_shown(tmp_path: Path) -> None:
    path = tmp_path / "votes.jsonl"
    path.write_text("{}\n" * 50)
    with pytest.raises(InvalidRequest) as caught:
        read_votes(str(path))
    assert "50 of 50 row(s)" in caught.value.message
    assert "... and 30 more." in caught.value.message


@pytest.mark.parametrize("file_format", FileFormat)
def test_what_fails_half_way_leaves_the_old_file(tmp_path: Path, file_format: FileFormat) -> None:
    path = tmp_path / f"votes.{file_format}"
    path.write_text("old")

    def broken() -> Iterator[VoteRecord]:
        yield record()
        raise RuntimeError("gone")

    with pytest.raises(RuntimeError, match="gone"):
        write_votes(broken(), str(path))
    assert path.read_text() == "old"
    assert [found.name for found in tmp_path.iterdir()] == [path.name]


@pytest.mark.parametrize("file_format", FileFormat)
def test_rows_are_written_as_they_come(tmp_path: Path, file_format: FileFormat) -> None:
    """The file grows long before the last record has been made: nothing gathers them all."""
    path = tmp_path / f"votes.{file_format}"
    sizes: list[int] = []

    def many() -> Iterator[VoteRecord]:
        for number in range(9000):
            if number in (100, 8999):
                (temporary,) = tmp_path.iterdir()
                sizes.append(temporary.stat().st_size)
            yield record(number)

    write_votes(many(), str(path))
    assert sizes[1] > max(sizes[0], 1000)
    assert len(read_votes(str(path)).records) == 9000


def test_bad_targets_are_refused(tmp_path: Path) -> None:
    for target, said in [(tmp_path, "folder"), (tmp_path / "no" / "votes.csv", "cannot be written")]:
        with pytest.raises(InvalidRequest, match=said):
            write_votes([], str(target), file_format=FileFormat.CSV)
    with pytest.raises(InvalidRequest, match="unknown"):
        format_of("votes.txt")
    with pytest.raises(InvalidRequest, match="standard output"):
        format_of("-", FileFormat.PARQUET)
    with pytest.raises(InvalidRequest, match="cannot be read"):
        read_votes(str(tmp_path / "none.csv"))
    with pytest.raises(InvalidRequest, match="lone surrogate"):
        write_votes([record(judge="\udc00")], str(tmp_path / "votes.csv"))


def test_a_byte_order_mark_is_no_part_of_the_first_name(tmp_path: Path) -> None:
    path = tmp_path / "votes.csv"
    write_votes([record()], str(path))
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    assert list(read_votes(str(path)).records) == [record()]
