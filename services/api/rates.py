"""Which requests are counted as what; the same for programs (under /api/v1) and for forms."""

import re

from services.domain.rate import Asked

_PREFIX = "/api/v1"
_BATTLE = r"/battles/[^/]+"
_COUNTED: tuple[tuple[re.Pattern[str], Asked], ...] = tuple(
    (re.compile(pattern), asked)
    for pattern, asked in (
        (r"/battles", Asked.BATTLES),
        (r"/battles/repeat", Asked.BATTLES),
        (rf"{_BATTLE}/(?:rematch|retry)", Asked.BATTLES),
        (rf"{_BATTLE}/turns", Asked.TURNS),
        (rf"{_BATTLE}/sides/[^/]+/runs", Asked.RUNS),
        (r"/executions", Asked.RUNS),
        (r"/executions/batch", Asked.RUNS),
        (rf"{_BATTLE}/vote(?:/details)?", Asked.VOTES),
    )
)


def asked_by(method: str, path: str) -> Asked | None:
    """What a request asks for, if that is limited."""
    if method not in ("POST", "PUT"):
        return None
    plain = path.removeprefix(_PREFIX)
    return next((asked for pattern, asked in _COUNTED if pattern.fullmatch(plain)), None)
