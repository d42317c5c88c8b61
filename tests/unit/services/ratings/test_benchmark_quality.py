"""Quality of a benchmark against values worked out by hand."""

import math

import numpy as np
import pytest
from scipy.stats import kendalltau, spearmanr

from services.domain.judgement import Winner
from services.ratings import ranking_measures as measures
from services.ratings.benchmark_quality import Quality, quality_of
from services.ratings.games import Comparison, Games, games_from
from services.ratings.ranking_measures import Pairs, Ranking, published
from tests.benchmarks.benchmark_quality import win_rate_coverage

# pairs of the benchmark: ab overlap, ac apart, ad apart, bc touch (so overlap), bd apart, cd apart
OURS = published("abcd", [90, 80, 60, 30], [84, 70, 50, 25], [96, 88, 70, 35])
# pairs of the reference: ab apart, ac apart, ad apart, bc overlap, bd apart the other way round, cd overlap
THEIRS = published("abcd", [9, 5, 5.5, 6.5], [8, 4.6, 4.5, 6.2], [9.5, 5.5, 6.5, 7])


def test_separability_by_hand() -> None:
    assert measures.separability(OURS) == pytest.approx(4 / 6)
    assert measures.separability(THEIRS) == pytest.approx(4 / 6)


def test_agreement_with_confidence_by_hand() -> None:
    # ab 0 (ours overlap), ac +1, ad +1, bc 0, bd -1, cd 0
    assert measures.agreement(OURS, Pairs.of(THEIRS)) == pytest.approx(1 / 6)
    assert measures.agreement(OURS, Pairs.of(OURS)) == pytest.approx(4 / 6)


def test_pair_rank_brier_by_hand() -> None:
    ours = Ranking(
        names=tuple("abcd"),
        score=OURS.score,
        low=OURS.low,
        high=OURS.high,
        mean=np.array([4.0, 1.0, 2.0, 0.0]),
        deviation=np.array([3.0, 4.0, 0.0, 0.0]),
    )
    # ab: Phi(3/5), ac: Phi(2/3), ad: Phi(4/3) with 1; bd: Phi(1/4) with 0; the other two are left out
    phi = [0.5 * (1 + math.erf(x / math.sqrt(2))) for x in (3 / 5, 2 / 3, 4 / 3, 1 / 4)]
    wanted = sum((p - y) ** 2 for p, y in zip(phi, (1, 1, 1, 0), strict=True)) / 4
    assert measures.brier(ours, Pairs.of(THEIRS)) == pytest.approx(wanted, abs=1e-12)


def test_forecasts_without_scatter_are_certain() -> None:
    sure = published("ab", [2, 1], [2, 1], [2, 1])
    assert measures.brier(sure, Pairs.of(sure)) == 0
    assert measures.brier(published("ab", [1, 2], [1, 2], [1, 2]), Pairs.of(sure)) == 1
    assert measures.brier(published("ab", [1, 1], [1, 1], [1, 1]), Pairs.of(sure)) == 0.25


def test_rank_correlations_by_hand_and_by_another_program() -> None:
    # ranks 4 3 2 1 and 4 1 2 3: 1 - 6 * (0 + 4 + 0 + 4) / (4 * 15) = .2; signs +++ (a), bc -, bd -, cd -: 0
    assert measures.spearman(OURS, THEIRS) == pytest.approx(0.2)
    assert measures.kendall(OURS, Pairs.of(THEIRS)) == pytest.approx(0)
    tied = published("abcd", [1, 2, 2, 3], [1, 2, 2, 3], [1, 2, 2, 3])
    assert measures.spearman(tied, OURS) == pytest.approx(spearmanr(tied.score, OURS.score).statistic)
    assert measures.kendall(tied, Pairs.of(OURS)) == pytest.approx(kendalltau(tied.score, OURS.score).statistic)
    flat = published("abcd", [1] * 4, [1] * 4, [1] * 4)
    assert measures.spearman(flat, OURS) == measures.kendall(flat, Pairs.of(OURS)) == 0


@pytest.mark.parametrize(
    ("names", "score", "low", "high", "said"),
    [
        ("aa", [1, 2], [1, 2], [1, 2], "a twice"),
        ("ab", [1, math.nan], [1, 2], [1, 2], "b is not finite"),
        ("ab", [1, 2], [1, 3], [1, 4], "b lies outside"),
    ],
)
def test_a_reference_that_makes_no_sense_is_refused(
    names: str, score: list[float], low: list[float], high: list[float], said: str
) -> None:
    with pytest.raises(ValueError, match=said):
        published(names, score, low, high)


