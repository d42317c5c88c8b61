"""The page of the boards: all of it without scripts, everything escaped, and nobody in it who is not shown yet."""

import html
import re

import pytest
from fastapi.testclient import TestClient

from services.container import Services
from services.domain.judgement import Source
from services.domain.rating import Board, Standing
from tests.fixtures.arena_services import NAMES, voted

BROWSER = {"Accept": "text/html"}


def page(visitor: TestClient, query: str = "", status: int = 200) -> str:
    """The page's text, with entities resolved and white space even."""
    answer = visitor.get(f"/leaderboard{query}", headers=BROWSER)
    assert answer.status_code == status
    return " ".join(html.unescape(answer.text).split())


def test_an_empty_arena_says_so_in_every_section(visitor: TestClient) -> None:
    text = page(visitor)
    for sentence in (
        "Nothing has been judged yet.",
        "No pair has met yet.",
        "No board has been published yet.",
        "There is no history before the first published board",
        "Nobody has voted yet.",
        "There is nothing to tell apart yet",
        "nothing found",
        "Pairs are drawn by the policy",
    ):
        assert sentence in text, sentence
    assert "Start a battle" in text


def test_the_page_shows_the_board_and_what_is_known_about_it(visitor: TestClient, stored: Services) -> None:
    voted(stored, 16)
    number = stored.snapshots.publish(Source.HUMAN).number
    text = page(visitor)
    for name in NAMES:
        assert f'<th scope="row"><a href="/contenders/{name}">{name}</a><small' in text
    for shown in (
        "provisional",
        "· 95 % intervals · ranks and intervals hold however often one looks",
        "seed 1 · the mean is fixed at 1000",
        "Win rate of the row against the column",
        f'href="/api/v1/leaderboard/snapshots/{number}"',
        f'href="/api/v1/leaderboard/snapshots/{number}/votes"',
        "Pairs are drawn by the policy least-met",
        "16 votes of 16 people",
        "Separability",
        "16 drawn battles",
    ):
        assert shown in text, shown
    assert text.count("Nothing has been judged yet.") == 0
    assert "Nothing has been judged yet." in page(visitor, "?source=llm")


def test_what_is_kept_out_is_counted_with_a_reason(visitor: TestClient, stored: Services) -> None:
    voted(stored, 16)
    board = stored.boards.live(Source.HUMAN)
    assert board is not None
    assert board.excluded["private"] > 0
    kept_out = page(visitor).partition('id="kept-out-part"')[2].partition("</details>")[0]
    assert f'<th scope="row">private</th><td class="num">{board.excluded["private"]}</td>' in kept_out
    assert "these votes count once it is" in kept_out


def test_nobody_who_is_not_shown_yet_has_a_name_on_the_page_or_in_the_answers(
    visitor: TestClient, stored: Services
) -> None:
    voted(stored, 24)
    with stored.store() as uow:
        assert any("mole-9" in (one.contender_a, one.contender_b) for one in uow.battles.recent(100))
    answers = [visitor.get(f"/api/v1/{path}") for path in ("audit", "leaderboard/sampling", "leaderboard")]
    assert all(answer.status_code == 200 for answer in answers)
    text = page(visitor)
    assert not any("mole-9" in shown for shown in (text, *(answer.text for answer in answers)))
    assert "a private contender" in text
    assert "a private contender" in answers[0].text
    assert "a private contender" in answers[1].text


def test_rows_about_single_people_are_not_on_the_page(visitor: TestClient, stored: Services) -> None:
    voted(stored, 12, voter="e" * 32)
    with stored.store() as uow:
        pseudonym = uow.votes.pseudonym("e" * 32)
    assert pseudonym
    text = page(visitor)
    assert pseudonym not in text
    assert "e" * 32 not in text
    assert "12 votes of 1 people" in text


def test_filters_are_a_form_whose_state_is_the_query(visitor: TestClient, stored: Services) -> None:
    voted(stored, 16)
    text = page(visitor, "?source=human&category=&judge=human&since=2024-01-31&until=&style_control=")
    assert re.search(r'<option value="human" selected>human \(\d+\)</option>', text)
    assert 'name="since" id="filter-since" value="2024-01-31"' in text
    assert 'href="/leaderboard?source=human">Show all</a>' in text
    assert NAMES[0] in text.partition('id="board-part"')[2].partition("</section>")[0]
    later = page(visitor, "?since=2999-01-01")
    assert "No judgement of this part counts yet." in later


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("?category=nope", "No counted judgement has the category nope."),
        ("?since=yesterday", "'yesterday' is no date. Write it like 2024-05-31."),
        ("?since=2024-02-01&until=2024-01-01", "cannot end at"),
        ("?source=nobody", "There is no such source."),
        (f"?judge={'x' * 201}", "at most 200 characters"),
        ("?category=%3Cscript%3Ealert(1)", "No counted judgement has the category <script>alert(1)."),
    ],
)
def test_what_cannot_be_shown_says_why(visitor: TestClient, stored: Services, query: str, sentence: str) -> None:
    voted(stored, 8)
    assert sentence in page(visitor, query, 422)
    assert "<script>alert" not in visitor.get(f"/leaderboard{query}", headers=BROWSER).text


def test_a_superseded_board_says_so(visitor: TestClient, stored: Services) -> None:
    voted(stored, 16)
    number = stored.snapshots.publish(Source.HUMAN).number
    with stored.store() as uow:
        uow.snapshots.supersede(number, reason="superseded by deletion")
        uow.commit()
    text = page(visitor)
    assert text.count("superseded by deletion") == 1 + len(NAMES)


def test_a_board_shows_its_rows_and_notes_on_its_own_source_only(visitor: TestClient, stored: Services) -> None:
    row = Standing(
        contender="<i>x</i>",
        score=1012.4,
        low=950.6,
        high=1070.2,
        rank=1,
        rank_low=1,
        rank_high=2,
        judgements=9,
        wins=5,
        losses=2,
        ties=1,
        both_bad=1,
    )
    board = Board(
        source=Source.EXECUTION,
        standings=(row,),
        method="bradley-terry",
        seed=1,
        anchor="",
        data_hash="0",
        judgements=9,
        null_judgements=1,
        notes=("The graph is small.",),
        computed_at=stored.clock.now(),
    )
    with stored.store() as uow:
        uow.boards.put(board)
        uow.commit()
    text = visitor.get("/leaderboard?source=execution").text
    for shown in (
        "&lt;i&gt;x&lt;/i&gt;",
        ">1\u20132</td>",
        ">1012<",
        "951 to 1070",
        "The graph is small.",
        "9 judgements, 1 without a verdict",
    ):
        assert shown in text, shown
    assert "Nothing has been judged yet." in page(visitor)
    assert visitor.get("/api/v1/leaderboard", params={"source": "human"}).json()["standings"] == []
    found = visitor.get("/api/v1/leaderboard", params={"source": "execution"}).json()
    assert (found["standings"][0]["score"], found["notes"]) == (1012.4, ["The graph is small."])


def test_the_sections_that_a_script_replaces_have_names_of_their_own(visitor: TestClient, stored: Services) -> None:
    voted(stored, 16)
    text = page(visitor)
    names = re.findall(r'\bid="([^"]+)"', text)
    assert len(names) == len(set(names))
    assert len(re.findall(r'<div id="[a-z-]+-part" data-part', text)) == 10
    assert not re.search(r"\sstyle=|\son[a-z]+=", text)
