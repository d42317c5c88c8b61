"""What people agree to before their first prompt."""

from dataclasses import dataclass, replace
from datetime import datetime

from services.domain.battle import Battle

NOTICE_VERSION = "2026-11"
"""Of the privacy notice: whoever agreed to another one is asked again."""


@dataclass(frozen=True, kw_only=True)
class Consent:
    """What one voter agreed to: the notice of that version and, only if `training`, publication of their battles for
    research and training."""

    voter: str
    version: str
    training: bool
    agreed_at: datetime


def agreed(battle: Battle, consent: Consent | None) -> Battle:
    """The battle with what its owner has agreed to."""
    if consent is None:
        return battle
    return replace(battle, consent_version=consent.version, training_consent=consent.training)
