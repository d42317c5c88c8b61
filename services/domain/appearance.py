"""How a program with a face looked: its pictures, and what its page said of itself."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Picture:
    """One picture of an app, in the order taken; `digest` and `thumbnail` name PNG files in the blob store."""

    name: str
    width: int
    height: int
    size_bytes: int
    digest: str
    thumbnail: str


@dataclass(frozen=True, kw_only=True)
class PageFacts:
    """What the browser saw, kept short. Sizes are the document's in CSS pixels, times seconds; None is not known.

    `console` and `errors` are lines, `failed_requests` addresses with the reason, `attempts` what the page tried that
    nobody let it, `missing` pictures that were not taken and why. `overflow` tells that the page is wider than the
    window, on a phone `phone_overflow`.
    """

    title: str = ""
    text: str = ""
    console: tuple[str, ...] = ()
    errors: tuple[str, ...] = ()
    failed_requests: tuple[str, ...] = ()
    attempts: tuple[str, ...] = ()
    blank: bool | None = None
    overflow: bool | None = None
    phone_overflow: bool | None = None
    width: int = 0
    height: int = 0
    first_paint_seconds: float | None = None
    stable_seconds: float | None = None
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Appearance:
    """Pictures and facts of a running app. `problem` says why there are none, where the camera failed."""

    pictures: tuple[Picture, ...] = ()
    facts: PageFacts | None = None
    problem: str = ""

    def picture(self, name: str) -> Picture | None:
        """The picture of this name."""
        return next((found for found in self.pictures if found.name == name), None)


@dataclass(frozen=True, kw_only=True)
class App:
    """An app that was left running: its origin, and when it ends at the latest (Unix time in seconds).

    Whoever knows the origin can use the app. It ends earlier when nobody does.
    """

    url: str
    until: float
