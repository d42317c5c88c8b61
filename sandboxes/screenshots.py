"""What is asked of a camera, and what it brings back: pictures of an app, and how its page behaved."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

Kind = Literal["web", "document", "desktop"]

# the pictures there are, in the order they are taken in
PICTURES: dict[Kind, tuple[str, ...]] = {
    "web": ("first-paint", "stable", "full-page", "scrolled", "typed", "clicked", "keys", "phone"),
    "document": ("stable", "full-page", "phone"),
    "desktop": ("frame-1", "frame-2", "frame-3", "clicked", "keys"),
}
SHOOT_SECONDS = 12.0
MIN_SECONDS, MAX_SECONDS = 1.0, 60.0


class Reason(StrEnum):
    """Why a picture was left out."""

    NOT_LOADED = "not_loaded"
    NEVER_PAINTED = "never_painted"
    FITS_WINDOW = "fits_window"
    NO_CHANGE = "no_change"
    NO_FIELD = "no_field"
    NO_CONTROL = "no_control"
    NO_KEY_LISTENER = "no_key_listener"
    DID_NOT_RESPOND = "did_not_respond"
    PAGE_CRASHED = "page_crashed"
    TOO_LARGE = "too_large"
    NO_THUMBNAIL = "no_thumbnail"
    NO_TIME = "no_time"


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What to look at, and how: `pictures` () are all of the kind."""

    url: str
    kind: Kind
    pictures: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """The pictures' names, in their order."""
        known = PICTURES[self.kind]
        return tuple(name for name in known if name in self.pictures) if self.pictures else known


@dataclass(frozen=True, kw_only=True)
class Picture:
    """A PNG and its thumbnail; `at_seconds` after the shoot began, `blank` if it is one colour all over."""

    name: str
    png: bytes
    width: int
    height: int
    thumbnail: bytes
    thumbnail_width: int
    thumbnail_height: int
    at_seconds: float
    blank: bool


class _Closed(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


Line = Annotated[str, Field(max_length=500)]
Lines = Annotated[tuple[Line, ...], Field(max_length=100, strict=False)]
Count = Annotated[int, Field(ge=0)]
Seconds = Annotated[float, Field(ge=0, le=1000)]
Size = Annotated[int, Field(ge=0, le=100_000_000)]


class ConsoleLine(_Closed):
    """One message of the page's console."""

    type: Annotated[str, Field(max_length=40)]
    text: Line


class FailedRequest(_Closed):
    """A request that was refused, or answered with an error."""

    url: Line
    reason: Line


class LeftOut(_Closed):
    """A picture of the plan that was not taken."""

    name: Annotated[str, Field(max_length=40)]
    reason: Annotated[Reason, Field(strict=False)]


class Caged(_Closed):
    """What the kernel says of one process: the mode and number of its filters, its number in each pid namespace."""

    seccomp: Count
    filters: Count
    pids: Annotated[tuple[int, ...], Field(max_length=32, strict=False)]
    capabilities: Annotated[str, Field(pattern=r"^[0-9a-f]{0,32}$")]
    network: Annotated[str, Field(max_length=40)]


class Cage(_Closed):
    """The browser and its renderers, as they stood at the end of the shoot."""

    browser: Caged | None
    renderers: Annotated[tuple[Caged, ...], Field(max_length=1000, strict=False)]
    unsafe: bool

    @property
    def holds(self) -> bool:
        """Whether each renderer is held by the browser's own sandbox, on top of the container's."""
        return not self.unsafe and all(self._holds(each) for each in self.renderers)

    def _holds(self, renderer: Caged) -> bool:
        above = self.browser
        if above is None:
            return True
        own_filter = renderer.seccomp == 2 and renderer.filters > above.filters
        own_place = len(renderer.pids) > len(above.pids) and renderer.network != above.network
        return own_filter and own_place and not renderer.capabilities.strip("0")


class PageReport(_Closed):
    """How the page behaved. Totals count what the lists do not hold; None is what could not be found out."""

    version: Literal[1]
    kind: Kind
    status: Annotated[int, Field(ge=0, le=999)]
    load_error: Line
    settled: Literal["settled", "animated", "unsettled"]
    first_paint_seconds: Seconds | None
    stable_seconds: Seconds | None
    seconds: Seconds
    title: Annotated[str, Field(max_length=300)]
    text: Annotated[str, Field(max_length=20_000)]
    text_truncated: bool
    document_width: Size
    document_height: Size
    overflow_desktop: bool | None
    overflow_phone: bool | None
    blank: bool | None
    console: Annotated[tuple[ConsoleLine, ...], Field(max_length=100, strict=False)]
    console_total: Count
    page_errors: Lines
    page_errors_total: Count
    failed_requests: Annotated[tuple[FailedRequest, ...], Field(max_length=100, strict=False)]
    failed_requests_total: Count
    dialogs: Count
    popups: Count
    downloads: Count
    file_choosers: Count
    navigations: Count
    navigations_stopped: bool
    page_crashed: bool
    did_not_respond: bool
    left_out: Annotated[tuple[LeftOut, ...], Field(max_length=16, strict=False)]
    cage: Cage


@dataclass(frozen=True, kw_only=True)
class Shots:
    """All that came of one shoot: the pictures in the plan's order, and the report."""

    pictures: tuple[Picture, ...]
    report: PageReport

    def picture(self, name: str) -> Picture | None:
        """The picture of this name, if it was taken."""
        return next((found for found in self.pictures if found.name == name), None)
