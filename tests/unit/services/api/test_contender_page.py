"""Pages of contenders: what anybody may know of them, and nothing of who is answering now."""

import html

import pytest
from fastapi.testclient import TestClient

from services.container import Services
from services.domain.judgement import Source
from tests.fixtures.arena_services import NAMES, finish_sides, voted

BROWSER = {"Accept": "text/html"}


def page(visitor: TestClient, name: str, status: int = 200) -> str:
    answer = visitor.get(f"/contenders/{name}", headers=BROWSER)
    assert answer.status_code == status
    return " ".join(html.unescape(answer.text).split())


def test_a_contender_without_votes_has_a_card(visitor: TestClient) -> None:
    text = page(visitor, NAMES[0])
    assert "Takes part" in text
    assert f"{NAMES[0]}-model" in text
    assert "Nothing that counts has been judged of it yet." in text


def test_the_record_is_what_people_chose(visitor: TestClient, stored: Services) -> None:
    voted(stored, 16)
    stored.boards.rating.finder.catch_up(at_most=100)
    stored.snapshots.publish(Source.HUMAN)
    live = stored.boards.live(Source.HUMAN)
    assert live is not None
    [row] = [one for one in live.standings if one.contender == NAMES[0]]
    text = page(visitor, NAMES[0])
    assert f'<a href="/contenders/{NAMES[1]}">{NAMES[1]}</a>' in text
    numbers = "".join(
        f'<td class="num">{n}</td>' for n in (row.judgements, row.wins, row.losses, row.ties, row.both_bad)
    )
    assert text.count(numbers) >= 2, "on the board, and against the only other"
    assert "programs ran to a good end" in text
    assert "People's votes, #1" in text
    assert "Latest battles" in text
    assert "Prompt 1." not in text, "what was asked is not told here"


@pytest.mark.parametrize("name", ["mole-9", "nobody", "a/b", "%3Cscript%3E", "x" * 300, "%00", "%E2%98%83"])
def test_who_is_not_shown_is_like_who_is_not_there(visitor: TestClient, name: str) -> None:
    text = page(visitor, name, 404)
    assert "There is no such contender." in text
    assert "<script>alert" not in text


def test_an_open_battle_changes_nothing(visitor: TestClient, stored: Services) -> None:
    voted(stored, 8)
    before = [page(visitor, name).partition("<main")[2] for name in NAMES]
    finish_sides(stored, stored.battles.create("Another.", judges=(), owner="").id)
    assert [page(visitor, name).partition("<main")[2] for name in NAMES] == before
