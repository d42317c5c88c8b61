"""The arena's own sampler, under each of its rules, is as it declares itself to be."""

import random
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from itertools import combinations

import numpy as np
import pytest

from services.arena.registry import events_between
from services.arena.sampling import PairSampler
from services.clock import SystemClock
from services.domain.contender import Contender
from services.domain.registry_event import RegistryEvent
from services.ratings.audit.draw import Draw
from services.ratings.audit.rules import AuditRules
from services.ratings.audit.whole import AuditReport, audit
from services.ratings.pair_rules import entrants, strengths_of
from services.ratings.sampling import Policy, Rule, pair_table
from tests.fixtures.registry_history import START

DRAWS = 3000
CONTENDERS = [
    Contender(
        name=f"m{i}", model=f"m{i}", organisation=f"o{i % 3}", licence="MIT" if i % 2 else "closed", weight=1 + i % 2
    )
    for i in range(8)
]


def sampler(policy: Policy) -> PairSampler:
    return PairSampler(policy=policy, clock=SystemClock(), refresh_seconds=10)


def audited(policy: Policy, *, starved: str = "") -> AuditReport:
    """The audit of draws as the sampler's table gives them; those of `starved` are mostly drawn anew, in secret."""
    events: list[RegistryEvent] = list(events_between([], CONTENDERS, sampler(policy).declaration, now=START))
    rng, draws, met, points = random.Random(3), list[Draw](), Counter[tuple[str, str]](), Counter[tuple[str, str]]()
    points.update(
        {(a.name, b.name): 1 for a, b in combinations(CONTENDERS, 2)}
        | {(b.name, a.name): 1 for a, b in combinations(CONTENDERS, 2)}
    )
    for number in range(DRAWS):
        if number % 10 == 0:
            who = entrants(CONTENDERS, met=met, points=points)
            waits = policy.rule is Rule.A_OPTIMAL and who.votes.mean() < policy.warmup_votes
            used = replace(policy, rule=Rule.WEIGHTED) if waits else policy
            table = pair_table(
                used, replace(who, strengths=strengths_of(who.names, points)) if used.needs_strengths else who
            )
        pair, probability = table.drawn_at(rng.random())
        while starved in pair and rng.random() < 0.9:
            pair, probability = table.drawn_at(rng.random())
        met[pair] += 1
        points[pair if rng.random() < 0.6 else pair[::-1]] += 1
        draws.append(
            Draw(
                at=START + timedelta(minutes=1 + number), contender_a=pair[0], contender_b=pair[1], policy=used.name,
                policy_version=used.version, pair_probability=probability,
            )
        )  # fmt: skip
    return audit(events, draws, [], rules=AuditRules(), now=START + timedelta(days=30))


@pytest.mark.parametrize("boost", [1.0, 5.0])
@pytest.mark.parametrize("rule", list(Rule))
def test_nothing_is_found_in_what_the_sampler_draws(rule: Rule, boost: float) -> None:
    report = audited(Policy(rule=rule, newcomer_boost=boost, newcomer_votes=300))
    assert report.findings == ()
    assert sum(test.draws for test in report.policies) == DRAWS
    assert sum(test.off_policy for test in report.policies) == 0
    static = rule is Rule.UNIFORM or (rule is Rule.WEIGHTED and boost == 1)
    assert {test.method.startswith("counts") for test in report.policies if test.policy == rule} == {static}
    assert np.isfinite([test.chi_square for test in report.policies]).all()
    assert min(test.p_value for test in report.policies) > 0.001


@pytest.mark.parametrize("rule", list(Rule))
def test_who_is_starved_under_any_rule_is_named(rule: Rule) -> None:
    report = audited(Policy(rule=rule, newcomer_votes=300), starved="m3")
    assert [(row.code, row.subject) for row in report.findings] == [("starved", "m3")]
