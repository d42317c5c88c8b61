"""Agreement against other programs, known values, hand-made tables and planted truth."""

import csv
import json
import os
from pathlib import Path

import evalica
import numpy as np
import pytest
from pandas import DataFrame  # type: ignore[import-untyped]  # evalica reads nothing else
from sklearn.metrics import cohen_kappa_score

from services.ratings.agreement import (
    Level,
    Pair,
    Rating,
    Weights,
    chance_agreement,
    cohen_kappa,
    krippendorff_alpha,
    raw_agreement,
)

GOLDEN = Path(__file__).parents[3] / "golden" / "ratings" / "llmfao-agreement.json"
SKLEARN = {Weights.UNWEIGHTED: None, Weights.LINEAR: "linear", Weights.QUADRATIC: "quadratic"}
SEED = 3


def pairs_of(first: list[int], second: list[int]) -> list[Pair]:
    return [Pair(first=a, second=b, cluster=i) for i, (a, b) in enumerate(zip(first, second, strict=True))]


def random_ratings(rng: np.random.Generator, *, units: int, raters: int, categories: int) -> list[Rating]:
    truth = rng.integers(categories, size=units)
    return [
        Rating(unit=u, rater=str(r), category=int(truth[u] if rng.random() < 0.6 else rng.integers(categories)))
        for u in range(units)
        for r in range(raters)
        if rng.random() < 0.5
    ]


@pytest.mark.parametrize("weights", Weights)
def test_kappa_is_that_of_scikit_learn(weights: Weights) -> None:
    rng = np.random.default_rng(1)
    first = [int(x) for x in rng.integers(4, size=300)]
    second = [a if rng.random() < 0.5 else int(rng.integers(4)) for a in first]
    found = cohen_kappa(pairs_of(first, second), categories=4, weights=weights, seed=SEED)
    assert found.point == pytest.approx(cohen_kappa_score(first, second, weights=SKLEARN[weights]), abs=1e-12)
    assert found.n == found.clusters == 300


@pytest.mark.parametrize("level", Level)
@pytest.mark.parametrize("categories", [2, 3, 5])
def test_alpha_is_that_of_evalica(level: Level, categories: int) -> None:
    ratings = random_ratings(np.random.default_rng(categories), units=80, raters=6, categories=categories)
    table = np.full((6, 80), np.nan)
    for rating in ratings:
        table[int(rating.rater), int(str(rating.unit))] = rating.category
    expected = evalica.alpha(DataFrame(table), distance=level.value).alpha
    found = krippendorff_alpha(ratings, categories=categories, level=level, seed=SEED)
    assert found.point == pytest.approx(expected, abs=1e-9)


def test_a_table_done_by_hand() -> None:
    """Ten pairs: eight agree, margins 5/5 and 5/5, so chance is one half and kappa .6."""
    pairs = pairs_of([0] * 5 + [1] * 5, [0] * 4 + [1] + [1] * 4 + [0])
    assert raw_agreement(pairs, categories=2, seed=SEED).point == pytest.approx(0.8)
    assert chance_agreement(pairs, categories=2, seed=SEED).point == pytest.approx(0.5)
    assert cohen_kappa(pairs, categories=2, weights=Weights.UNWEIGHTED, seed=SEED).point == pytest.approx(0.6)


def test_what_is_not_defined_is_said_to_be_so() -> None:
    one_category = pairs_of([1, 1, 1], [1, 1, 1])
    found = cohen_kappa(one_category, categories=2, weights=Weights.UNWEIGHTED, seed=SEED)
    assert (found.point, found.low, found.high, found.n) == (None, None, None, 3)
    assert raw_agreement(one_category, categories=2, seed=SEED).point == 1
    assert raw_agreement([], categories=2, seed=SEED).point is None
    lonely = [Rating(unit=i, rater="x", category=i % 2) for i in range(5)]
    found = krippendorff_alpha(lonely, categories=2, level=Level.NOMINAL, seed=SEED)
    assert (found.point, found.n, found.clusters) == (None, 0, 0)
    assert krippendorff_alpha([], categories=2, level=Level.ORDINAL, seed=SEED).point is None


def test_one_cluster_has_no_interval() -> None:
    pairs = [Pair(first=i % 2, second=i % 3 % 2, cluster="one") for i in range(30)]
    found = cohen_kappa(pairs, categories=2, weights=Weights.UNWEIGHTED, seed=SEED)
    assert found.point is not None
    assert found.low is None


def test_the_interval_is_wider_when_pairs_share_clusters_and_the_same_for_the_same_seed() -> None:
    rng = np.random.default_rng(5)
    rows = []
    for cluster in range(40):
        careful = rng.random() < 0.5
        for _ in range(10):
            first = int(rng.integers(2))
            rows.append((first, first if careful else int(rng.integers(2)), cluster))
    clustered = [Pair(first=a, second=b, cluster=c) for a, b, c in rows]
    alone = [Pair(first=a, second=b, cluster=i) for i, (a, b, _) in enumerate(rows)]
    wide, again, narrow = (raw_agreement(p, categories=2, seed=SEED) for p in (clustered, clustered, alone))
    assert wide == again
    assert None not in (wide.low, wide.high, narrow.low, narrow.high)
    assert wide.high - wide.low > 1.3 * (narrow.high - narrow.low)  # type: ignore[operator]


def test_intervals_cover_the_truth() -> None:
    """Two raters of planted kappa .5, clusters of five pairs: about 95 of 100 intervals hold it."""
    rng, covered = np.random.default_rng(8), 0
    for _ in range(200):
        rows = []
        for cluster in range(60):
            for _ in range(5):
                first = int(rng.integers(2))
                second = first if rng.random() < 0.5 else int(rng.integers(2))
                rows.append(Pair(first=first, second=second, cluster=cluster))
        found = cohen_kappa(rows, categories=2, weights=Weights.UNWEIGHTED, seed=SEED)
        assert found.low is not None
        assert found.high is not None
        covered += found.low <= 0.5 <= found.high
    assert 180 <= covered <= 199


@pytest.mark.shared_data
@pytest.mark.skipif(not os.environ.get("ARENA_SHARED_DATA"), reason="ARENA_SHARED_DATA is not set")
def test_the_crowd_agrees_as_the_golden_file_says() -> None:
    path = Path(os.environ["ARENA_SHARED_DATA"]) / "llmfao" / "crowd-comparisons.csv"
    codes = {"left": 0, "tie": 1, "right": 2}
    with path.open(encoding="utf-8", newline="") as file:
        rows = [
            Rating(unit=row["id"], rater=row["worker"], category=codes[row["winner"]]) for row in csv.DictReader(file)
        ]
    golden = json.loads(GOLDEN.read_text(encoding="utf-8"))
    for level in Level:
        found = krippendorff_alpha(rows, categories=3, level=level, seed=0)
        expected = golden[level.value]
        assert found.point == pytest.approx(expected["alpha"], abs=1e-9)
        assert [found.low, found.high] == pytest.approx(expected["interval"], abs=1e-9)
        assert (found.n, found.clusters) == (expected["n"], expected["units"])
