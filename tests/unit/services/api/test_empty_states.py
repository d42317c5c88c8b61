"""Where there is nothing yet, pages say what to do next, and the link is there."""

import pytest
from fastapi.testclient import TestClient


@pytest.mark.parametrize(
    ("place", "says", "leads_to"),
    [
        ("/leaderboard", "Nothing has been judged yet.", "/"),
        ("/leaderboard?source=llm", "Nothing has been judged yet.", "/"),
        ("/history", "There is nothing yet", "/"),
    ],
)
def test_an_empty_page_names_the_next_step(visitor: TestClient, place: str, says: str, leads_to: str) -> None:
    page = visitor.get(place)
    assert page.status_code == 200
    assert says in page.text
    main = page.text[page.text.index("<main") :]
    assert f'href="{leads_to}"' in main


def test_a_battle_that_is_not_there_leads_back(visitor: TestClient) -> None:
    page = visitor.get(f"/battles/{'0' * 32}", headers={"Accept": "text/html"})
    assert page.status_code == 404
    assert "There is no such battle" in page.text or "No battle has the id" in page.text
    assert 'href="/"' in page.text[page.text.index("<main") :]
