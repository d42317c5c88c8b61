"""What the audit names in cheating arenas and in clean ones: `python -m tests.benchmarks.audit [SEEDS]`."""

import sys
import time
from collections import Counter

import numpy as np

from services.ratings.audit.rules import AuditRules
from services.ratings.audit.whole import audit
from services.ratings.bradley_terry import fit
from services.ratings.fragility import pair_fragility
from services.ratings.games import Games
from tests.fixtures import audit_arena as planted

RULES = ("weighted", "least-met")
CLEAN = 5
"""Clean arenas for each cheating one: a small rate takes more of them."""
STARVED_FACTORS = (0.5, 0.7, 0.8, 0.9)


def named(seed: int, *, rule: str, cheats: frozenset[str]) -> set[tuple[str, str]]:
    """Code and subject of everything found in one arena."""
    arena = planted.audit_arena(seed, cheats=cheats, rule=rule)
    report = audit(arena.events, arena.draws, arena.records, rules=AuditRules(), now=planted.NOW)
    return {(row.code.value, row.subject) for row in report.findings}


def rates(seeds: int) -> None:
    """How often exactly the planted cheats are named, and how often a clean arena is accused."""
    print(f"\n12,000 battles, {seeds} seeds each ({CLEAN * seeds} clean ones), false alarm rate 5 %")
    print(f"{'rule':<12}{'planted':<28}{'exactly named':>14}{'missed':>8}{'others':>8}")
    singles = {cheat: {row for row in planted.PLANTED if _of(cheat, row)} for cheat in sorted(planted.CHEATS)}
    wanted = {frozenset[str](): set[tuple[str, str]](), planted.CHEATS: set(planted.PLANTED)}
    wanted |= {frozenset({cheat}): rows for cheat, rows in singles.items()}
    wanted[frozenset({"favoured"})] = {("favoured", planted.FAVOURED)}
    for rule in RULES:
        for cheats, rows in wanted.items():
            count: Counter[str] = Counter()
            tried = seeds if cheats else CLEAN * seeds
            for seed in range(tried):
                found = named(seed, rule=rule, cheats=cheats)
                count.update(exact=found == rows, missed=bool(rows - found), others=bool(found - rows))
            label = ", ".join(sorted(cheats)) or "nothing"
            print(f"{rule:<12}{label:<28}{count['exact'] / tried:>14.1%}{count['missed']:>8}{count['others']:>8}")


def power(seeds: int) -> None:
    """How mild a starvation is still seen."""
    print(f"\nStarved at a factor of the declared probability, {seeds} seeds each")
    kept = planted.STARVED_FACTOR
    for rule in RULES:
        for factor in STARVED_FACTORS:
            planted.STARVED_FACTOR = factor
            hits = sum(
                ("starved", planted.STARVED) in named(s, rule=rule, cheats=frozenset({"starved"})) for s in range(seeds)
            )
            print(f"{rule:<12}{factor:>6.2f}{hits / seeds:>10.1%}")
    planted.STARVED_FACTOR = kept


def fragility() -> None:
    """Predicted and confirmed numbers of votes that carry the first place, and the time it takes."""
    print(
        f"\n{'votes':>9}{'contenders':>12}{'gap':>8}{'first order':>13}{'predicted':>11}{'confirmed':>11}{'seconds':>9}"
    )
    for votes, size, gap in ((10**3, 10, 0.4), (10**4, 20, 0.3), (10**5, 50, 0.3), (10**6, 50, 0.3)):
        games = simulated(votes, size, gap, seed=1)
        fitted = fit(games.wins())
        order = np.argsort(-fitted.theta)
        start = time.perf_counter()
        row = pair_fragility(games, int(order[0]), int(order[1]), fitted=fitted)
        took = time.perf_counter() - start
        print(
            f"{votes:>9,}{size:>12}{row.gap:>8.1f}{row.first_order!s:>13}{row.predicted!s:>11}{row.confirmed!s:>11}{took:>9.3f}"
        )


def simulated(votes: int, size: int, gap: float, *, seed: int) -> Games:
    """Random pairs with 25 % ties; the best leads the second by `gap` logits."""
    rng = np.random.default_rng(seed)
    theta = np.linspace(1, -1, size)
    theta[0] = theta[1] + gap
    first = rng.integers(0, size, votes)
    second = (first + rng.integers(1, size, votes)) % size
    won = rng.random(votes) < 1 / (1 + np.exp(theta[second] - theta[first]))
    points = np.where(rng.random(votes) < 0.25, 0.5, won.astype(np.float64))
    names = tuple(f"m{i:02}" for i in range(size))
    ones, own = np.ones(votes), np.arange(votes)
    return Games(names=names, first=first, second=second, points=points, weights=ones, clusters=own)


def _of(cheat: str, row: tuple[str, str]) -> bool:
    codes = {
        "private": ("selective_publication", "too_many_private"),
        "starved": ("starved",),
        "silent": ("silent_removal",),
    }
    return row[0] in codes[cheat]


if __name__ == "__main__":
    seeds = int(sys.argv[1]) if len(sys.argv) > 1 else 100
    fragility()
    rates(seeds)
    power(max(5, seeds // 5))
