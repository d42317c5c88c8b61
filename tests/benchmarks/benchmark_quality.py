"""Benchmark quality and length control against planted truth: `python -m tests.benchmarks.benchmark_quality`.

Prints tables; nothing here is timed. `--arenas N` sets how many arenas are simulated for each row. With
ARENA_SHARED_DATA set, also the quality of real votes against two language models as judges.
"""

import argparse
import csv
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from services.domain.judgement import Winner
from services.ratings.benchmark_quality import Quality, quality_of, ranking_of
from services.ratings.games import Comparison, Games, games_from
from services.ratings.length_control import length_control
from services.ratings.ranking_measures import Ranking, published
from tests.benchmarks.planted_lengths import minimal_form, planted

Floats = NDArray[np.float64]
_ROWS = 3
"""A strong verdict counts as three rows in the benchmark that is imitated."""


@dataclass(frozen=True, kw_only=True)
class Coverage:
    """Share of nominal 95 % intervals that hold the truth, and their mean width."""

    covered: float
    width: float


def judged_prompts(rng: np.random.Generator, prompts: int) -> Floats:
    """(prompts, 3) rows won, lost and tied against a baseline: two seat orders of up to three rows for each prompt."""
    quality = 0.5 + 2.0 * rng.normal(size=prompts)
    rows = np.zeros((prompts, 3))
    for seat in (0.3, -0.3):
        seen = quality + seat + 0.7 * rng.normal(size=prompts)
        weight = np.where(np.abs(seen) > 1.5, _ROWS, 1)
        rows[:, 0] += weight * (seen > 0.3)
        rows[:, 1] += weight * (seen < -0.3)
        rows[:, 2] += weight * (np.abs(seen) <= 0.3)
    return rows


def _rate(rows: NDArray[Any]) -> Floats:
    return np.asarray((rows[..., 0] + 0.5 * rows[..., 2]) / rows.sum(axis=-1))


def win_rate_coverage(*, arenas: int, prompts: int = 250, replicates: int = 200, seed: int = 1) -> dict[str, Coverage]:
    """The percentile bootstrap of a win rate over rows, and over prompts."""
    rng = np.random.default_rng(seed)
    truth = float(_rate(judged_prompts(rng, 2_000_000).sum(axis=0)))
    found: dict[str, list[tuple[float, float]]] = {"rows": [], "prompts": []}
    for _ in range(arenas):
        rows = judged_prompts(rng, prompts)
        total = rows.sum(axis=0)
        by_row = rng.multinomial(int(total.sum()), total / total.sum(), size=replicates)
        drawn = rng.multinomial(prompts, np.full(prompts, 1 / prompts), size=replicates)
        for name, values in (("rows", _rate(by_row)), ("prompts", _rate(drawn @ rows))):
            found[name].append(tuple(np.quantile(values, [0.025, 0.975])))
    return {
        name: Coverage(
            covered=float(np.mean([low <= truth <= high for low, high in pairs])),
            width=float(np.mean([high - low for low, high in pairs])),
        )
        for name, pairs in found.items()
    }


def benchmark(rng: np.random.Generator, *, contenders: int = 8, prompts: int = 120) -> Games:
    """Every pair on every prompt, with prompts that suit some contenders and not others."""
    theta = np.linspace(-0.8, 0.8, contenders)
    names = [f"m{i}" for i in range(contenders)]
    rows = []
    for prompt in range(prompts):
        level = theta + 0.8 * rng.normal(size=contenders)
        for i in range(contenders):
            for j in range(i + 1, contenders):
                won = rng.random() < 1 / (1 + np.exp(level[j] - level[i]))
                winner = Winner.A if won else Winner.B
                rows.append(
                    Comparison(contender_a=names[i], contender_b=names[j], winner=winner, cluster=f"p{prompt:04}")
                )
    return games_from(rows)


def reference(contenders: int = 8) -> Ranking:
    """The true order but for one neighbouring pair, each interval as wide as one step and a half."""
    score = np.arange(contenders, dtype=float)
    score[[2, 3]] = score[[3, 2]]
    return published(
        [f"m{i}" for i in range(contenders)], score.tolist(), (score - 0.75).tolist(), (score + 0.75).tolist()
    )


def figure_coverage(*, arenas: int, replicates: int = 200, seed: int = 2) -> dict[str, Coverage]:
    """How often the interval of each figure holds that figure's mean over all arenas of this kind."""
    rng = np.random.default_rng(seed)
    found: dict[str, list[tuple[float, float, float]]] = {}
    for arena in range(arenas):
        quality = quality_of(benchmark(rng), reference=reference(), replicates=replicates, seed=arena)
        agreed = quality.agreement
        if agreed is None or quality.separability is None or agreed.brier is None:
            raise AssertionError("The simulated benchmark has a figure for everything.")
        figures = {
            "separability": quality.separability,
            "agreement": agreed.with_confidence,
            "brier": agreed.brier,
            "spearman": agreed.spearman,
            "kendall": agreed.kendall,
        }
        for name, figure in figures.items():
            found.setdefault(name, []).append((figure.point, figure.low, figure.high))
    return {name: _covered(np.array(values)) for name, values in found.items()}


