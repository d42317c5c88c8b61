"""Pairs are drawn with the stated probability."""

import random
from collections import Counter

import pytest

from services.arena.sampling import draw_pair
from services.domain.contender import Contender
from services.errors import PrerequisiteError

TRIO = [Contender(name=name, model=name) for name in ("x", "y", "z")]


def test_frequencies_match_the_stored_probabilities() -> None:
    rng, counts, stated = random.Random(7), Counter[frozenset[str]](), {}
    for _ in range(6000):
        pair = draw_pair(TRIO, {("x", "y"): 1}, rng)
        key = frozenset({pair.contender_a, pair.contender_b})
        counts[key] += 1
        stated[key] = pair.probability
    assert stated[frozenset({"x", "y"})] == pytest.approx(0.25 / 2.25)
    assert sum(stated.values()) == pytest.approx(1)
    for key, probability in stated.items():
        assert counts[key] / 6000 == pytest.approx(probability, abs=0.025)


def test_seats_are_drawn_fairly() -> None:
    rng = random.Random(11)
    first = Counter(draw_pair(TRIO[:2], {}, rng).contender_a for _ in range(4000))
    assert first["x"] / 4000 == pytest.approx(0.5, abs=0.03)


def test_disabled_contenders_never_play() -> None:
    off = Contender(name="off", model="off", enabled=False)
    rng = random.Random(3)
    assert all(
        "off" not in (p.contender_a, p.contender_b) for p in (draw_pair([*TRIO, off], {}, rng) for _ in range(300))
    )


def test_one_contender_is_not_enough() -> None:
    with pytest.raises(PrerequisiteError, match="two"):
        draw_pair(TRIO[:1], {}, random.Random(1))
