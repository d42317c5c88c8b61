"""How often something may be asked for: so many times in so long."""

import re
from dataclasses import dataclass
from enum import StrEnum

from services.errors import InvalidRequest

_UNITS = {"second": 1, "minute": 60, "hour": 3600, "day": 86_400}
_TEXT = re.compile(r"([1-9][0-9]{0,5})/([1-9][0-9]{0,3})?(second|minute|hour|day)s?")
OFF = "off"


class Asked(StrEnum):
    """What is counted."""

    BATTLES = "battles"
    TURNS = "turns"
    RUNS = "runs"
    VOTES = "votes"
    SIGN_IN = "sign-in"


@dataclass(frozen=True, kw_only=True)
class Rate:
    """At most `count` at once, coming back evenly within `seconds`; `text` is how it was written."""

    count: int
    seconds: int
    text: str

    @classmethod
    def of(cls, text: str) -> "Rate | None":
        """From `60/hour` or `5/10minutes`; None for `off`.

        Raises:
            InvalidRequest: it is neither.
        """
        written = "".join(text.lower().split())
        if written == OFF:
            return None
        found = _TEXT.fullmatch(written)
        if found is None:
            raise InvalidRequest(f"{text[:40]!r} is no rate.", hint="Write it like 60/hour, 5/10minutes or off.")
        return cls(count=int(found[1]), seconds=int(found[2] or 1) * _UNITS[found[3]], text=written)


def spoken(seconds: float) -> str:
    """A wait for people: rounded up, in the largest unit that fits."""
    whole = max(1, int(-(-seconds // 1)))
    for unit, size in (("hour", 3600), ("minute", 60)):
        if whole > size:
            amount = -(-whole // size)
            return f"{amount} {unit}{'s' if amount > 1 else ''}"
    return f"{whole} second{'s' if whole > 1 else ''}"
