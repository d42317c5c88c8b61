"""Templates to responses; everything is escaped."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import HTMLResponse

from services.domain.answer import SidePhase
from services.domain.direct_run import RunReport
from services.domain.execution import Execution, ExecutionOutcome, spoken_time
from services.domain.visibility import SideView
from services.ratings.agreement import Measure
from services.ratings.figure import Figure
from services.web.assets import BUILT, Assets
from services.web.markdown import answer_html

_GOOD = {ExecutionOutcome.SUCCEEDED}
_LIMITS = {
    ExecutionOutcome.TIMED_OUT,
    ExecutionOutcome.OUT_OF_MEMORY,
    ExecutionOutcome.OUTPUT_LIMIT,
    ExecutionOutcome.DISK_LIMIT,
    ExecutionOutcome.CANCELLED,
}
PHASE_WORDS = {
    SidePhase.QUEUED: "queued",
    SidePhase.WRITING: "writing",
    SidePhase.EXECUTING: "running",
    SidePhase.FINISHED: "finished",
    SidePhase.FAILED: "failed",
}


def chip(side: SideView) -> tuple[str, str]:
    """The word that sums a side up, and its tone: ok, warn, bad, live or none."""
    if side.phase is SidePhase.FINISHED and side.execution is not None:
        outcome = side.execution.outcome
        tone = "ok" if outcome in _GOOD else "warn" if outcome in _LIMITS else "bad"
        return outcome.replace("_", " "), tone
    if side.phase is SidePhase.FINISHED:
        return "no program", "warn"
    tone = {SidePhase.FAILED: "bad", SidePhase.QUEUED: ""}.get(side.phase, "live")
    return PHASE_WORDS[side.phase], tone


def ending(execution: Execution | RunReport) -> str:
    """How the program ended, in one line."""
    parts = [execution.outcome.replace("_", " ")]
    if execution.exit_code is not None:
        parts.append(f"exit {execution.exit_code}")
    if execution.signal is not None:
        parts.append(f"signal {execution.signal}")
    if execution.limit_hit:
        # wall_seconds and memory_bytes, in the words of people
        words = execution.limit_hit.replace("_seconds", "_time").removesuffix("_bytes").replace("_", " ")
        parts.append(f"limit of {words} hit")
    return " · ".join([*parts, spoken_time(execution.wall_seconds), size(execution.peak_memory_bytes)])


def size(count: int) -> str:
    """Bytes for people."""
    amount = float(count)
    for unit in ("B", "KiB", "MiB"):
        if amount < 1024:
            return f"{amount:.0f} {unit}"
        amount /= 1024
    return f"{amount:.1f} GiB"


def clock(seconds: float) -> str:
    """A time of day, in UTC, of a Unix time in seconds."""
    return f"{datetime.fromtimestamp(seconds, UTC):%H:%M} UTC"


def day(moment: datetime) -> str:
    """A moment to the minute, in UTC."""
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def span(low: int, high: int) -> str:
    """One number, or two with a dash."""
    return f"{low}" if low == high else f"{low}\N{EN DASH}{high}"


def percent(share: float | None) -> str:
    """A share in per cent; a dash where there is none."""
    return "-" if share is None else f"{100 * share:.1f} %"


def figure(found: Figure | Measure | None) -> str:
    """A statistic with its interval; a dash where it is not defined."""
    if found is None or found.point is None:
        return "-"
    if found.low is None or found.high is None:
        return f"{found.point:.3f}"
    return f"{found.point:.3f} ({found.low:.3f} to {found.high:.3f})"


def environment() -> Environment:
    """The templates, escaping always and strict about names."""
    found = Environment(loader=PackageLoader("services.web"), autoescape=True, undefined=StrictUndefined)
    found.filters.update(ending=ending, size=size, chip=chip, clock=clock, day=day, percent=percent, figure=figure)
    found.filters.update(seconds=spoken_time, answer=lambda text: Markup(answer_html(text)))  # noqa: S704 - it is cleaned
    found.globals["span"] = span
    found.globals["phase_words"] = PHASE_WORDS
    return found


class Pages:
    """Renders the templates of this package."""

    def __init__(self, everywhere: Callable[[Request], Mapping[str, Any]] = lambda _: {}) -> None:
        self._environment = environment()
        self._everywhere = everywhere
        self._environment.globals["asset"] = Assets(BUILT).address

    def render(self, request: Request, name: str, *, status: int = 200, **values: Any) -> HTMLResponse:
        """The template `name` as a response."""
        template = self._environment.get_template(name)
        nonce = getattr(request.state, "nonce", "")
        values = {"who": None, **self._everywhere(request), **values}
        return HTMLResponse(template.render(nonce=nonce, path=request.url.path, **values), status)
