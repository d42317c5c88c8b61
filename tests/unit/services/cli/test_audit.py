"""`arena audit` on exported files: readable, as JSON, and clear about bad input."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from pydantic import TypeAdapter
from typer.testing import CliRunner

from services.arena.exports.vote_bytes import to_bytes
from services.cli.main import build
from services.domain.registry_event import RegistryEvent
from services.errors import InvalidRequest
from services.ratings.audit.draw import Draw
from tests.fixtures import audit_arena as planted


def files(folder: Path, **cheats: object) -> dict[str, Path]:
    arena = planted.audit_arena(1, battles=3000, **cheats)  # type: ignore[arg-type]
    kinds: dict[str, tuple[Any, Sequence[Any]]] = {
        "events": (RegistryEvent, arena.events),
        "draws": (Draw, arena.draws),
    }
    for name, (kind, values) in kinds.items():
        adapter: TypeAdapter[Any] = TypeAdapter(kind)
        lines = [adapter.dump_json(value).decode() for value in values]
        (folder / f"{name}.jsonl").write_text("\n".join(lines) + "\n\n")
    (folder / "votes.jsonl").write_bytes(to_bytes(arena.records))
    return {name: folder / f"{name}.jsonl" for name in (*kinds, "votes")}


def run(*words: object) -> str:
    result = CliRunner().invoke(build(), ["audit", *map(str, words)], catch_exceptions=False, env={"COLUMNS": "200"})
    assert result.exit_code == 0
    return result.output


def test_a_cheating_arena_is_named_in_both_forms(tmp_path: Path) -> None:
    paths = files(tmp_path, cheats=planted.CHEATS)
    words = ("--events", paths["events"], "--votes", paths["votes"])
    text = run(*words)
    assert "Acme tried 10 private variants of owl" in text
    assert "heron (Elm, open) was drawn too rarely" in text
    assert "Only judged battles are known here" in text
    document = json.loads(run(*words, "--draws", paths["draws"], "--json"))
    assert document["kind"] == "audit"
    assert {(row["code"], row["subject"]) for row in document["data"]["findings"]} == planted.PLANTED
    assert document["data"]["draws"] == 3000


def test_a_clean_arena_is_told_calmly(tmp_path: Path) -> None:
    paths = files(tmp_path)
    text = run("--events", paths["events"], "--votes", paths["votes"])
    assert "Nothing found." in text
    assert "By provider" in text


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("{", "events.jsonl:1: the line"),
        ('{"sequence": 1}', "events.jsonl:1: at"),
        ('{"sequence": 1, "at": "2025-01-01T00:00:00", "kind": "policy"}', "needs its zone"),
        ('{"sequence": 1, "at": "2025-01-01T00:00:00Z", "kind": "gone"}', "events.jsonl:1: kind"),
        (
            '{"sequence": 1, "at": "2025-01-01T00:00:00Z", "kind": "registered", "details": {"weight": "x"}}',
            "not a number",
        ),
    ],
)
def test_bad_lines_are_named(tmp_path: Path, line: str, message: str) -> None:
    events, votes = tmp_path / "events.jsonl", tmp_path / "votes.jsonl"
    events.write_text(line + "\n")
    votes.write_text("")
    with pytest.raises(InvalidRequest, match=message):
        run("--events", events, "--votes", votes)


def test_half_an_export_and_a_missing_file_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidRequest, match="history and its votes"):
        run("--events", tmp_path / "events.jsonl")
    with pytest.raises(InvalidRequest, match="cannot be read"):
        run("--events", tmp_path / "none.jsonl", "--votes", tmp_path / "none.jsonl")
