"""`python -m tests.benchmarks.vote_quality`: who is taken for a bad voter, honest and other, and how long it takes.

With ARENA_SHARED_DATA it also looks at the real voters of llmfao.
"""

import argparse
import csv
import os
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from services.arena.vote_quality import QualityRules, flags_for
from services.domain.judgement import Winner
from services.ratings.anomalies import Ballot, VoterMonitor, anomalous
from services.ratings.duplicates import PromptGroups
from services.ratings.signals import clopper_pearson
from tests.fixtures.simulated_voters import Arena, arena, ballots
from tests.fixtures.vote_records import record

ALPHA, LEAST_VOTES = 0.05, 10
KINDS = ("random", "coin", "inverted", "always-left", "fan", "maker-fan")


@dataclass(frozen=True, kw_only=True)
class Setting:
    """An arena and its voters; where `live`, there is no history but what these voters make, in turns."""

    name: str
    contenders: int
    history: int
    voters: int
    votes: int
    arenas: int = 1
    live: bool = False
    bad_share: float = 0.0


HONEST = (
    Setting(name="thick history", contenders=20, history=60_000, voters=1000, votes=60),
    Setting(name="live, 20 contenders", contenders=20, history=0, voters=1000, votes=60, live=True),
    Setting(name="live, 3 contenders", contenders=3, history=0, voters=1000, votes=60, live=True),
    Setting(name="two voters, 3 contenders", contenders=3, history=0, voters=2, votes=300, arenas=500, live=True),
    Setting(name="8 others' votes, one pair", contenders=2, history=8, voters=1, votes=300, arenas=1000),
    Setting(
        name="live, 20 % random or inverted", contenders=20, history=0, voters=1000, votes=60, live=True, bad_share=0.2
    ),
)  # fmt: skip


