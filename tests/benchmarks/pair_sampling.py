"""Votes that each sampling rule needs: `python -m tests.benchmarks.pair_sampling [--repetitions 40] [--seed 7]`.

Planted arenas of 20 models whose log-strengths are normal; a vote follows Bradley-Terry. Counted is how many votes it
takes until the widest 95 % interval is narrower than +- 0.25 logit (43 points), and until their root mean square is
narrower than 0.2, both from the fitted inverse Hessian and looked at every 20 votes; who needs more than 40,000
counts as 40,000. RMSE and coverage are those at the first moment. Every rule meets the same arenas. Then a newcomer
in an arena that has settled, votes that no strengths explain, and what a draw among 100 contenders costs.
"""

import argparse
import math
import random
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from types import SimpleNamespace

import numpy as np

from services.arena.sampling import PairSampler
from services.clock import SystemClock
from services.domain.contender import Contender
from services.domain.judgement import Winner
from services.ratings.bradley_terry import fit
from services.ratings.games import Floats
from services.ratings.pair_rules import Entrants, Strengths
from services.ratings.sampling import Policy, Rule, pair_table

MODELS, SPREADS, BATCH, WIDEST, TYPICAL, LIMIT = 20, (0.5, 1.0), 20, 0.25, 0.2, 40_000
SETTLED = 3500
NAMES = tuple(f"model-{number:02}" for number in range(MODELS))


@dataclass(kw_only=True)
class Arena:
    """Planted strengths, the votes so far, and what they tell."""

    theta: Floats
    points: Floats
    rng: np.random.Generator

    def known(self) -> Entrants:
        """What a rule may see."""
        fitted, count = fit(self.points), self.points + self.points.T
        return Entrants(
            names=NAMES,
            weights=np.ones(MODELS),
            met=count,
            points=self.points,
            votes=count.sum(axis=1),
            strengths=Strengths(theta=fitted.theta, covariance=fitted.inverse_hessian),
        )

    def vote(self, policy: Policy, who: Entrants, votes: int) -> None:
        """So many votes, drawn by one table; least-met counts each battle at once, as the arena does."""
        one_by_one = policy.rule is Rule.LEAST_MET
        for size in [1] * votes if one_by_one else [votes]:
            table = pair_table(policy, replace(who, met=self.points + self.points.T) if one_by_one else who)
            drawn = self.rng.multinomial(size, table.probability)
            first, second = table.first, table.second
            won = self.rng.binomial(drawn, 1 / (1 + np.exp(self.theta[second] - self.theta[first])))
            self.points[first, second] += won
            self.points[second, first] += drawn - won


def half_widths(who: Entrants) -> Floats:
    """(K,) of the 95 % intervals, in logits."""
    assert who.strengths is not None
    return np.asarray(1.96 * np.sqrt(np.diag(who.strengths.covariance)))


def votes_until(arena: Arena, policy: Policy, done: Callable[[Entrants], bool]) -> tuple[int, Entrants]:
    """Votes cast until `done`, looked at every 20 votes."""
    cast, who = 0, arena.known()
    while not done(who) and cast < LIMIT:
        arena.vote(policy, who, BATCH)
        cast += BATCH
        who = arena.known()
    return cast, who


def summary(values: list[float], digits: int = 0) -> str:
    """Mean and standard error."""
    error = float(np.std(values, ddof=1)) / math.sqrt(len(values)) if len(values) > 1 else math.nan
    return f"{np.mean(values):,.{digits}f} ± {error:.{digits}f}"


