"""Win rates at equal length: what must hold exactly, and planted truth."""

from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pytest

from services.domain.judgement import SeatOrder, Source, Winner
from services.domain.vote_record import Flag, FlagCode, SideFacts, VoteRecord
from services.ratings.duels import Duel, Duels, duels_from, duels_of
from services.ratings.length_control import LengthControl, WinRate, length_control
from services.ratings.prompt_pool import pool_of
from tests.benchmarks.planted_lengths import minimal_form, planted


def by_name(found: LengthControl) -> dict[str, WinRate]:
    return {rate.contender: rate for rate in found.rates}


def swapped(duels: Duels) -> Duels:
    return replace(duels, preference=1 - duels.preference, difference=-duels.difference)


def with_copy(duels: Duels) -> Duels:
    """The duels and a contender that gives the baseline's own answers."""
    return replace(
        duels,
        contenders=(*duels.contenders, "copy"),
        preference=np.vstack([duels.preference, np.full(len(duels.prompts), 0.5)]),
        difference=np.concatenate([duels.difference, np.zeros((1, *duels.difference.shape[1:]))]),
        weight=np.vstack([duels.weight, np.ones(len(duels.prompts))]),
    )


def test_the_baseline_and_a_copy_of_it_have_fifty() -> None:
    rates = by_name(length_control(with_copy(planted(seed=1, contenders=6, prompts=80).duels), baseline="base"))
    assert (rates["base"].controlled.point, rates["base"].controlled.low, rates["base"].warning) == (50, 50, "")
    assert rates["copy"].controlled.point == pytest.approx(50, abs=1e-6)
    assert rates["copy"].raw.point == 50


@pytest.mark.parametrize("soft", [False, True])
def test_exchanging_contender_and_baseline_mirrors_the_rates(soft: bool) -> None:
    duels = planted(seed=2, contenders=6, prompts=80, soft=soft).duels
    there, back = (by_name(length_control(each, baseline="base")) for each in (duels, swapped(duels)))
    for name in duels.contenders:
        assert there[name].controlled.point == pytest.approx(100 - back[name].controlled.point, abs=1e-5)
        assert there[name].controlled.low == pytest.approx(100 - back[name].controlled.high, abs=1e-4)
        assert there[name].slopes["characters"] == pytest.approx(back[name].slopes["characters"], abs=1e-6)


@pytest.mark.parametrize("soft", [False, True])
def test_planted_rates_are_found_and_the_minimal_form_is_worse(soft: bool) -> None:
    errors: dict[str, list[float]] = {"controlled": [], "raw": [], "minimal": []}
    covered = []
    for seed in range(8):
        world = planted(seed=seed, soft=soft)
        rates = by_name(length_control(world.duels, baseline="base"))
        found = [rates[name].controlled for name in world.duels.contenders]
        errors["controlled"] += [abs(f.point - t) for f, t in zip(found, world.truth, strict=True)]
        errors["raw"] += list(np.abs(world.raw - world.truth))
        errors["minimal"] += list(np.abs(minimal_form(world.duels) - world.truth))
        covered += [f.low <= t <= f.high for f, t in zip(found, world.truth, strict=True)]
    mean = {name: np.mean(values) for name, values in errors.items()}
    assert mean["controlled"] < 4.5
    assert mean["controlled"] < 0.65 * mean["raw"]
    assert mean["raw"] < mean["minimal"]
    assert np.mean(covered) > 0.85


def test_the_pool_finds_what_length_is_worth() -> None:
    pool = pool_of(planted(seed=4, contenders=40, prompts=200, habit=0, taste_spread=0.3).duels)
    assert abs(pool.slope[0] - 0.8) < 3 * pool.slope_error[0]
    assert pool.slope_deviation[0] == pytest.approx(0.3, abs=0.15)
    assert pool.gamma_deviation == pytest.approx(1, abs=0.15)
    assert pool.dispersion == pytest.approx(1, abs=0.1)


def test_a_kept_pool_serves_contenders_that_come_later() -> None:
    duels = planted(seed=5, contenders=10, prompts=100).duels
    pool = pool_of(duels)
    alone = replace(
        duels,
        contenders=duels.contenders[:1],
        preference=duels.preference[:1],
        difference=duels.difference[:1],
        weight=duels.weight[:1],
    )
    later = by_name(length_control(alone, baseline="base", pool=pool))
    assert later["m00"] == by_name(length_control(duels, baseline="base"))["m00"]
    with pytest.raises(ValueError, match="two contenders"):
        length_control(alone, baseline="base")
    with pytest.raises(ValueError, match="other prompts or features"):
        length_control(replace(alone, prompts=tuple(f"q{i}" for i in range(100))), baseline="base", pool=pool)