def _covered(values: Floats) -> Coverage:
    truth = values[:, 0].mean()
    inside = (values[:, 1] <= truth) & (truth <= values[:, 2])
    return Coverage(covered=float(inside.mean()), width=float((values[:, 2] - values[:, 1]).mean()))


@dataclass(frozen=True, kw_only=True)
class Recovery:
    """Mean absolute errors in points, and how often the controlled interval holds the truth."""

    controlled: float
    raw: float
    minimal: float
    covered: float


WORLDS: Mapping[str, Mapping[str, float]] = {
    "15 contenders, 150 prompts": {},
    "soft labels": {"soft": True},
    "5 contenders": {"contenders": 5},
    "40 contenders": {"contenders": 40},
    "500 prompts": {"prompts": 500},
    "tastes that differ more (.7)": {"taste_spread": 0.7},
    "no habits of length": {"habit": 0.0},
    "length is worth nothing": {"taste": 0.0, "taste_spread": 0.0},
}


def recovery(*, arenas: int, **world: float) -> Recovery:
    """Length control in one kind of world."""
    errors: dict[str, list[float]] = {"controlled": [], "raw": [], "minimal": []}
    covered: list[bool] = []
    for seed in range(arenas):
        one = planted(seed=seed, **world)  # type: ignore[arg-type]
        rates = {rate.contender: rate.controlled for rate in length_control(one.duels, baseline="baseline").rates}
        figures = [rates[name] for name in one.duels.contenders]
        errors["controlled"] += [abs(f.point - truth) for f, truth in zip(figures, one.truth, strict=True)]
        errors["raw"] += np.abs(one.raw - one.truth).tolist()
        errors["minimal"] += np.abs(minimal_form(one.duels) - one.truth).tolist()
        covered += [bool(f.low <= truth <= f.high) for f, truth in zip(figures, one.truth, strict=True)]
    mean = {name: float(np.mean(values)) for name, values in errors.items()}
    return Recovery(**mean, covered=float(np.mean(covered)))


def crowd(path: Path) -> Games:
    """Real comparisons of a file, clustered by prompt: both people and models judged these prompts."""
    winners = {"left": Winner.A, "right": Winner.B, "tie": Winner.TIE}
    with path.open(encoding="utf-8", newline="") as stream:
        rows = [
            Comparison(
                contender_a=row["model_x"],
                contender_b=row["model_y"],
                winner=winners[row["winner"]],
                cluster=row["prompt"],
            )
            for row in csv.DictReader(stream)
            if row["model_x"] != row["model_y"] and row["winner"] in winners
        ]
    return games_from(rows)


def real_votes(folder: Path) -> dict[str, Quality]:
    """How well judges' rankings agree with that of people, who are the reference."""
    people = ranking_of(crowd(folder / "crowd-comparisons.csv"), seed=1)
    names = {"GPT-4": "gpt4-crowd-comparisons.csv", "GPT-3.5": "gpt3-crowd-comparisons.csv"}
    return {name: quality_of(crowd(folder / file), reference=people, seed=1) for name, file in names.items()}


def _print_real_votes(folder: Path) -> None:
    print("Judges of the same pairs against people, 59 models")
    for name, quality in real_votes(folder).items():
        agreed = quality.agreement
        assert agreed is not None
        print(f"  {name}: {quality.judgements} judgements in {quality.clusters} clusters; {'; '.join(quality.notes)}")
        print(f"    {agreed.undecided} of {agreed.pairs} pairs are not separated by people")
        figures = {
            "separability": quality.separability,
            "agreement with confidence": agreed.with_confidence,
            "pair-rank Brier": agreed.brier,
            "Spearman": agreed.spearman,
            "Kendall": agreed.kendall,
        }
        for title, figure in figures.items():
            if figure:
                print(f"    {title:26} {figure.point:.3f} ({figure.low:.3f} .. {figure.high:.3f}), n {figure.n}")


def main() -> int:
    """Print the tables."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--arenas", type=int, default=300)
    arenas = parser.parse_args().arenas
    print(f"Win rate of 250 prompts, two orders of up to three rows each, {arenas} arenas")
    for name, row in win_rate_coverage(arenas=arenas).items():
        print(f"  bootstrap over {name:8} covers {100 * row.covered:5.1f} %, width {100 * row.width:.1f} points")
    print(f"Figures of 8 contenders on 120 prompts, {arenas} arenas")
    for name, row in figure_coverage(arenas=arenas).items():
        print(f"  {name:13} covers {100 * row.covered:5.1f} %, width {row.width:.3f}")
    print(f"Length control, {max(1, arenas // 10)} arenas a row: mean absolute error in points")
    for title, world in WORLDS.items():
        found = recovery(arenas=max(1, arenas // 10), **world)
        print(
            f"  {title:30} controlled {found.controlled:5.2f}, raw {found.raw:5.2f}, minimal form "
            f"{found.minimal:5.2f}; interval covers {100 * found.covered:.1f} %"
        )
    shared = os.environ.get("ARENA_SHARED_DATA")
    if shared:
        _print_real_votes(Path(shared) / "llmfao")
    return 0


if __name__ == "__main__":
    sys.exit(main())