def settle(policies: dict[str, Policy], spread: float, repetitions: int, seed: int) -> None:
    """Print the votes until the widest and until the typical interval is narrow, and how true they are then."""
    print(f"\n{MODELS} new models, strengths normal with sd {spread:g}, {repetitions} arenas, seed {seed}\n")
    print("| rule | votes, widest < 0.25 | of uniform's | votes, root mean square < 0.2 | of uniform's |", end="")
    print(" RMSE | covered |\n|---|---|---|---|---|---|---|")
    bases: list[list[float]] = []
    for name, policy in policies.items():
        needed: list[list[float]] = [[], []]
        error, covered = [], []
        for repetition in range(repetitions):
            theta = np.random.default_rng([seed, repetition]).normal(0, spread, MODELS)
            theta -= theta.mean()
            rng = np.random.default_rng([seed, repetition, 1])
            arena = Arena(theta=theta, points=np.zeros((MODELS, MODELS)), rng=rng)
            cast, reached = 0, [0, 0]
            while not all(reached) and cast < LIMIT:
                arena.vote(policy, arena.known(), BATCH)
                cast += BATCH
                who = arena.known()
                widths = half_widths(who)
                narrow = (widths.max() < WIDEST, math.sqrt(float((widths**2).mean())) < TYPICAL)
                for goal, met in enumerate(narrow):
                    reached[goal] = reached[goal] or cast * met
                if narrow[0] and reached[0] == cast:
                    assert who.strengths is not None
                    off = who.strengths.theta - theta
                    error.append(float(np.sqrt((off**2).mean())))
                    covered.append(float((np.abs(off) < widths).mean()))
            for goal, votes in enumerate(reached):
                needed[goal].append(float(votes or LIMIT))
        bases = bases or needed
        cells = []
        for mine, uniform in zip(needed, bases, strict=True):
            ratio = [a / b for a, b in zip(mine, uniform, strict=True)]
            cells += [summary(mine), summary(ratio, 3)]
        print(f"| {name} | {' | '.join(cells)} | {np.mean(error):.3f} | {np.mean(covered):.3f} |", flush=True)


