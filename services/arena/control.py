"""What admins change about the arena while it runs. Each change is noted, and told to the registry's history in the
same transaction; all processes follow it."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from services.arena.change_log import note
from services.arena.chosen_sampling import choices_of, chosen
from services.arena.registry_keeper import RegistryKeeper
from services.domain.admin_change import AdminChange, ChangeKind
from services.domain.contender import Contender
from services.domain.rate import Asked, Rate
from services.errors import ConfigurationError, Conflict, InvalidRequest, NotFound, Unavailable
from services.ratings.sampling import Rule
from services.store.unit_of_work import UnitOfWork

HEAVIEST = 1000.0
_ATTEMPTS = 20
_SHOWN = 50


@dataclass(frozen=True, kw_only=True)
class Control:
    """Contenders, the rule that draws pairs, and limits, as admins want them."""

    keeper: RegistryKeeper
    rule: Rule

    def contenders(self) -> Sequence[Contender]:
        """All that are configured, on or off, with their weights as they are now."""
        with self.keeper.store() as uow:
            return chosen(self.keeper.catalogue.contenders(), choices_of(uow))

    def policy(self) -> tuple[Rule | None, Rule]:
        """The rule that was chosen, None where nobody chose, and the setting's."""
        with self.keeper.store() as uow:
            rule = choices_of(uow).get((ChangeKind.POLICY, ""), {}).get("rule", "")
        return (Rule(rule) if rule in set(Rule) else None), self.rule

    def changes(self) -> Sequence[AdminChange]:
        """The newest changes, newest first."""
        with self.keeper.store() as uow:
            return uow.changes.recent(_SHOWN)

    def set_contender(self, name: str, *, enabled: bool, weight: float, by: str) -> None:
        """Switch a contender on or off and weigh it; nothing happens when that changes nothing.

        Raises:
            NotFound: there is no such contender.
            InvalidRequest: the weight is out of its range.
            Conflict: it is retired, fewer than two would be left, or its provider has too many private ones on.
        """
        if not (math.isfinite(weight) and 0 < weight <= HEAVIEST):
            raise InvalidRequest(f"A weight is above 0 and at most {HEAVIEST:g}.", where="weight")
        details = {"enabled": "yes" if enabled else "no", "weight": str(weight)}

        def changes(uow: UnitOfWork) -> bool:
            now = {one.name: one for one in chosen(self.keeper.catalogue.contenders(), choices_of(uow))}
            if name not in now:
                raise NotFound(f"There is no contender {name[:200]!r}.")
            if enabled and now[name].retired:
                raise Conflict(f"{name} is retired: {now[name].retired}", hint="Change its entry in the models file.")
            left = sum(one.enabled for one in now.values() if one.name != name) + enabled
            if left < 2:
                raise Conflict("A battle needs two contenders that are on.", hint="Switch another one on first.")
            return (now[name].enabled, now[name].weight) != (enabled, weight)

        self._change(ChangeKind.CONTENDER, name, details, by, changes)

    def set_policy(self, rule: str, *, by: str) -> None:
        """Draw pairs by this rule from now on ("": by the setting's).

        Raises:
            InvalidRequest: there is no such rule.
        """
        if rule and rule not in set(Rule):
            raise InvalidRequest("There is no such rule.", hint=f"There are: {', '.join(Rule)}.", where="rule")
        self._change(ChangeKind.POLICY, "", {"rule": rule}, by, lambda _: True)

    def set_limit(self, asked: str, rate: str, *, by: str) -> None:
        """Limit how often something may be asked for ("": as the setting says).

        Raises:
            InvalidRequest: nothing of that name is limited, or that is no rate.
        """
        if asked not in set(Asked):
            raise InvalidRequest("Nothing of that name is limited.", hint=f"There are: {', '.join(Asked)}.")
        if rate.strip():
            Rate.of(rate)
        with self.keeper.store() as uow:
            note(uow, ChangeKind.LIMIT, asked, {"rate": rate.strip()}, actor=by, now=self.keeper.clock.now())
            uow.commit()

    def _change(
        self,
        kind: ChangeKind,
        subject: str,
        details: Mapping[str, str],
        by: str,
        changes: Callable[[UnitOfWork], bool],
    ) -> None:
        for _ in range(_ATTEMPTS):
            with self.keeper.store() as uow:
                if not changes(uow):
                    return
                note(uow, kind, subject, details, actor=by, now=self.keeper.clock.now())
                try:
                    told = self.keeper.catch_up_in(uow)
                except ConfigurationError as error:
                    raise Conflict(error.message, hint=error.hint) from error
                if told is not None:
                    uow.commit()
                    return
        raise Unavailable("The registry's history is being written by others all the time.", hint="Try again.")
