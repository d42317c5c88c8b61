"""Which held version stands in for another."""

import pytest

from sandboxes.preview.cdn_version import best_first, is_same_release, major

HELD = ["17.0.2", "18.3.1", "19.3.1", "19.0.0", "20.0.0-beta.1"]
THREE = ["0.128.0", "0.147.0", "0.160.1", "0.187.0"]


@pytest.mark.parametrize(
    ("wanted", "first"),
    [
        ("", "19.3.1"), ("latest", "19.3.1"), ("next", "19.3.1"), ("canary", "19.3.1"), ("*", "19.3.1"),
        ("18", "18.3.1"), ("18.2", "18.3.1"), ("18.2.0", "18.3.1"), ("v18.2.0", "18.3.1"), ("^18.2.0", "18.3.1"),
        ("~18.2.0", "18.3.1"), ("18.x", "18.3.1"), ("18.x.x", "18.3.1"), (">=17", "19.3.1"), ("17 || 18", "18.3.1"),
        ("19.0.0", "19.0.0"), ("19.1.0", "19.0.0"), ("19.2.9", "19.3.1"),
        ("18.0.0-rc.1", "18.3.1"), ("=17.0.1", "17.0.2"),
    ],
)  # fmt: skip
def test_the_version_that_fits_best(wanted: str, first: str) -> None:
    held = [version for version in HELD if version != "20.0.0-beta.1"]
    assert best_first(held, wanted)[0] == first


@pytest.mark.parametrize(
    ("wanted", "first"),
    [("r128", "0.128.0"), ("0.128", "0.128.0"), ("0.132.2", "0.128.0"), ("0.150.0", "0.147.0"),
     ("0.154.0", "0.160.1"), ("r300", "0.187.0")],
)  # fmt: skip
def test_the_nearest_minor_version_below_one(wanted: str, first: str) -> None:
    assert best_first(THREE, wanted)[0] == first


@pytest.mark.parametrize("wanted", ["16", "16.14.0", "^15", "21.0.0", "0.14"])
def test_another_major_version_is_none(wanted: str) -> None:
    assert best_first(HELD, wanted) == ()


def test_a_release_comes_before_what_precedes_it() -> None:
    assert best_first(["1.0.0", "1.0.0-rc.1"], "") == ("1.0.0", "1.0.0-rc.1")


@pytest.mark.parametrize("wanted", ["9" * 5000, "^" * 5000, "x" * 5000, "1." * 2000, "\n", "18 " * 100])
def test_strange_versions_do_no_harm(wanted: str) -> None:
    assert set(best_first(HELD, wanted)) <= set(HELD)


def test_the_same_release() -> None:
    assert is_same_release("18.3.1", "18.3.0")
    assert is_same_release("0.160.1", "^0.160.0")
    assert not is_same_release("18.3.1", "18.2.0")
    assert not is_same_release("18.3.1", "18")


def test_what_people_call_a_version() -> None:
    assert (major("18.3.1"), major("0.160.1")) == ("18", "0.160")