def games(prompts: int = 120, seed: int = 0, names: str = "abcd") -> Games:
    rng = np.random.default_rng(seed)
    theta = {"a": 1.5, "b": 0.5, "c": 0.4, "d": -1.0}
    rows = []
    for prompt in range(prompts):
        effect = {name: theta[name] + rng.normal() for name in names}
        for i, first in enumerate(names):
            for second in names[i + 1 :]:
                won = rng.random() < 1 / (1 + math.exp(effect[second] - effect[first]))
                rows.append(
                    Comparison(
                        contender_a=first,
                        contender_b=second,
                        winner=Winner.A if won else Winner.B,
                        cluster=f"prompt:{prompt}",
                    )
                )
    return games_from(rows)


def quality(reference: Ranking | None = None, seed: int = 1) -> Quality:
    return quality_of(games(), reference=reference, replicates=200, seed=seed)


def test_every_figure_has_an_interval_and_a_number_of_cases() -> None:
    found = quality(published("abcd", [1500, 1100, 1050, 700], [1400, 1000, 950, 600], [1600, 1200, 1150, 800]))
    assert (found.judgements, found.clusters, found.seed, found.notes) == (720, 120, 1, ())
    assert "120 clusters" in found.method
    assert found.separability is not None
    assert found.separability.n == 6
    assert found.separability.point == pytest.approx(5 / 6)
    agreed = found.agreement
    assert agreed is not None
    assert agreed.brier is not None
    assert (agreed.contenders, agreed.pairs, agreed.undecided, agreed.spearman.n) == (4, 6, 1, 4)
    assert agreed.with_confidence.point == pytest.approx(5 / 6)
    assert (agreed.brier.n, agreed.with_confidence.n) == (5, 6)
    assert agreed.brier.point < 0.05
    for figure in (found.separability, agreed.with_confidence, agreed.brier, agreed.spearman, agreed.kendall):
        assert figure.low <= figure.point <= figure.high


def test_the_same_seed_gives_the_same_figures_and_another_one_others() -> None:
    reference = published("abcd", [4, 3, 2, 1], [3.5, 2.5, 1.5, 0.5], [4.5, 3.5, 2.5, 1.5])
    assert quality(reference) == quality(reference)
    assert quality(reference) != quality(reference, seed=2)


def test_only_common_contenders_are_compared_and_the_others_named() -> None:
    found = quality(published("axb", [3, 2, 1], [3, 2, 1], [3, 2, 1]))
    assert found.agreement is not None
    assert (found.agreement.contenders, found.agreement.spearman.point) == (2, 1)
    assert any("2 contender(s) (c, d)" in note for note in found.notes)
    assert any("1 contender(s) (x)" in note for note in found.notes)
    alone = quality(published("ax", [3, 2], [3, 2], [3, 2]))
    assert alone.agreement is None
    assert any("nothing can be compared" in note for note in alone.notes)


def test_a_reference_that_separates_nothing_gives_no_brier() -> None:
    found = quality(published("abcd", [4, 3, 2, 1], [0] * 4, [9] * 4))
    assert found.agreement is not None
    assert (found.agreement.brier, found.agreement.undecided) == (None, 6)
    assert found.agreement.with_confidence.point == 0


def test_little_data_is_said_and_no_data_is_no_error() -> None:
    little = quality_of(games(prompts=2), replicates=50, seed=1)
    assert any("2 independent cluster(s)" in note for note in little.notes)
    empty = quality_of(games_from([]), replicates=50, seed=1)
    assert empty.separability is None
    assert any("Fewer than two" in note for note in empty.notes)
    with pytest.raises(ValueError, match="two replicates"):
        quality_of(games(), replicates=1, seed=1)


def test_a_bootstrap_over_rows_covers_too_little_and_one_over_prompts_enough() -> None:
    found = win_rate_coverage(arenas=150)
    assert found["rows"].covered < 0.7
    assert 0.9 <= found["prompts"].covered <= 0.99
    assert found["prompts"].width > 1.5 * found["rows"].width
