"""95 % intervals hold the truth as often as they say; the whole table is `python -m tests.benchmarks.coverage`."""

import pytest

from tests.benchmarks.coverage import METHODS, Case, cases, coverage


@pytest.fixture(scope="module")
def arenas() -> tuple[Case, ...]:
    return cases()


def test_of_independent_votes_every_sandwich_covers_93_to_97_percent(arenas: tuple[Case, ...]) -> None:
    for name in ("sandwich, row by row", "sandwich, by cluster"):
        covered, _ = coverage(arenas[0], METHODS[name], arenas=300)
        assert 0.93 <= covered <= 0.97, name


def test_of_voters_with_tastes_only_clustered_intervals_cover(arenas: tuple[Case, ...]) -> None:
    for case in arenas[1:]:
        assert coverage(case, METHODS["sandwich, by cluster"], arenas=100)[0] > 0.90
    assert coverage(arenas[2], METHODS["sandwich, row by row"], arenas=100)[0] < 0.88


@pytest.mark.parametrize("name", ["bootstrap of clusters (Poisson)", "bootstrap of clusters (exponential)"])
def test_bootstraps_of_clusters_cover_too(arenas: tuple[Case, ...], name: str) -> None:
    assert coverage(arenas[1], METHODS[name], arenas=20)[0] > 0.90
