"""`python -m tests.benchmarks.standings`: what boards claim, against planted truth and against another program.

With ARENA_SHARED_DATA (a folder that holds `llmfao/crowd-comparisons.csv`) the board of those votes is printed beside
evalica's values first. Prints markdown; about five minutes on one core.
"""

import csv
import os
from datetime import UTC, datetime
from pathlib import Path

import evalica
import numpy as np

from services.domain.judgement import Source, Winner
from services.domain.rating import IntervalKind
from services.domain.vote_record import VoteRecord
from services.ratings import bradley_terry as bt
from services.ratings import ranks
from services.ratings.anytime import rho_for
from services.ratings.games import Floats
from services.ratings.standings import board_of
from tests.fixtures.records import vote
from tests.fixtures.simulated_arena import board_at, ever_missed, moments, play

RHO = rho_for(200.0)
WORDS = {"left": Winner.A, "right": Winner.B, "tie": Winner.TIE}
EVALICA = {Winner.A: evalica.Winner.X, Winner.B: evalica.Winner.Y, Winner.TIE: evalica.Winner.Draw}


def main() -> None:
    """Print every table."""
    folder = os.environ.get("ARENA_SHARED_DATA")
    if folder:
        with (Path(folder) / "llmfao" / "crowd-comparisons.csv").open(encoding="utf-8", newline="") as file:
            real_votes(list(csv.DictReader(file)))
    coverage()
    family_wise()
    peeking()
    peeking_at_ranks()


def real_votes(rows: list[dict[str, str]]) -> None:
    """The ten best and the five worst of the llmfao board, and the largest difference to evalica's scores."""
    records = [
        vote(row["left"], row["right"], WORDS[row["winner"]], number=i, voter=row["worker"])
        for i, row in enumerate(rows)
    ]
    board = board_of(records, source=Source.HUMAN, seed=20_240_101, computed_at=datetime(2026, 1, 1, tzinfo=UTC))
    theirs = reference(records)
    print(f"{board.judgements} votes, {len(board.standings)} contenders, {board.clusters} voters; {board.method}\n")
    print("| rank | contender | score | evalica | 95 % | live 95 % | ranks | n | tied with |")
    print("|---|---|---|---|---|---|---|---|---|")
    for row in (*board.standings[:10], *board.standings[-5:]):
        print(
            f"| {row.rank} | {row.contender} | {row.score:.2f} | {theirs[row.contender]:.2f} | {row.low:.0f} to "
            f"{row.high:.0f} | {row.live_low:.0f} to {row.live_high:.0f} | {row.rank_low}-{row.rank_high} | "
            f"{row.judgements} | {len(row.tied_with)} |"
        )
    most = max(abs(row.score - theirs[row.contender]) for row in board.standings)
    provisional = sum(row.provisional for row in board.standings)
    print(f"\nLargest difference over all {len(theirs)}: {most:.1e} points; provisional: {provisional}.")
    print(f"Hash of the rows: {board.data_hash}. Notes: {list(board.notes)}\n")


def reference(records: list[VoteRecord]) -> dict[str, float]:
    """evalica's Bradley-Terry on the same scale."""
    result = evalica.bradley_terry(
        [record.contender_a for record in records],
        [record.contender_b for record in records],
        [EVALICA[record.winner] for record in records if record.winner],
        tolerance=1e-12,
        limit=100_000,
    )
    logs = {name: float(np.log(value)) for name, value in result.scores.items()}
    mean = sum(logs.values()) / len(logs)
    return {name: 1000 + bt.POINTS_PER_LOGIT * (value - mean) for name, value in logs.items()}


def coverage(arenas: int = 300) -> None:
    """How often ordinary intervals hold the planted score at one look."""
    print("| ordinary 95 % intervals, 300 arenas of 8 contenders x 2,000 votes | covered |\n|---|---|")
    for label, voters in (("one voter per vote", 0), ("100 voters with tastes", 100), ("40 voters with tastes", 40)):
        rng, theta, hits = np.random.default_rng(31), np.linspace(0.8, -0.8, 8), 0
        for _ in range(arenas):
            found = board_at(play(rng, theta, battles=2000, voters=voters), 2000)
            truth = 1000 + bt.POINTS_PER_LOGIT * theta
            hits += int(((found.low <= truth) & (truth <= found.high)).sum())
        print(f"| {label} | {hits / (arenas * 8):.3f} |")
    print()


def family_wise(arenas: int = 2000) -> None:
    """How often a board of equal contenders claims any of them to be better than another, at one look."""
    print("| any false claim, 2,000 arenas | ordinary ranks | live ranks |\n|---|---|---|")
    cases: dict[str, tuple[Floats, int]] = {
        "8 equal, 1,500 votes": (np.zeros(8), 1500),
        "8 equal, 400 votes": (np.zeros(8), 400),
        "two groups of 4, 1,500 votes": (np.repeat([0.7, -0.7], 4), 1500),
        "20 equal, 3,000 votes": (np.zeros(20), 3000),
    }
    for label, (theta, battles) in cases.items():
        rng, wrong = np.random.default_rng(32), dict.fromkeys(IntervalKind, 0)
        equal = theta[:, None] == theta[None, :]
        for seed in range(arenas):
            found = board_at(play(rng, theta, battles=battles, voters=0), battles)
            for kind in IntervalKind:
                wrong[kind] += bool((ranks.better(found, kind=kind, seed=seed, rho=RHO) & equal).any())
        print(f"| {label} | {wrong[IntervalKind.FIXED] / arenas:.4f} | {wrong[IntervalKind.ANYTIME] / arenas:.4f} |")
    print()


def peeking(arenas: int = 200, looks: int = 300) -> None:
    """How often a contender's interval is wrong at any look."""
    print(f"| ever wrong, {arenas} arenas of 5 contenders, {looks} looks | ordinary | live |\n|---|---|---|")
    theta = np.linspace(0.8, -0.8, 5)
    for first, last, voters in ((30, 3000, 0), (100, 3000, 0), (200, 3000, 0), (200, 10_000, 0), (200, 3000, 100)):
        fixed, live = ever_missed(
            np.random.default_rng(33), theta, arenas=arenas, looks=moments(first, last, looks), voters=voters, rho=RHO
        )
        who = f"{voters} voters with tastes" if voters else "one voter per vote"
        print(f"| from {first} to {last} votes, {who} | {fixed:.3f} | {live:.3f} |")
    print()


def peeking_at_ranks(arenas: int = 200, looks: int = 100) -> None:
    """How often a board of equal contenders claims any of them to be better at any look."""
    print(
        f"| any false claim ever, {arenas} arenas of 5 equal contenders, {looks} looks | ordinary | live |\n"
        "|---|---|---|"
    )
    for first, last in ((100, 3000), (200, 3000)):
        rng, wrong = np.random.default_rng(34), dict.fromkeys(IntervalKind, 0)
        for arena in range(arenas):
            games, seen = play(rng, np.zeros(5), battles=last, voters=0), dict.fromkeys(IntervalKind, False)
            for look in moments(first, last, looks):
                found = board_at(games, look)
                for kind in IntervalKind:
                    seen[kind] |= bool(ranks.better(found, kind=kind, seed=arena, rho=RHO).any())
            for kind in IntervalKind:
                wrong[kind] += seen[kind]
        ordinary, live = wrong[IntervalKind.FIXED] / arenas, wrong[IntervalKind.ANYTIME] / arenas
        print(f"| from {first} to {last} votes | {ordinary:.3f} | {live:.3f} |")


if __name__ == "__main__":
    main()
