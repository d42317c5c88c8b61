"""Who agreed to what: asked before the first prompt, kept with version and time."""

from dataclasses import dataclass

from services.clock import Clock
from services.domain.consent import NOTICE_VERSION, Consent
from services.errors import Forbidden
from services.store.unit_of_work import UnitOfWorkFactory


class ConsentNeeded(Forbidden):
    """Nobody may start a battle before they have agreed to the privacy notice."""

    code = "consent_needed"


@dataclass(frozen=True, kw_only=True)
class Consents:
    """Keeps what people agreed to. Where it is not `required`, nobody is asked and nothing is agreed to."""

    store: UnitOfWorkFactory
    clock: Clock
    required: bool

    def of(self, voter: str) -> Consent | None:
        """What this voter has agreed to, if it is the present notice."""
        with self.store() as uow:
            found = uow.consents.find(voter)
        return found if found is not None and found.version == NOTICE_VERSION else None

    def asks(self, voter: str, *, known: bool) -> bool:
        """Whether this voter has to be asked before their first prompt."""
        return self.required and (not known or self.of(voter) is None)

    def give(self, voter: str, *, version: str, training: bool) -> Consent:
        """Keep that this voter agrees to the notice of that version.

        Raises:
            ConsentNeeded: that is not the present notice.
        """
        if version != NOTICE_VERSION:
            raise ConsentNeeded(
                "That is not the present privacy notice.", hint=f"Read /privacy; its version is {NOTICE_VERSION}."
            )
        consent = Consent(voter=voter, version=version, training=training, agreed_at=self.clock.now())
        with self.store() as uow:
            uow.consents.put(consent)
            uow.commit()
        return consent

    def check(self, voter: str) -> None:
        """Return when this voter may send prompts.

        Raises:
            ConsentNeeded: they have not agreed to the present notice.
        """
        if self.asks(voter, known=True):
            raise ConsentNeeded(
                "Before the first prompt somebody has to agree to the privacy notice.",
                hint=f'Read /privacy, then send "consent": {{"version": "{NOTICE_VERSION}"}} with the first battle.',
            )
