"""What preference pairs could teach beside quality: planted biases are found, and none where there is none."""

from dataclasses import replace

import numpy as np
import pytest

from services.ratings.pair_bias import PairTraits, pair_bias


def traits(cluster: int, chosen: float, rejected: float, *, first: bool = True, gap: float | None = None) -> PairTraits:
    return PairTraits(
        cluster=f"c{cluster}",
        chosen_characters=chosen,
        rejected_characters=rejected,
        chosen_code_tokens=chosen / 4,
        rejected_code_tokens=rejected / 4,
        chosen_first=first,
        rating_gap=gap,
    )


def drawn(rng: np.random.Generator, *, pairs: int, per_cluster: int, longer: float) -> list[PairTraits]:
    """Pairs whose chosen answer is longer with probability `longer`; all of a cluster alike."""
    found = []
    for cluster in range(pairs // per_cluster):
        is_longer = rng.random() < longer
        for _ in range(per_cluster):
            sizes = (200.0, 100.0) if is_longer else (100.0, 200.0)
            found.append(traits(cluster, *sizes, first=bool(rng.random() < 0.5)))
    return found


def test_shares_and_means_are_what_they_say() -> None:
    pairs = [traits(0, 200, 100, gap=40), traits(1, 100, 100, gap=-10), traits(2, 50, 100, first=False)]
    bias = pair_bias(pairs)
    assert bias.longer.point == pytest.approx(0.5)
    assert bias.first_seat.point == pytest.approx(2 / 3)
    assert (bias.rating_gap.point, bias.rating_gap.n) == (15, 2)
    assert bias.log_length.point == pytest.approx((np.log(201 / 101) + np.log(51 / 101)) / 3)


def test_the_interval_is_that_of_independent_values_when_each_is_its_own_cluster() -> None:
    values = np.array([1.0] * 30 + [0.0] * 10)
    bias = pair_bias([traits(number, 2 if value else 1, 1 if value else 2) for number, value in enumerate(values)])
    half = 1.959964 * values.std(ddof=1) / np.sqrt(40)
    assert bias.longer.low == pytest.approx(0.75 - half, abs=1e-6)
    assert bias.longer.high == pytest.approx(0.75 + half, abs=1e-6)


def test_without_pairs_or_with_one_cluster_nothing_is_claimed() -> None:
    assert pair_bias([]).longer.point is None
    one = pair_bias([traits(0, 2, 1), traits(0, 3, 1)]).longer
    assert (one.point, one.low, one.high, one.n, one.clusters) == (1, None, None, 2, 1)


@pytest.mark.parametrize("per_cluster", [1, 5])
def test_intervals_hold_the_truth_about_as_often_as_they_say(per_cluster: int) -> None:
    rng = np.random.default_rng(5)
    held = 0
    for _ in range(300):
        found = pair_bias(drawn(rng, pairs=300, per_cluster=per_cluster, longer=0.6)).longer
        assert found.low is not None
        assert found.high is not None
        held += found.low <= 0.6 <= found.high
    assert 0.91 <= held / 300 <= 0.98


def test_exchanging_chosen_and_rejected_mirrors_every_figure() -> None:
    pairs = drawn(np.random.default_rng(1), pairs=60, per_cluster=3, longer=0.8)
    pairs = [replace(pair, rating_gap=float(number)) for number, pair in enumerate(pairs)]
    mirrored = [
        replace(
            pair,
            chosen_characters=pair.rejected_characters,
            rejected_characters=pair.chosen_characters,
            chosen_code_tokens=pair.rejected_code_tokens,
            rejected_code_tokens=pair.chosen_code_tokens,
            chosen_first=not pair.chosen_first,
            rating_gap=-(pair.rating_gap or 0),
        )
        for pair in pairs
    ]
    one, other = pair_bias(pairs), pair_bias(mirrored)
    for first, second, whole in (
        (one.longer, other.longer, 1),
        (one.first_seat, other.first_seat, 1),
        (one.log_length, other.log_length, 0),
        (one.rating_gap, other.rating_gap, 0),
    ):
        assert first.point is not None
        assert first.low is not None
        assert second.point == pytest.approx(whole - first.point)
        assert second.high == pytest.approx(whole - first.low)