def test_a_rate_that_control_moves_far_carries_a_warning() -> None:
    world = planted(seed=0, taste=2.5, habit=1500)
    found = length_control(world.duels, baseline="base")
    far = [rate for rate in found.rates if abs(rate.raw.point - rate.controlled.point) > 10]
    assert far
    assert all("points" in rate.warning for rate in far)
    tasteless = length_control(planted(seed=0, taste=0, taste_spread=0, habit=0).duels, baseline="base")
    assert sum(bool(rate.warning) for rate in tasteless.rates) <= 1


def test_a_contender_that_always_wins_has_finite_numbers() -> None:
    duels = planted(seed=3, contenders=4, prompts=50).duels
    preference = duels.preference.copy()
    preference[0] = 1
    rate = by_name(length_control(replace(duels, preference=preference), baseline="base"))["m00"]
    assert rate.raw.point == 100
    assert 90 < rate.controlled.low <= rate.controlled.point <= rate.controlled.high <= 100


def test_clusters_of_prompts_widen_intervals() -> None:
    duels = planted(seed=6, contenders=6, prompts=60).duels
    alike = replace(
        duels,
        prompts=tuple(f"{name}-{i}" for name in duels.prompts for i in range(4)),
        preference=np.repeat(duels.preference, 4, axis=1),
        difference=np.repeat(duels.difference, 4, axis=1),
        weight=np.repeat(duels.weight, 4, axis=1),
        clusters=np.repeat(np.arange(60), 4),
    )
    apart = replace(alike, clusters=np.arange(240))
    pool = pool_of(alike)
    wide, narrow = (by_name(length_control(each, baseline="b", pool=pool))["m01"].raw for each in (alike, apart))
    assert wide.point == narrow.point
    assert (wide.high - wide.low) == pytest.approx(2 * (narrow.high - narrow.low), rel=0.02)


def record(
    number: int, a: str, b: str, winner: Winner | None, *, factor: float = 1.0, style: bool = True
) -> VoteRecord:
    return VoteRecord(
        id=str(number),
        battle_id=str(number),
        source=Source.LLM,
        judge="j",
        order=SeatOrder.AB,
        contender_a=a,
        contender_b=b,
        winner=winner,
        created_at=datetime(2026, 1, 1, tzinfo=UTC),
        prompt_key="p" if number < 3 else f"q{number}",
        prompt_group="g",
        side_a=SideFacts(style={"characters": 100.0} if style else {}),
        side_b=SideFacts(style={"characters": 40.0}),
        flags=(Flag(code=FlagCode.BURST, reason="", factor=factor),),
    )


def test_records_become_duels_with_the_baseline() -> None:
    records = [
        record(1, "x", "base", Winner.A),
        record(2, "base", "x", Winner.TIE),
        record(3, "base", "y", Winner.A, factor=0.5),
        record(4, "x", "y", Winner.A),
        record(5, "x", "base", None),
        record(6, "x", "base", Winner.A, factor=0),
        record(7, "x", "base", Winner.A, style=False),
    ]
    rows = duels_of(records, baseline="base", features=("characters",))
    assert [(row.contender, row.prompt, row.preference, row.weight) for row in rows] == [
        ("x", "p", 1, 1),
        ("x", "p", 0.5, 1),
        ("y", "q3", 0, 0.5),
    ]
    assert [row.difference["characters"] for row in rows] == [60, -60, -60]
    duels = duels_from(rows, features=("characters",))
    assert (duels.contenders, duels.prompts, duels.cluster_count) == (("x", "y"), ("p", "q3"), 1)
    assert duels.preference.tolist() == [[0.75, 0], [0, 0]]
    assert duels.weight.tolist() == [[1, 0], [0, 1]]


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (Duel(contender="x", prompt="p", preference=1.5, difference={"characters": 1}), "between 0 and 1"),
        (Duel(contender="x", prompt="p", preference=1, difference={}), "lacks a finite difference"),
        (Duel(contender="x", prompt="p", preference=1, difference={"characters": 1}, weight=0), "positive"),
    ],
)
def test_duels_that_make_no_sense_are_refused(row: Duel, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        duels_from([row], features=("characters",))
