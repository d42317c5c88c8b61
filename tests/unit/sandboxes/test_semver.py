"""npm's ranges; an integration test compares the same ranges and versions with npm's own answers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandboxes.semver import MAX_RANGE, parse_range

VERSIONS = [
    "0.0.0",
    "0.0.3",
    "0.0.4",
    "0.1.0",
    "0.2.3",
    "0.2.9",
    "0.3.0",
    "1.0.0",
    "1.1.9",
    "1.2.0",
    "1.2.3",
    "1.2.4",
    "1.3.0",
    "1.9.9",
    "2.0.0",
    "2.3.4",
    "2.3.5",
    "2.4.0",
    "2.5.0",
    "3.0.0",
    "5.0.0",
    "6.1.0",
    "7.2.3",
    "1.2.3-beta.1",
    "1.2.3-beta.2",
    "1.2.3-beta.10",
    "1.2.3-rc.1",
    "1.2.3-alpha",
    "2.0.0-0",
    "2.0.0-beta",
    "1.3.0-beta",
]
RANGES = [
    "*",
    "",
    "x",
    "1",
    "1.x",
    "1.2",
    "1.2.x",
    "1.2.3",
    "=1.2.3",
    "v1.2.3",
    "^1.2.3",
    "^0.2.3",
    "^0.0.3",
    "^0",
    "^0.x",
    "^0.0",
    "^0.0.x",
    "^1",
    "^1.x",
    "^1.2",
    "~1",
    "~1.2",
    "~1.2.3",
    "~0",
    "~> 1.2",
    ">1",
    ">1.2",
    ">1.2.3",
    ">=1",
    ">=1.2",
    ">= 1.2.3",
    "<2",
    "<1.2",
    "<1.2.3",
    "<=1",
    "<=1.2",
    "<=1.2.3",
    ">=1.2.3 <2.0.0",
    ">=1 <3",
    "1.2.3 - 2.3.4",
    "1.2 - 2.3",
    "1 - 2",
    "1.2.3 - 2",
    "^1 || ^3",
    "1.x || >=2.5.0 || 5.0.0 - 7.2.3",
    "^1.2.3-beta.2",
    ">=1.2.3-alpha",
    "~1.2.3-rc.1",
    "1.2.3-beta",
    "<1.2.3-beta",
    ">*",
    "<*",
    "<=*",
    ">=*",
    "^*",
    "latest",
    "next",
    "git+https://x",
    "file:../x",
    "npm:x@1",
    "workspace:*",
    "1.2.3.4",
    ">=",
    "a||b",
    "^1.2.3 ||",
    "||",
    "> 1 < 2",
    "^ 1.2.3",
    "1.2.3 2",
    ">=1.2.3  <1.9",
    "1.2.3+build",
    "^1.2.3+build",
]


@pytest.mark.parametrize(
    ("text", "inside", "outside"),
    [
        ("^1.2.3", ("1.2.3", "1.9.9"), ("1.2.2", "2.0.0", "2.0.0-beta", "1.3.0-beta")),
        ("^0.2.3", ("0.2.3", "0.2.9"), ("0.3.0",)),
        ("^0.0.3", ("0.0.3",), ("0.0.4",)),
        ("~1.2", ("1.2.0", "1.2.9"), ("1.3.0",)),
        ("1.x || >=2.5.0", ("1.0.0", "2.5.0"), ("2.4.9",)),
        ("1.2.3 - 2.3", ("1.2.3", "2.3.9"), ("2.4.0", "1.2.2")),
        (">= 1.2 <2", ("1.2.0",), ("2.0.0", "1.1.9")),
        (">1", ("2.0.0",), ("1.9.9",)),
        ("^1.2.3-beta.2", ("1.2.3-beta.10", "1.2.3", "1.4.0"), ("1.2.3-beta.1", "1.4.0-beta")),
        ("", ("0.0.0", "9.9.9"), ("1.0.0-rc.1", "no version")),
    ],
)
def test_a_range_admits_what_it_should(text: str, inside: tuple[str, ...], outside: tuple[str, ...]) -> None:
    found = parse_range(text)
    assert found is not None
    assert [version for version in inside if not found.contains(version)] == []
    assert [version for version in outside if found.contains(version)] == []


@pytest.mark.parametrize(
    "text",
    [
        "next",
        "git+https://x",
        "file:../x",
        "npm:x@1",
        "workspace:*",
        "1.2.3.4",
        ">=",
        "a||b",
        "$(id)",
        "1" * MAX_RANGE + "1",
    ],
)
def test_anything_else_is_no_range(text: str) -> None:
    assert parse_range(text) is None


@given(st.text(max_size=40))
def test_any_text_gets_an_answer(text: str) -> None:
    found = parse_range(text)
    assert found is None or found.contains(text) in {True, False}
