"""The rules that guess a prompt's category."""

import pytest

from services.extraction.category import CATEGORIES, NAME, category_of
from tests.benchmarks.category import score
from tests.fixtures.category_set import labelled_prompts


def test_the_method_says_that_it_is_rules() -> None:
    assert NAME == "heuristic-category-v1"


def test_the_set_is_large_and_holds_every_category() -> None:
    prompts = labelled_prompts()
    assert len(prompts) >= 120
    assert {one.category for one in prompts} == {*CATEGORIES, ""}
    assert len({one.prompt for one in prompts}) == len(prompts)


def test_scores_are_what_the_documents_say() -> None:
    prompts = [one for one in labelled_prompts() if not one.foreign]
    parts = [
        [one for one in prompts if not one.is_held_out],
        [one for one in prompts if one.is_held_out and not one.last],
        [one for one in prompts if one.last],
    ]
    assert [score(part)[:2] for part in parts] == [(134, 134), (61, 63), (14, 45)]


@pytest.mark.parametrize(
    ("prompt", "category"),
    [
        ("", ""),
        ("Bonjour, quel temps fait-il ?", ""),
        ("Programmiere Tetris", "game-development"),
        ("What is a website?", ""),
        ("  BUILD\n a   LANDING PAGE ", "web-design"),
        ("x" * 5000 + " tetris game", ""),
    ],
)
def test_some_prompts(prompt: str, category: str) -> None:
    assert category_of(prompt) == category
