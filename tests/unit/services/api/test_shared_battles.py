"""Links to battles: finished ones for everybody, open ones for nobody, deleted ones never again."""

import csv
import html
import io
import itertools
import json

import pytest
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from services.arena.exports.battle_documents import document_of
from services.arena.exports.battle_markdown import fenced, inline
from services.arena.exports.parquet_file import read_parquet
from services.arena.exports.vote_bytes import from_bytes
from services.container import Services
from services.domain.judgement import Source, Winner
from tests.fixtures.arena_services import JUDGE, NAMES, fail_side, finish_sides, judge, voted

BROWSER = {"Accept": "text/html"}
FORMS = ("share", "export.json", "export.md")


def started(services: Services, prompt: str, *, private: bool = False, judges: tuple[str, ...] = ()) -> str:
    """A drawn battle of the two public contenders, or of one that is not shown yet."""
    while True:
        battle = services.battles.create(prompt, judges=judges, owner="somebody")
        if ("mole-9" in (battle.contender_a, battle.contender_b)) is private:
            return battle.id


def finished(services: Services, *, judges: tuple[str, ...] = ()) -> str:
    battle_id = started(services, "Say `hello`.\n```\n# not a heading", judges=judges)
    finish_sides(services, battle_id)
    if judges:
        judge(services, battle_id)
    services.voting.cast(battle_id, Winner.A, voter="5" * 32, idempotency_key="k")
    return battle_id


def test_a_finished_battle_is_shown_to_everybody(visitor: TestClient, stored: Services) -> None:
    battle_id = finished(stored, judges=(JUDGE,))
    answer = visitor.get(f"/battles/{battle_id}/share", headers=BROWSER)
    text = html.unescape(answer.text)
    for shown in (*NAMES, "Say `hello`.", "A is better", "A ran and B did not.", "Traceback: 'oh & no'", "exit 1"):
        assert shown in text, shown
    assert "<script>alert(1)" not in answer.text
    assert answer.headers["X-Robots-Tag"] == "noindex, nofollow"
    assert '<meta name="robots" content="noindex, nofollow">' in answer.text
    with stored.store() as uow:
        pseudonym = uow.votes.pseudonym("5" * 32)
    assert pseudonym
    for form in FORMS:
        found = visitor.get(f"/battles/{battle_id}/{form}").text
        assert pseudonym not in found
        assert "somebody" not in found
        assert "5" * 32 not in found


@pytest.mark.parametrize("form", FORMS)
def test_an_open_battle_is_refused_and_nobody_named(visitor: TestClient, stored: Services, form: str) -> None:
    battle_id = started(stored, "Who?")
    for answered in (False, True):
        if answered:
            finish_sides(stored, battle_id)
        for accept in ("text/html", "application/json", "*/*"):
            answer = visitor.get(f"/battles/{battle_id}/{form}", headers={"Accept": accept})
            assert answer.status_code == 409
            assert "still open" in answer.text
            told = answer.text + str(dict(answer.headers))
            assert not any(name in told for name in NAMES)


@pytest.mark.parametrize("form", FORMS)
def test_who_is_not_shown_yet_is_not_shown_here(visitor: TestClient, stored: Services, form: str) -> None:
    battle_id = started(stored, "Who?", private=True)
    finish_sides(stored, battle_id)
    stored.voting.cast(battle_id, Winner.A, voter="5" * 32, idempotency_key="k")
    answer = visitor.get(f"/battles/{battle_id}/{form}")
    assert answer.status_code == 409
    assert not any(name in answer.text for name in (*NAMES, "mole-9"))


@pytest.mark.parametrize("form", FORMS)
def test_what_was_deleted_stays_deleted(visitor: TestClient, stored: Services, form: str) -> None:
    battle_id = finished(stored)
    assert visitor.get(f"/battles/{battle_id}/{form}").status_code == 200
    with stored.store() as uow:
        uow.erasure.erase_texts([battle_id])
        uow.commit()
    answer = visitor.get(f"/battles/{battle_id}/{form}")
    assert answer.status_code == 404
    assert "hello" not in answer.text
    assert visitor.get(f"/battles/{'0' * 32}/{form}").status_code == 404
    assert visitor.get(f"/battles/nonsense/{form}").status_code == 404


