"""Notes what admins do, in the transaction that does it."""

from collections.abc import Mapping
from datetime import datetime

import structlog

from services.domain.admin_change import AdminChange, ChangeKind
from services.errors import Unavailable
from services.store.unit_of_work import UnitOfWork

_ATTEMPTS = 20
log = structlog.get_logger()


def note(
    uow: UnitOfWork, kind: ChangeKind, subject: str, details: Mapping[str, str], *, actor: str, now: datetime
) -> None:
    """Append one change.

    Raises:
        Unavailable: others keep writing to the list.
    """
    for _ in range(_ATTEMPTS):
        number = uow.changes.last() + 1
        change = AdminChange(sequence=number, at=now, actor=actor, kind=kind, subject=subject, details=details)
        if uow.changes.append([change]):
            log.info("admin_change", actor=actor, kind=kind.value, subject=subject, **details)
            return
    raise Unavailable("Others keep changing things at the same moment.", hint="Try again.")
