"""Who the contenders are, as anybody may know: what the catalogue and the registry's history say of each."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from services.arena.board_facts import BoardFacts
from services.contenders.protocol import Catalogue
from services.domain.contender import Contender
from services.domain.registry_event import RegistryEventKind
from services.errors import Conflict
from services.ratings.audit.licence_class import licence_class_of
from services.ratings.audit.registry_state import Entry, replay
from services.store.unit_of_work import UnitOfWorkFactory


class Standing(StrEnum):
    """Whether a contender takes part."""

    DRAWN = "drawn"
    PAUSED = "paused"
    RETIRED = "retired"
    REMOVED = "removed"


@dataclass(frozen=True, kw_only=True)
class Card:
    """One contender; "" and None where nobody has said. `since` is when it could first be drawn."""

    name: str
    model: str = ""
    organisation: str = ""
    licence: str = ""
    licence_class: str = ""
    family: str = ""
    weight: float | None = None
    vision: bool | None = None
    standing: Standing = Standing.REMOVED
    reason: str = ""
    since: datetime | None = None
    released: date | None = None
    prompt_price: float | None = None
    completion_price: float | None = None
    currency: str = ""


@dataclass(frozen=True, kw_only=True)
class ContenderCards:
    """Reads cards; those of contenders that are not shown yet are left out."""

    store: UnitOfWorkFactory
    catalogue: Catalogue
    facts: BoardFacts

    def all(self) -> Mapping[str, Card]:
        """Every card by name.

        Raises:
            Conflict: the registry's history holds something that cannot be read.
        """
        return self.facts.rested.get("cards", None, self._all, least_seconds=1.0)

    def _all(self) -> Mapping[str, Card]:
        with self.store() as uow:
            events = uow.registry.all()
        try:
            entries = replay(events).entries
        except ValueError as error:
            raise Conflict(f"The registry's history cannot be read: {error}") from None
        since: dict[str, datetime] = {}
        reasons: dict[str, str] = {}
        for event in events:
            if event.kind is RegistryEventKind.REGISTERED:
                since.setdefault(event.contender, event.at)
            if reason := event.details.get("reason", ""):
                reasons[event.contender] = reason
        private = self.facts.private()
        configured = {one.name: one for one in self.catalogue.contenders()}
        return {
            name: _card(name, configured.get(name), entries.get(name), reasons.get(name, ""), since.get(name))
            for name in sorted((configured.keys() | entries.keys()) - private)
        }


def _card(name: str, contender: Contender | None, entry: Entry | None, reason: str, since: datetime | None) -> Card:
    if contender is None:
        entry = entry or Entry(name=name)
        return Card(
            name=name,
            organisation=entry.provider,
            licence=entry.licence,
            licence_class=licence_class_of(entry.licence).value,
            family=entry.family,
            standing=Standing.RETIRED if entry.retired_at and not entry.removed_at else Standing.REMOVED,
            reason=reason,
            since=since,
        )
    standing = Standing.RETIRED if contender.retired else Standing.DRAWN if contender.enabled else Standing.PAUSED
    return Card(
        name=name,
        model=contender.model,
        organisation=contender.organisation,
        licence=contender.licence,
        licence_class=licence_class_of(contender.licence).value,
        family=contender.family,
        weight=contender.weight,
        vision=contender.vision,
        standing=standing,
        reason=contender.retired or ("" if contender.enabled else reason),
        since=since,
        released=contender.released,
        prompt_price=contender.prompt_price,
        completion_price=contender.completion_price,
        currency=contender.currency,
    )