def test_a_void_battle_says_that_it_does_not_count(visitor: TestClient, stored: Services) -> None:
    battle_id = started(stored, "Fail.")
    fail_side(stored, battle_id)
    assert "does not count" in visitor.get(f"/battles/{battle_id}/share", headers=BROWSER).text
    assert "Vote: none" in visitor.get(f"/battles/{battle_id}/export.md").text


def test_the_exports_hold_the_battle(visitor: TestClient, stored: Services) -> None:
    battle_id = finished(stored)
    answer = visitor.get(f"/battles/{battle_id}/export.json")
    assert answer.json()["schema_version"] == 1
    found = document_of(answer.content)
    assert found.battle.id == battle_id
    assert found.turns[0].turn.prompt.startswith("Say `hello`.")
    markdown = visitor.get(f"/battles/{battle_id}/export.md")
    assert "attachment" in markdown.headers["Content-Disposition"]
    tokens = MarkdownIt().parse(markdown.text)
    headings = [after.content for before, after in itertools.pairwise(tokens) if before.type == "heading_open"]
    assert "not a heading" not in " ".join(headings)
    assert headings[:3] == [f"Battle {battle_id}", "Turn 1", "Prompt"]


@given(st.text(alphabet=st.sampled_from("`~\n\r# <>\\a\u2028\x0b "), max_size=60))
def test_no_text_ends_its_fence(text: str) -> None:
    tokens = MarkdownIt().parse(f"before\n\n{fenced(text)}\n\nafter\n")
    assert [token.type for token in tokens] == [
        "paragraph_open", "inline", "paragraph_close", "fence", "paragraph_open", "inline", "paragraph_close",
    ]  # fmt: skip


@given(st.text(alphabet=st.sampled_from("`*_[]()<>\n\\a "), max_size=30))
def test_no_name_leaves_its_span(text: str) -> None:
    [_, line, _] = MarkdownIt().parse(f"x {inline(text)} y")
    assert [child.type for child in line.children or ()] == ["text", "code_inline", "text"]


def test_boards_and_votes_are_files(visitor: TestClient, stored: Services) -> None:
    assert visitor.get("/leaderboard/board.csv").status_code == 404
    assert visitor.get("/leaderboard/votes.csv").status_code == 404
    voted(stored, 12)
    number = stored.snapshots.publish(Source.HUMAN).number
    kept = from_bytes(stored.snapshots.votes(number))
    live = stored.boards.live(Source.HUMAN)
    assert live is not None
    for name, count in (("board", len(live.standings)), ("votes", len(kept))):
        lines = visitor.get(f"/leaderboard/{name}.jsonl")
        assert lines.headers["X-Schema-Version"] == "1"
        rows = [json.loads(line) for line in lines.text.splitlines()]
        assert len(rows) == count
        table = list(csv.DictReader(io.StringIO(visitor.get(f"/leaderboard/{name}.csv").text)))
        assert len(table) == count
        assert set(table[0]) == set(rows[0])
        assert len(list(read_parquet(io.BytesIO(visitor.get(f"/leaderboard/{name}.parquet").content)))) == count
    scores = {
        row["contender"]: row["score"]
        for row in map(json.loads, visitor.get("/leaderboard/board.jsonl").text.splitlines())
    }
    assert scores == {row.contender: row.score for row in live.standings}


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("board.exe", 404),
        ("votes.csv?snapshot=7", 404),
        ("votes.csv?snapshot=x", 422),
        ("votes.csv?snapshot=99999999999", 422),
        ("board.csv?category=none", 422),
        ("board.csv?source=x", 422),
        ("board.csv?since=x", 422),
    ],
)
def test_what_is_not_there_is_refused(visitor: TestClient, stored: Services, path: str, status: int) -> None:
    voted(stored, 8)
    answer = visitor.get(f"/leaderboard/{path}")
    assert answer.status_code == status
    assert answer.json()["detail"]
