"""What the admin page shows, each part for itself: what cannot be read says why, and leaves the rest alone."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from services.container import Services
from services.domain.admin_change import AdminChange
from services.domain.contender import Contender
from services.domain.rate import Asked, Rate
from services.domain.vote_record import VoteRecord
from services.domain.work import WorkState
from services.errors import ArenaError
from services.events.troubles import Trouble
from services.ratings.sampling import Rule

V = TypeVar("V")


@dataclass(frozen=True, kw_only=True)
class Overview:
    """`troubles` says, by the name of a part that is None, why it is."""

    contenders: Sequence[Contender]
    rule: Rule | None
    rule_set: Rule
    limits: Mapping[Asked, Rate | None]
    changes: Sequence[AdminChange]
    queues: Mapping[str, Mapping[str, int]]
    pools: Mapping[str, Mapping[str, int]] | None
    errors: Sequence[Trouble] | None
    flagged: Sequence[VoteRecord] | None
    troubles: Mapping[str, ArenaError]


def overview(services: Services) -> Overview:
    """Everything as it is now."""
    access, troubles = services.access, dict[str, ArenaError]()

    def attempt(name: str, find: Callable[[], V]) -> V | None:
        try:
            return find()
        except ArenaError as error:
            troubles[name] = error
            return None

    rule, rule_set = access.control.policy()
    return Overview(
        contenders=access.control.contenders(),
        rule=rule,
        rule_set=rule_set,
        limits=access.limits.current(),
        changes=access.control.changes(),
        queues=_queues(services),
        pools=attempt("pools", services.figures.read),
        errors=attempt("errors", access.troubles.recent),
        flagged=attempt("flagged", services.facts.flagged),
        troubles=troubles,
    )


def _queues(services: Services) -> Mapping[str, Mapping[str, int]]:
    with services.store() as uow:
        counts = uow.work.count_by_state()
    names = sorted({queue for queue, _ in counts})
    return {name: {state.value: counts.get((name, state.value), 0) for state in WorkState} for name in names}