def main() -> None:
    """Print every table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    seed = parser.parse_args().seed
    honest_table(seed)
    power_table(seed)
    speed_table(seed)
    if os.environ.get("ARENA_SHARED_DATA"):
        real_table(Path(os.environ["ARENA_SHARED_DATA"]) / "llmfao" / "crowd-comparisons.csv")


def honest_table(seed: int) -> None:
    """How many honest voters ever reach 1/alpha, and how many e-BH picks out."""
    print(f"\nhonest voters, alpha {ALPHA}\n")
    print("| setting | honest voters | votes each | ever at 1/alpha | 95 % interval | hindsight | e-BH | of bad ones |")
    print("|---|---|---|---|---|---|---|---|")
    for setting in HONEST:
        rng = np.random.default_rng(seed)
        largest, later, picked, caught = [], 0, 0, 0
        for _ in range(setting.arenas):
            monitor = judged(rng, setting)
            found = [item for item in monitor.findings() if item.voter.startswith("honest")]
            largest += [item.largest for item in found]
            later += sum(item.hindsight >= 1 / ALPHA for item in found)
            chosen = anomalous(monitor.findings(), alpha=ALPHA, least_votes=LEAST_VOTES)
            picked += sum(voter.startswith("honest") for voter in chosen)
            caught += sum(voter.startswith("bad") for voter in chosen)
        reached, count = sum(value >= 1 / ALPHA for value in largest), len(largest)
        low, high = clopper_pearson(reached, count)
        bad = round(setting.bad_share * setting.voters) * setting.arenas
        said = f"{caught} of {bad}" if bad else "-"
        print(
            f"| {setting.name} | {count} | {setting.votes} | {reached / count:.4f} | {low:.4f} .. {high:.4f} | "
            f"{later / count:.4f} | {picked / count:.4f} | {said} |",
            flush=True,
        )


def judged(rng: np.random.Generator, setting: Setting) -> VoterMonitor:
    """A monitor that has seen everything."""
    where = arena(rng, contenders=setting.contenders)
    monitor = VoterMonitor(where.names, where.organisations)
    for ballot in ballots(rng, where, kind="honest", votes=setting.history, voter=""):
        monitor.add(ballot)
    people: list[Iterator[Ballot]] = []
    for i in range(setting.voters):
        bad = i < setting.bad_share * setting.voters
        kind = ("random", "inverted")[i % 2] if bad else "honest"
        people.append(ballots(rng, where, kind=kind, votes=setting.votes, voter=f"{'bad' if bad else 'honest'}-{i}"))
    rows = zip(*people, strict=True) if setting.live else people
    for row in rows:
        for ballot in row:
            monitor.add(ballot)
    return monitor


def power_table(seed: int) -> None:
    """How many bad voters reach 1/alpha, and how soon, beside 60,000 honest votes on 20 contenders."""
    rng = np.random.default_rng(seed)
    where = arena(rng, contenders=20)
    past = list(ballots(rng, where, kind="honest", votes=60_000, voter=""))
    print(f"\nbad voters, 200 of each kind, 20 contenders, history 60,000, alpha {ALPHA}\n")
    print("| kind | found within 60 votes | within 200 | median votes until found | rightly named |")
    print("|---|---|---|---|---|")
    for kind in KINDS:
        monitor = VoterMonitor(where.names, where.organisations)
        for ballot in past:
            monitor.add(ballot)
        found, named = [], 0
        for i in range(200):
            when, said = _found_after(rng, where, monitor, kind=kind, voter=f"v{i}", favourite=i % 20)
            found.append(when)
            named += said
        hits = [when for when in found if when <= 200]
        median = f"{np.median(found):.0f}" if np.median(found) <= 200 else "more than 200"
        within = sum(when <= 60 for when in found) / 200
        print(f"| {kind} | {within:.2f} | {len(hits) / 200:.2f} | {median} | {named}/{len(hits)} |", flush=True)


def _found_after(
    rng: np.random.Generator, where: Arena, monitor: VoterMonitor, *, kind: str, voter: str, favourite: int
) -> tuple[int, bool]:
    words = {
        "random": "uniform",
        "fan": f"fan of {where.names[favourite]}",
        "maker-fan": f"fan of organisation {where.organisations[where.names[favourite]]}",
    }
    for number, ballot in enumerate(ballots(rng, where, kind=kind, votes=200, voter=voter, favourite=favourite), 1):
        monitor.add(ballot)
        if monitor.evidence(voter) >= 1 / ALPHA:
            return number, monitor.finding(voter).explanation == words.get(kind, kind)
    return 201, False


def speed_table(seed: int) -> None:
    """Seconds for votes of 50 contenders, and for prompts."""
    rng = np.random.default_rng(seed)
    where = arena(rng, contenders=50)
    print("\nspeed\n\n| what | rows | seconds |\n|---|---|---|")
    for count in (10_000, 60_000):
        rows = [
            ballot for i in range(count // 50) for ballot in ballots(rng, where, kind="honest", votes=50, voter=f"v{i}")
        ]
        monitor = VoterMonitor(where.names, where.organisations)
        start = time.perf_counter()
        for row in rows:
            monitor.add(row)
        print(f"| votes taken | {count:,} | {time.perf_counter() - start:.2f} |")
        start = time.perf_counter()
        monitor.findings()
        print(f"| findings, with hindsight | {count:,} | {time.perf_counter() - start:.2f} |")
        records = [
            record(i, row.winner, voter=row.voter, contender_a=row.contender_a, contender_b=row.contender_b)
            for i, row in enumerate(rows)
        ]
        start = time.perf_counter()
        flags_for(records, texts=lambda _: None, rules=QualityRules())
        print(f"| all flags, texts known before | {count:,} | {time.perf_counter() - start:.2f} |", flush=True)
    words = ["".join(rng.choice(list("abcdefghij"), 5)) for _ in range(2000)]
    prompts = [" ".join(rng.choice(words, 40)) for _ in range(5000)]
    groups, start = PromptGroups(), time.perf_counter()
    for prompt in prompts:
        groups.add(prompt)
    print(f"| groups of prompts of 240 letters | {len(prompts):,} | {time.perf_counter() - start:.2f} |")


def real_table(path: Path) -> None:
    """What is said of the 124 voters of llmfao, in the order of the file."""
    words = {"left": Winner.A, "right": Winner.B, "tie": Winner.TIE}
    with path.open(encoding="utf-8", newline="") as file:
        rows = [
            Ballot(voter=r["worker"], contender_a=r["left"], contender_b=r["right"], winner=words[r["winner"]])
            for r in csv.DictReader(file)
        ]
    monitor = VoterMonitor({name for row in rows for name in (row.contender_a, row.contender_b)}, {})
    for row in rows:
        monitor.add(row)
    found = monitor.findings()
    chosen = anomalous(found, alpha=ALPHA, least_votes=LEAST_VOTES)
    reached = sum(item.largest >= 1 / ALPHA for item in found)
    print(f"\nllmfao: {len(found)} voters, {reached} ever at 1/alpha, {len(chosen)} picked out by e-BH")
    print(dict(Counter(item.explanation for item in chosen.values())))


if __name__ == "__main__":
    main()
