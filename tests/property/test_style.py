"""Any text has a style and a category, and reading one takes no longer than its length asks for."""

import math

from hypothesis import example, given, settings
from hypothesis import strategies as st

from services.domain.snippet import SourceFile
from services.extraction.category import CATEGORIES, category_of
from services.extraction.style import FEATURES, style_of

PIECES = st.sampled_from(
    ["```", "~~~", "python\n", "html\n", '"""', "'", '"', "`", "\\", "/*", "*/", "//", "#", "<!--", "-->", "<style>",
     "<script", "</style", "\n", " ", "**", "__", "- ", "1. ", "import ", "from ", "def f(a: int):", "if ", "(", "{",
     "lambda:", "\x00", "\ud800", "\U0001f600\u200d", "\u4e2d", "\r", "b'\\x'", "f'{", "match x:\n case"]
)  # fmt: skip
TEXTS = st.one_of(st.text(), st.lists(PIECES, max_size=60).map("".join))
PATHS = st.sampled_from(["a.py", "a.js", "a.html", "a.css", "a.go", "a.rs", "a.sql", "a.rb", "a", "", "x/.py", "a.md"])
FILES = st.lists(st.builds(SourceFile, path=PATHS, text=TEXTS), max_size=4)


@settings(max_examples=400, deadline=None)
@given(TEXTS, FILES)
@example("```" * 3 + "\n" + '"' * 50, [SourceFile(path="a.py", text="(" * 5000)])
@example("", [SourceFile(path="a.py", text="-" * 20_000 + "1")])
def test_any_answer_has_finite_numbers(text: str, files: list[SourceFile]) -> None:
    found = style_of(text, files)
    assert tuple(found) == FEATURES
    assert all(math.isfinite(value) and value >= 0 for value in found.values())
    assert all(found[name] <= 1 for name in ("comment_share", "has_tests", "type_hints"))
    assert found == style_of(text, files)


@settings(max_examples=200, deadline=None)
@given(st.text())
def test_any_prompt_has_a_category_or_none(prompt: str) -> None:
    assert category_of(prompt) in {*CATEGORIES, ""}
