"""How often 95 % intervals hold the truth in simulated arenas: `python -m tests.benchmarks.coverage`.

Clustered arenas have voters with tastes of their own: the strengths as one voter sees them scatter around the true
ones. The truth is then what a plain fit of endless votes would find, so it is fitted to a great many voters.
"""

import argparse
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from services.ratings import bootstrap as bs
from services.ratings.bradley_terry import Fit, fit, sandwich, sandwich_cells
from services.ratings.cells import cells_of
from services.ratings.games import Floats, Games
from tests.fixtures.arenas import plain_arena

SIZE = 20
VOTES = 3000
Z = 1.959964

Interval = Callable[[Games, Fit, int], tuple[Floats, Floats]]


@dataclass(frozen=True, kw_only=True)
class Case:
    """A kind of arena, and what its strengths really are."""

    name: str
    clusters: int
    taste: float
    truth: Floats

    def draw(self, rng: np.random.Generator, *, votes: int = VOTES) -> Games:
        """One arena."""
        theta = strengths()
        return plain_arena(rng, theta, votes=votes, clusters=self.clusters, taste=self.taste)


def strengths() -> Floats:
    """Of twenty contenders, mean zero."""
    return np.linspace(-1.2, 1.2, SIZE)


def cases() -> tuple[Case, ...]:
    """Independent votes, and voters with tastes: many who vote little, few who vote much."""
    found = [Case(name="every vote by somebody else", clusters=0, taste=0.0, truth=strengths())]
    for clusters in (300, 40):
        taste = 1.0
        theta, rng = strengths(), np.random.default_rng(99)
        endless = plain_arena(rng, theta, votes=2_000_000, clusters=1_000_000, taste=taste)
        truth = fit(endless.wins()).theta
        found.append(Case(name=f"{clusters} voters with tastes", clusters=clusters, taste=taste, truth=truth))
    return tuple(found)


def _sandwiched(covariance: Floats, fitted: Fit) -> tuple[Floats, Floats]:
    half = Z * np.sqrt(np.diag(covariance))
    return fitted.theta - half, fitted.theta + half


def _drawn(theta: Floats) -> tuple[Floats, Floats]:
    low, high = np.quantile(theta, [0.025, 0.975], axis=0)
    return low, high


METHODS: Mapping[str, Interval] = {
    "sandwich, row by row": lambda games, fitted, seed: _sandwiched(sandwich_cells(cells_of(games), fitted), fitted),
    "sandwich, by cluster": lambda games, fitted, seed: _sandwiched(sandwich(games, fitted), fitted),
    "bootstrap of votes (multinomial)": lambda games, fitted, seed: _drawn(
        bs.multinomial(cells_of(games), replicates=400, seed=seed, start=fitted.theta)
    ),
    "bootstrap of clusters (Poisson)": lambda games, fitted, seed: _drawn(
        bs.clustered(games, replicates=400, seed=seed, start=fitted.theta)
    ),
    "bootstrap of clusters (exponential)": lambda games, fitted, seed: _drawn(
        bs.clustered(games, replicates=400, seed=seed, draw=bs.Draw.EXPONENTIAL, start=fitted.theta)
    ),
}


def coverage(case: Case, method: Interval, *, arenas: int, votes: int = VOTES) -> tuple[float, float]:
    """The share of strengths inside their intervals, and the mean width of these in logits."""
    rng, hits, widths = np.random.default_rng(1), [], []
    for seed in range(arenas):
        games = case.draw(rng, votes=votes)
        low, high = method(games, fit(games.wins()), seed)
        hits.append(float(np.mean((low <= case.truth) & (case.truth <= high))))
        widths.append(float(np.mean(high - low)))
    return float(np.mean(hits)), float(np.mean(widths))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--arenas", type=int, default=300)
    arenas = parser.parse_args().arenas
    print(f"{arenas} arenas of {SIZE} contenders and {VOTES} votes: covered, mean width in logits\n")
    drawn = cases()
    print("| interval | " + " | ".join(case.name for case in drawn) + " |")
    print("|---|" + "---|" * len(drawn))
    for name, method in METHODS.items():
        cells = []
        for case in drawn:
            covered, width = coverage(case, method, arenas=arenas)
            cells.append(f"{covered:.1%}, {width:.2f}")
        print(f"| {name} | " + " | ".join(cells) + " |", flush=True)


if __name__ == "__main__":
    main()
