"""Near-duplicate prompts: what is alike, and that groups stay as they are."""

import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.domain.vote_record import prompt_key_of
from services.ratings.duplicates import (
    PERMUTATIONS,
    SHINGLE,
    SIMILAR,
    PromptGroups,
    _shingles,
    _signature,
    normalised,
    repeat_weights,
    similarity,
)

SNAKE = "Write a snake game in Python with pygame. Show the score, and let the player start again after a crash."
WORDS = (
    "draw",
    "write",
    "build",
    "game",
    "page",
    "snake",
    "clock",
    "chart",
    "tree",
    "sort",
    "list",
    "red",
    "blue",
    "fast",
    "small",
    "python",
    "score",
    "user",
)


def plain_similarity(one: str, other: str) -> float:
    a, b = ({t[i : i + SHINGLE] for i in range(len(t) - SHINGLE + 1)} for t in (normalised(one), normalised(other)))
    return len(a & b) / len(a | b)


def invented(rng: random.Random, words: int) -> str:
    return " ".join(rng.choice(WORDS) for _ in range(words))


@pytest.mark.parametrize(
    ("other", "same"),
    [
        (SNAKE.upper(), True),
        (SNAKE.replace(" ", "\n  "), True),
        (SNAKE + "!", True),
        (SNAKE + " Thanks a lot!", True),
        ("Please w" + SNAKE[1:], True),
        (SNAKE.replace("snake", "tetris").replace("crash", "line is full"), False),
        ("Write a snake game.", False),
        ("", False),
    ],
)
def test_what_is_nearly_the_same(other: str, same: bool) -> None:
    groups = PromptGroups()
    assert groups.add(SNAKE) == prompt_key_of(SNAKE)
    assert (groups.add(other) == prompt_key_of(SNAKE)) is same


def test_similarity_is_that_of_the_sets_of_shingles() -> None:
    rng = random.Random(1)
    for _ in range(50):
        one, other = invented(rng, 12), invented(rng, 12)
        assert similarity(one, other) == pytest.approx(plain_similarity(one, other))


def test_signatures_estimate_similarity() -> None:
    """128 permutations: the standard error of an estimate is below .045, here the largest of 100 errors is read."""
    rng, errors = random.Random(2), []
    for _ in range(100):
        words = invented(rng, 30).split()
        other = words[: rng.randrange(5, 30)] + invented(rng, 5).split()
        one, two = " ".join(words), " ".join(other)
        equal = _signature(_shingles(normalised(one))) == _signature(_shingles(normalised(two)))
        errors.append(abs(float(np.mean(equal)) - similarity(one, two)))
    assert max(errors) < 4 * 0.5 / PERMUTATIONS**0.5


def test_no_near_duplicate_is_missed_by_the_bands() -> None:
    """Against comparing with every first prompt exactly."""
    rng, groups, firsts = random.Random(3), PromptGroups(), list[str]()
    base = [invented(rng, 20) for _ in range(40)]
    for _ in range(400):
        prompt = rng.choice(base).split()
        prompt[rng.randrange(len(prompt))] = rng.choice(WORDS)
        text = " ".join(prompt)
        close = max(firsts, key=lambda first: plain_similarity(first, text), default="")
        is_new = not close or plain_similarity(close, text) < SIMILAR
        group = groups.add(text)
        assert (group == prompt_key_of(text)) == (is_new or close == text)
        if is_new:
            firsts.append(text)
    assert 40 <= len(firsts) < 400


@settings(max_examples=50, deadline=None)
@given(st.lists(st.text(max_size=60), max_size=20))
def test_groups_never_change_when_prompts_come(prompts: list[str]) -> None:
    groups, before = PromptGroups(), dict[str, str]()
    for prompt in prompts:
        groups.add(prompt)
        now = groups.groups()
        assert before.items() <= now.items()
        assert all(now[group] == group for group in now.values())
        before = dict(now)


def test_known_groups_are_kept_when_the_index_is_built_again() -> None:
    first, near = SNAKE, SNAKE + " Thanks a lot!"
    old = PromptGroups()
    old.add(first)
    old.add(near)
    new = PromptGroups()
    # in another order, as a store may give them back
    for prompt in (near, first):
        new.add(prompt, group=old.groups()[prompt_key_of(prompt)])
    assert new.groups() == old.groups()
    assert new.add(SNAKE + "!!") == prompt_key_of(first)


def test_hashes_are_the_same_on_every_machine() -> None:
    assert [int(value) for value in _signature(_shingles("draw a tree"))[:2]] == [
        7341971678640825580,
        5246873906270082192,
    ]


def test_groups_above_the_cutoff_weigh_the_cutoff_in_all() -> None:
    found = repeat_weights(["g"] * 8 + ["h"] * 4 + [""] * 50, cutoff=4)
    assert found == {"g": (8, 0.5)}


def test_weights_of_large_groups_change_in_steps() -> None:
    for size, rounded in ((99, 99), (109, 100), (110, 110), (1299, 1200)):
        assert repeat_weights(["g"] * size, cutoff=25) == {"g": (rounded, 25 / rounded)}
