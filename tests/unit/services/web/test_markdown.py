"""Answers become HTML in which nothing can act."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.web.markdown import MOST_CHARACTERS, answer_html

HOSTILE = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "[x](javascript:alert(1))",
    "[x](data:text/html;base64,PHNjcmlwdD4=)",
    "![x](https://elsewhere.test/pixel.png)",
    "<iframe src='https://elsewhere.test'></iframe>",
    '```"><script>alert(1)</script>\ncode\n```',
    "```python onmouseover=alert(1)\ncode\n```",
    "<style>body { display: none }</style>",
    '<a href="#" style="position:fixed">x</a>',
    "| a |\n|---|\n| <svg onload=alert(1)> |",
    "&#60;script&#62;alert(1)&#60;/script&#62;",
)


@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_of_it_acts(text: str) -> None:
    html = answer_html(text)
    for word in ("<script", "<img", "<iframe", "<style", "<svg", '<a href="#', 'href="javascript', 'href="data'):
        assert word not in html


@given(st.text(alphabet="<>&\"'`#*[]()!|-=/ \nabcdefsriptonclk:;", max_size=400))
def test_whatever_is_written_only_known_tags_come_out(text: str) -> None:
    html = answer_html(text)
    assert "<script" not in html
    assert " on" not in "".join(part.partition(">")[0] for part in html.split("<")[1:])


def test_it_is_rendered() -> None:
    html = answer_html("# Title\n\n**bold** `code`\n\n```python\ndef f(): ...\n```\n\n| a |\n|---|\n| b |\n")
    assert "<h3>Title</h3>" in html
    assert '<span class="k">def</span>' in html
    assert "<td>b</td>" in html


def test_links_tell_nobody_where_they_were_found() -> None:
    assert 'rel="noopener noreferrer nofollow"' in answer_html("[x](https://elsewhere.test)")


def test_a_language_nobody_knows_is_shown_plainly() -> None:
    assert "a &lt; b" in answer_html("```no-such-language\na < b\n```")


def test_a_very_long_answer_is_shown_as_it_is() -> None:
    html = answer_html("<" * (MOST_CHARACTERS + 1))
    assert html.startswith('<pre class="text">&lt;')
