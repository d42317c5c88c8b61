"""Everything about who may do what, in one piece for whoever needs it."""

from dataclasses import dataclass

from services.arena.accounts import Accounts
from services.arena.consents import Consents
from services.arena.control import Control
from services.arena.doorkeeper import Doorkeeper
from services.arena.history import History
from services.arena.limits import Limits
from services.arena.status import StatusBoard
from services.events.troubles import Troubles


@dataclass(frozen=True, kw_only=True)
class Access:
    """Accounts, limits, consent, history, and what admins see and change."""

    accounts: Accounts
    door: Doorkeeper
    limits: Limits
    consents: Consents
    history: History
    control: Control
    status: StatusBoard
    troubles: Troubles
