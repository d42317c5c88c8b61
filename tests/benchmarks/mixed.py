"""Many runs of every environment, a third of them hostile, and what they leave: `python -m tests.benchmarks.mixed`."""

import argparse
import random
import sys
import tempfile
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

from sandboxes.backends.docker_engine import DockerEngine
from sandboxes.environment import Environment
from sandboxes.errors import SandboxError
from sandboxes.recipes import connect, missing
from sandboxes.registry import Registry
from sandboxes.result import RunResult
from sandboxes.spec import RunRequest
from sandboxes.stage_spec import Smoke
from tests.benchmarks.census import census, difference
from tests.hostile.catalogue import PROGRAMS, Program
from tests.hostile.conftest import TIGHT

SETTLE_SECONDS = 20.0
# they sleep for seconds to be stopped, which says nothing about load
SLOW = frozenset({"sleep", "stop-self", "ignore-signals"})


@dataclass(frozen=True, kw_only=True)
class Case:
    """A request and how it must end."""

    name: str
    request: RunRequest
    outcome: str
    stdout: bytes | None = None

    def complaint(self, result: RunResult) -> str:
        """Empty if it ended as it must."""
        if result.outcome.value != self.outcome:
            said = result.stderr.data[-200:]
            return f"{self.name}: wanted {self.outcome}, was {result.outcome} {result.limit_hit} {said!r}"
        if self.stdout is not None and result.stdout.data != self.stdout:
            return f"{self.name}: printed {result.stdout.data[-200:]!r}"
        return ""


def smoke_case(environment: Environment, smoke: Smoke) -> Case:
    """A smoke program of an environment."""
    request = RunRequest(
        key="",
        environment=environment.name,
        files=environment.smoke_files(smoke),
        entry=smoke.entry or environment.entry,
        stdin=smoke.stdin.encode(),
        args=smoke.args,
        env=smoke.env,
        limits=replace(environment.default_limits(), cpu_seconds=60, wall_seconds=120),
    )
    expected = environment.smoke_expected(smoke)
    return Case(name=f"{environment.name}/{smoke.name}", request=request, outcome=smoke.outcome.value, stdout=expected)


def hostile_case(program: Program, level: str) -> Case:
    """A program of the hostile catalogue."""
    request = RunRequest(
        key="",
        environment="python",
        files={"main.py": program.code.encode()},
        entry="main.py",
        stdin=program.stdin,
        limits=replace(TIGHT, **program.limit),  # type: ignore[arg-type]
        isolation=level,
    )
    return Case(name=f"hostile/{program.id} ({level})", request=request, outcome=program.outcome.value)


def draw(registry: Registry, runs: int, dice: random.Random) -> list[Case]:
    """`runs` cases, a third of them hostile, every built environment as often as any other."""
    client = connect()
    absent = set(missing(client, registry))
    client.close()
    good = [
        [smoke_case(environment, smoke) for smoke in environment.smoke]
        for environment in registry.all()
        if environment.name not in absent
    ]
    # one in eight of the hostile runs has a container of its own, which costs the engine a start
    bad = [hostile_case(program, "namespace") for program in PROGRAMS if program.id not in SLOW]
    single = [hostile_case(program, "container") for program in PROGRAMS if program.id not in SLOW]
    cases = []
    for number in range(runs):
        case = dice.choice(dice.choice(good)) if number % 3 else dice.choice(bad if dice.random() < 0.875 else single)
        cases.append(replace(case, request=replace(case.request, key=f"mixed-{number}")))
    return cases


def main() -> int:
    """Run, report, count; 1 if anything ended otherwise than it must or anything is left."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=1000)
    parser.add_argument("--at", type=int, default=8, help="runs at a time")
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    registry, before = Registry.load(), census()
    cases = draw(registry, arguments.runs, random.Random(arguments.seed))
    complaints: list[str] = []
    outcomes: Counter[tuple[str, str]] = Counter()
    with tempfile.TemporaryDirectory(prefix="mixed-") as folder:
        engine = DockerEngine(registry=registry, state_dir=Path(folder), boot_id="mixed", slots=arguments.at)

        def play(case: Case) -> None:
            try:
                result = engine.run(case.request)
            except SandboxError as error:
                complaints.append(f"{case.name}: {type(error).__name__}: {error}")
                return
            outcomes[case.name.partition("/")[0], result.outcome.value] += 1
            if complaint := case.complaint(result):
                complaints.append(complaint)

        started = time.monotonic()
        with ThreadPoolExecutor(arguments.at) as workers:
            list(workers.map(play, cases))
        seconds = time.monotonic() - started
        print(f"{len(cases)} runs, {arguments.at} at a time, {seconds:.0f} s; pool: {engine.pool_metrics()}")
        engine.close()
    for (name, outcome), count in sorted(outcomes.items()):
        print(f"  {name:12} {outcome:16} {count}")
    left = settle(before)
    print(f"before {before}\nleft   {left or 'nothing'}")
    print("\n".join(["unexpected:", *complaints]) if complaints else "unexpected: none")
    return 1 if complaints or left else 0


def settle(before: dict[str, int]) -> dict[str, int]:
    """What is left once the kernel has had time to take namespaces and control groups down."""
    until = time.monotonic() + SETTLE_SECONDS
    while (left := difference(before, census())) and time.monotonic() < until:
        time.sleep(0.5)
    return left


if __name__ == "__main__":
    sys.exit(main())
