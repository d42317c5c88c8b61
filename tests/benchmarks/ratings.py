"""The rating engine beside other programs: `python -m tests.benchmarks.ratings [--with-arena-rank]`.

One core, one BLAS thread, 50 contenders, a quarter of all votes ties, pairs unevenly often. Every figure is the
fastest of some runs in this process, except where the table says that it was scaled up.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
import venv
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import numpy as np

from services.domain.judgement import Winner
from services.ratings import bootstrap as bs
from services.ratings.bradley_terry import fit, sandwich, sandwich_cells
from services.ratings.cells import Cells, cells_from
from services.ratings.features import relative, z_score
from services.ratings.games import FIRST, SECOND, TIE, Floats, Games, Integers
from services.ratings.grounded import Grounded
from services.ratings.live import LiveFit
from services.ratings.newton import pair_indices
from services.ratings.outcome_fit import fit_outcomes
from services.ratings.style_fit import fit_styled
from services.ratings.ties import Davidson, RaoKupper
from tests.fixtures.arenas import games_of_codes

SIZE = 50
VOTERS = 100_000
ARENA_RANK = "arena-rank==0.1.1"
INSTALL_SECONDS = 900
RUN_SECONDS = 300

T = TypeVar("T")


@dataclass(frozen=True, kw_only=True)
class Votes:
    """Codes (N,), and the voter of each."""

    first: Integers
    second: Integers
    outcomes: Integers
    voters: Integers

    @property
    def games(self) -> Games:
        return games_of_codes(self.first, self.second, self.outcomes, size=SIZE, clusters=self.voters)


@dataclass(frozen=True, kw_only=True)
class Row:
    """One program: seconds for a fit and for a fit with 100 and 1,000 bootstraps, and its distance from ours."""

    name: str
    fit: float
    hundred: float
    thousand: float
    scaled: str
    distance: float


def drawn(count: int) -> Votes:
    """The same votes whenever asked: strengths scatter by 0.6, some contenders play five times as often."""
    rng = np.random.default_rng(20_240_101)
    theta = rng.normal(0, 0.6, SIZE)
    often = np.linspace(1, 5, SIZE) / np.linspace(1, 5, SIZE).sum()
    first = rng.choice(SIZE, count, p=often)
    second = (first + rng.integers(1, SIZE, count)) % SIZE
    outcomes = np.where(rng.random(count) < 1 / (1 + np.exp(theta[second] - theta[first])), FIRST, SECOND)
    outcomes = np.where(rng.random(count) < 0.25, np.where(rng.random(count) < 0.4, 3, TIE), outcomes)
    _, voters = np.unique(rng.integers(0, VOTERS, count), return_inverse=True)
    return Votes(first=first, second=second, outcomes=outcomes, voters=voters)


def fastest(call: Callable[[], T], *, runs: int) -> tuple[float, T]:
    """The shortest of `runs` times, and the last answer."""
    best, answer = float("inf"), None
    for _ in range(runs):
        start = time.perf_counter()
        answer = call()
        best = min(best, time.perf_counter() - start)
    assert answer is not None
    return best, answer


def ours(votes: Votes, replicates: int) -> Floats:
    """From codes to cells, strengths, their covariance and replicates; the strengths."""
    cells = cells_from(votes.first, votes.second, votes.outcomes, size=SIZE)
    fitted = fit(cells.wins)
    sandwich_cells(cells, fitted)
    if replicates:
        assert bs.multinomial(cells, replicates=replicates, seed=1, start=fitted.theta).shape == (replicates, SIZE)
    return fitted.theta


def our_row(votes: Votes) -> Row:
    times = [fastest(lambda count=count: ours(votes, count), runs=5)[0] for count in (0, 100, 1000)]  # type: ignore[misc]
    return Row(
        name="RunArena, codes to cells, fit, sandwich",
        fit=times[0],
        hundred=times[1],
        thousand=times[2],
        scaled="",
        distance=0,
    )


def looped(name: str, cells: Cells, call: Callable[[Floats], Floats], *, replicates: int) -> Row:
    """A program that fits (P, 3) cells one table at a time; a thousand is scaled up from `replicates`."""
    counts = np.column_stack([cells.counts[:, FIRST], cells.counts[:, SECOND], cells.counts[:, 2:].sum(axis=1)])
    one, theta = fastest(lambda: call(counts), runs=3)
    total = int(counts.sum())
    again = np.random.default_rng(1).multinomial(total, counts.ravel() / total, size=replicates)
    start = time.perf_counter()
    for table in again:
        call(table.reshape(counts.shape).astype(np.float64))
    each = (time.perf_counter() - start) / replicates
    distance = float(np.abs(theta - theta.mean() - fit(cells.wins).theta).max())
    scaled = f"from {replicates}"
    return Row(
        name=name, fit=one, hundred=one + 100 * each, thousand=one + 1000 * each, scaled=scaled, distance=distance
    )


def evalica_row(cells: Cells) -> Row:
    import evalica

    low, high = pair_indices(SIZE)
    names = [f"m{i:03}" for i in range(SIZE)]
    xs, ys = ([names[i] for i in side for _ in range(3)] for side in (low, high))
    winners = [evalica.Winner.X, evalica.Winner.Y, evalica.Winner.Draw] * len(low)

    def call(counts: Floats) -> Floats:
        used = evalica.bradley_terry(xs, ys, winners, weights=counts.ravel().tolist(), tolerance=1e-10, limit=10_000)
        return np.asarray(np.log(used.scores[names].to_numpy()))

    return looped("evalica 0.4.2, aggregated rows, a loop", cells, call, replicates=100)


def sklearn_row(cells: Cells) -> Row:
    from sklearn.linear_model import LogisticRegression

    low, high = pair_indices(SIZE)
    design = np.zeros((len(low), SIZE))
    every = np.arange(len(low))
    design[every, low], design[every, high] = 1.0, -1.0
    design, labels = np.vstack([design, design]), np.repeat([1, 0], len(low))

    def call(counts: Floats) -> Floats:
        half = counts[:, 2] / 2
        model = LogisticRegression(C=np.inf, fit_intercept=False, tol=1e-8, max_iter=1000)
        model.fit(design, labels, sample_weight=np.append(counts[:, 0] + half, counts[:, 1] + half))
        return np.asarray(model.coef_[0])

    return looped("scikit-learn logistic, aggregated rows, a loop", cells, call, replicates=10)


def arena_rank_row(python: Path, votes: Votes, cells: Cells) -> Row | str:
    """The row, or why there is none."""
    script = Path(__file__).with_name("arena_rank_run.py")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "votes.npz"
        np.savez(path, first=votes.first, second=votes.second, outcomes=votes.outcomes, size=SIZE)
        try:
            done = subprocess.run(
                [str(python), str(script), str(path), "10"],
                capture_output=True,
                text=True,
                timeout=RUN_SECONDS,
                check=False,
                env={**os.environ, "JAX_PLATFORMS": "cpu", "PYTHONPATH": ""},
            )
        except subprocess.TimeoutExpired:
            return f"arena-rank: not run (no answer in {RUN_SECONDS} s)"
    if done.returncode:
        return f"arena-rank: not run ({done.stderr.strip().splitlines()[-1:]})"
    found = json.loads(done.stdout.strip().splitlines()[-1])
    theta, each, one = np.array(found["theta"]), found["replicate_seconds"], found["fit_seconds"]
    return Row(
        name=f"{ARENA_RANK.replace('==', ' ')}, cold fit + sandwich (+ {found['prepare_seconds']:.1f} s to prepare)",
        fit=one,
        hundred=one + 100 * each,
        thousand=one + 1000 * each,
        scaled="from 10",
        distance=float(np.abs(theta - theta.mean() - fit(cells.wins).theta).max()),
    )


def parts(votes: Votes, cells: Cells) -> Sequence[tuple[str, float]]:
    """What else the engine does, each alone."""
    games, rng = votes.games, np.random.default_rng(3)
    fitted = fit(cells.wins)
    style = {"length": z_score(relative(*rng.lognormal(5, 0.6, (2, len(votes.first)))))}
    live = LiveFit()
    for i, j in zip(*pair_indices(SIZE), strict=True):
        for winner in Winner:
            live.add(f"m{i:03}", f"m{j:03}", winner, weight=float(len(votes.first)) / 5000)
    live.refit()

    def another() -> object:
        live.add("m000", "m001", Winner.A)
        return live.refit()

    start = fitted.theta
    calls: Sequence[tuple[str, Callable[[], object]]] = (
        ("codes to cells", lambda: cells_from(votes.first, votes.second, votes.outcomes, size=SIZE)),
        ("fit of cells", lambda: fit(cells.wins)),
        ("sandwich, every vote alone, of cells", lambda: sandwich_cells(cells, fitted)),
        (f"sandwich, clustered by {games.cluster_count:,} voters", lambda: sandwich(games, fitted)),
        *(
            (
                f"100 bootstraps of whole voters, {draw}",
                lambda draw=draw: bs.clustered(games, replicates=100, seed=1, draw=draw, start=start),
            )
            for draw in bs.Draw
        ),
        ("Rao-Kupper, of cells", lambda: fit_outcomes(cells, RaoKupper())),
        ("Davidson, of cells", lambda: fit_outcomes(cells, Davidson())),
        ("grounded Rao-Kupper, of cells", lambda: fit_outcomes(cells, Grounded())),
        ("one style feature: fit, clustered intervals, inflation, change", lambda: fit_styled(games, style)),
        ("one vote more and a refit", another),
    )
    return [(name, fastest(call, runs=3)[0]) for name, call in calls]


def installed(folder: Path) -> Path | str:
    """An interpreter of its own with arena-rank, in `folder`; or why there is none."""
    venv.create(folder, with_pip=True)
    python = folder / "bin" / "python"
    try:
        done = subprocess.run(
            [str(python), "-m", "pip", "install", "--quiet", ARENA_RANK],
            capture_output=True,
            text=True,
            timeout=INSTALL_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return f"arena-rank: not run (not installed within {INSTALL_SECONDS} s)"
    return python if not done.returncode else f"arena-rank: not run ({done.stderr.strip().splitlines()[-1:]})"


def report(count: int, arena_rank: Path | str) -> None:
    """The tables for one number of votes."""
    votes = drawn(count)
    cells = cells_from(votes.first, votes.second, votes.outcomes, size=SIZE)
    rows: list[Row | str] = [our_row(votes), evalica_row(cells), sklearn_row(cells)]
    rows.append(arena_rank if isinstance(arena_rank, str) else arena_rank_row(arena_rank, votes, cells))
    print(f"\n{count:,} votes, {SIZE} contenders; seconds\n")
    print("| program | fit | fit + 100 bootstraps | fit + 1,000 | replicates timed | farthest from ours, logits |")
    print("|---|---|---|---|---|---|")
    for row in rows:
        if isinstance(row, str):
            print(f"| {row} | | | | | |")
            continue
        print(
            f"| {row.name} | {row.fit:.3f} | {row.hundred:.2f} | {row.thousand:.2f} | {row.scaled or 'all'} "
            f"| {row.distance:.1e} |"
        )
    print("\n| part | seconds |\n|---|---|")
    for name, seconds in parts(votes, cells):
        print(f"| {name} | {seconds:.4f} |", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--votes", type=int, nargs="+", default=[100_000, 1_000_000])
    parser.add_argument("--with-arena-rank", action="store_true", help="install it, 0.5 GB, for this run only")
    parser.add_argument("--arena-rank-python", type=Path, help="an interpreter that has it already")
    asked = parser.parse_args()
    if os.environ.get("OPENBLAS_NUM_THREADS") != "1":
        os.environ["OPENBLAS_NUM_THREADS"] = os.environ["OMP_NUM_THREADS"] = "1"
        os.execv(sys.executable, [sys.executable, "-m", "tests.benchmarks.ratings", *sys.argv[1:]])  # noqa: S606
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    with tempfile.TemporaryDirectory() as folder:
        found: Path | str = asked.arena_rank_python or "arena-rank: not run (ask with --with-arena-rank)"
        if asked.with_arena_rank and not asked.arena_rank_python:
            found = installed(Path(folder) / "arena-rank")
        for count in asked.votes:
            report(count, found)


if __name__ == "__main__":
    main()
