"""Draws pairs as admins have chosen since the start: contenders on or off, weights, and the rule itself.

What they chose is read in the transaction that draws, so a battle never has a contender that was off by then.
"""

import random
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from services.arena.sampling import Pairing, PairSampler
from services.clock import Clock
from services.domain.admin_change import ChangeKind, newest
from services.domain.contender import Contender
from services.ratings.sampling import PairTable, Policy, Rule
from services.store.unit_of_work import UnitOfWork

Choices = Mapping[tuple[ChangeKind, str], Mapping[str, str]]


def choices_of(uow: UnitOfWork) -> Choices:
    """What admins chose of contenders and the rule."""
    return newest(uow.changes.of_kinds((ChangeKind.CONTENDER, ChangeKind.POLICY)))


def chosen(contenders: Sequence[Contender], choices: Choices) -> tuple[Contender, ...]:
    """The contenders as admins want them; one that is retired stays so."""
    return tuple(_as_chosen(one, choices.get((ChangeKind.CONTENDER, one.name))) for one in contenders)


def _as_chosen(contender: Contender, details: Mapping[str, str] | None) -> Contender:
    if details is None:
        return contender
    enabled = details["enabled"] == "yes" and not contender.retired
    return replace(contender, enabled=enabled, weight=float(details["weight"]))


class ChosenSampler(PairSampler):
    """A PairSampler for every rule, of which the chosen one draws; the setting's where nobody chose."""

    def __init__(self, *, policy: Policy, clock: Clock, refresh_seconds: float) -> None:
        super().__init__(policy=policy, clock=clock, refresh_seconds=refresh_seconds)
        self._by_rule = {
            rule: PairSampler(policy=replace(policy, rule=rule), clock=clock, refresh_seconds=refresh_seconds)
            for rule in Rule
        }

    def considered(self, uow: UnitOfWork, contenders: Sequence[Contender]) -> Sequence[Contender]:
        return chosen(contenders, choices_of(uow))

    def declared(self, uow: UnitOfWork) -> dict[str, str]:
        return self._chosen(choices_of(uow)).declaration

    def draw(self, uow: UnitOfWork, contenders: Sequence[Contender], rng: random.Random) -> Pairing:
        choices = choices_of(uow)
        return self._chosen(choices).draw(uow, chosen(contenders, choices), rng)

    def table(
        self, uow: UnitOfWork, contenders: Sequence[Contender], *, before: datetime | None = None
    ) -> tuple[Policy, PairTable]:
        choices = choices_of(uow)
        return self._chosen(choices).table(uow, chosen(contenders, choices), before=before)

    def _chosen(self, choices: Choices) -> PairSampler:
        rule = choices.get((ChangeKind.POLICY, ""), {}).get("rule", "")
        return self._by_rule[Rule(rule) if rule in set(Rule) else self.policy.rule]
