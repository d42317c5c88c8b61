"""Writes down what has changed in the catalogue and the rules since anybody last looked."""

from collections.abc import Sequence
from dataclasses import dataclass

from services.arena.registry import events_between
from services.arena.sampling import PairSampler
from services.clock import Clock
from services.contenders.protocol import Catalogue
from services.domain.registry_event import RegistryEvent
from services.errors import Unavailable
from services.store.unit_of_work import UnitOfWork, UnitOfWorkFactory

_ATTEMPTS = 5


@dataclass(frozen=True, kw_only=True)
class RegistryKeeper:
    """Keeps the registry's history. All processes of an arena need one configuration, or they contradict each other."""

    store: UnitOfWorkFactory
    clock: Clock
    catalogue: Catalogue
    sampler: PairSampler
    private_variants: int

    def catch_up(self) -> Sequence[RegistryEvent]:
        """Add what is new to the history, and return it; nothing happens when nothing has changed.

        Raises:
            ConfigurationError: the catalogue takes a shown standing back, or tries too many private variants.
            Unavailable: other processes keep writing to the history.
        """
        for _ in range(_ATTEMPTS):
            with self.store() as uow:
                new = self.catch_up_in(uow)
                if new is not None:
                    uow.commit()
                    return new
        raise Unavailable("The registry's history is being written by others all the time.", hint="Start again.")

    def catch_up_in(self, uow: UnitOfWork) -> Sequence[RegistryEvent] | None:
        """The same in a transaction of the caller's; None when another process wrote first, and nothing was added.

        Raises:
            ConfigurationError: as `catch_up` does.
        """
        new = events_between(
            uow.registry.all(),
            self.sampler.considered(uow, self.catalogue.contenders()),
            self.sampler.declared(uow),
            now=self.clock.now(),
            private_variants=self.private_variants,
        )
        return new if uow.registry.append(new) else None