def welcome(policies: dict[str, Policy], repetitions: int, seed: int) -> None:
    """Print the votes until a newcomer among 19 settled models is as narrow."""
    print(f"\nOne newcomer among 19 models with {SETTLED:,} votes each: all votes cast until its half-width < 0.25\n")
    print("| rule | all votes | of them the newcomer's |\n|---|---|---|")
    for name, policy in policies.items():
        needed, own = [], []
        for repetition in range(repetitions):
            theta = np.random.default_rng([seed, repetition]).normal(0, 1.0, MODELS)
            arena = Arena(theta=theta, points=np.zeros((MODELS, MODELS)), rng=np.random.default_rng([seed, repetition]))
            pairs = pair_table(Policy(rule=Rule.UNIFORM), arena.known())
            old = pairs.first > 0
            drawn = arena.rng.multinomial(19 * SETTLED // 2, old / old.sum())
            chance = 1 / (1 + np.exp(theta[pairs.second] - theta[pairs.first]))
            won = arena.rng.binomial(drawn, chance)
            arena.points[pairs.first, pairs.second] += won
            arena.points[pairs.second, pairs.first] += drawn - won
            cast, who = votes_until(arena, policy, lambda who: bool(half_widths(who)[0] < WIDEST))
            needed.append(float(cast))
            own.append(float(who.votes[0]))
        print(f"| {name} | {summary(needed)} | {summary(own)} |", flush=True)


def misspecified(policies: dict[str, tuple[Policy, bool]], repetitions: int, seed: int) -> None:
    """Print how far a fit is from what uniform draws without end would give, where no strengths explain the votes."""
    print(f"\n{MODELS} models, log-odds of each pair off the model by a normal error with sd 0.5, 40,000 votes\n")
    print("| rule | plain fit, RMSE to the uniform target | reweighted, RMSE | effective votes, share |")
    print("|---|---|---|---|")
    for name, (policy, weighted) in policies.items():
        plain_off, reweighted_off, effective = [], [], []
        for repetition in range(repetitions):
            rng = np.random.default_rng([seed, repetition])
            theta, error = rng.normal(0, 1.0, MODELS), np.triu(rng.normal(0, 0.5, (MODELS, MODELS)), 1)
            truth = 1 / (1 + np.exp(theta[None, :] - theta[:, None] - error + error.T))
            np.fill_diagonal(truth, 0.0)
            target = fit(truth).theta
            weights = np.exp(rng.normal(0, 1, MODELS)) if weighted else np.ones(MODELS)
            arena = Arena(theta=theta, points=np.zeros((MODELS, MODELS)), rng=rng)
            reweighted, total, squares = np.zeros((MODELS, MODELS)), 0.0, 0.0
            for _ in range(200):
                table = pair_table(policy, replace(arena.known(), weights=weights))
                drawn = rng.multinomial(200, table.probability)
                won = rng.binomial(drawn, truth[table.first, table.second])
                ratio = 1 / (len(drawn) * table.probability)
                for points, each in ((arena.points, np.ones(len(drawn))), (reweighted, ratio)):
                    points[table.first, table.second] += won * each
                    points[table.second, table.first] += (drawn - won) * each
                total, squares = total + float(drawn @ ratio), squares + float(drawn @ ratio**2)
            plain_off.append(float(np.sqrt(((fit(arena.points).theta - target) ** 2).mean())))
            reweighted_off.append(float(np.sqrt(((fit(reweighted).theta - target) ** 2).mean())))
            effective.append(total**2 / squares / arena.points.sum())
        print(
            f"| {name} | {summary(plain_off, 4)} | {summary(reweighted_off, 4)} | {np.mean(effective):.2f} |",
            flush=True,
        )


def draws(contenders: int) -> None:
    """Print what a draw costs: with counts read anew (from memory here), and from what is known."""
    rng, names = np.random.default_rng(3), [f"model-{number:03}" for number in range(contenders)]
    theta, met, outcomes = rng.normal(0, 1.0, contenders), {}, []
    for i in range(contenders):
        for j in range(i + 1, contenders):
            count = int(rng.poisson(40))
            won = int(rng.binomial(count, 1 / (1 + math.exp(theta[j] - theta[i]))))
            met[names[i], names[j]] = count
            outcomes += [(names[i], names[j], Winner.A, won), (names[i], names[j], Winner.B, count - won)]
    uow = SimpleNamespace(
        battles=SimpleNamespace(pair_counts=lambda: met),
        judgements=SimpleNamespace(pair_outcomes=lambda source: outcomes),
    )
    entered = tuple(Contender(name=name, model=name) for name in names)
    print(f"\nA draw among {contenders} contenders ({sum(met.values()):,} votes)\n")
    print("| rule | counts read anew, ms | from what is known, ms |\n|---|---|---|")
    for rule in Rule:
        fresh = [PairSampler(policy=Policy(rule=rule), clock=SystemClock(), refresh_seconds=1e9) for _ in range(10)]
        times = []
        for samplers in (fresh, fresh[:1] * 200):
            start = time.perf_counter()
            for sampler in samplers:
                sampler.draw(uow, entered, random.Random(1))
            times.append((time.perf_counter() - start) / len(samplers) * 1000)
        print(f"| {rule} | {times[0]:.1f} | {times[1]:.2f} |")


def main() -> None:
    """Print the three tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repetitions", type=int, default=40)
    parser.add_argument("--contenders", type=int, default=100)
    parser.add_argument("--seed", type=int, default=7)
    given = parser.parse_args()
    rules = (Rule.UNIFORM, Rule.LEAST_MET, Rule.PAPER, Rule.A_OPTIMAL)
    bare = {rule.value: Policy(rule=rule, floor=1e-9, newcomer_boost=1) for rule in rules}
    floored = {f"{rule}, floor 0.2": Policy(rule=rule, newcomer_boost=1) for rule in (Rule.PAPER, Rule.A_OPTIMAL)}
    for spread in SPREADS:
        settle(bare | floored, spread, given.repetitions, given.seed)
    boosted = {f"{rule}, floor 0.2, boost 5": Policy(rule=rule) for rule in (Rule.WEIGHTED, *rules[1:])}
    welcome({"uniform": Policy(rule=Rule.UNIFORM)} | floored | boosted, given.repetitions, given.seed)
    crooked = {f"{rule}, floor 0.2": (replace(policy, floor=0.2), False) for rule, policy in bare.items()}
    weighted = Policy(rule=Rule.WEIGHTED, newcomer_boost=1)
    crooked["weighted (weights lognormal, sd 1), floor 0.2"] = (weighted, True)
    misspecified(crooked, given.repetitions, given.seed)
    draws(given.contenders)


if __name__ == "__main__":
    main()
