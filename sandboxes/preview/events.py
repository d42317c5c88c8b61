"""What a page may tell of how it is used: a closed schema, in which no typed text has a place."""

import re
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

MAX_BATCH = 200
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]+")
Position = Annotated[int, Field(ge=-100_000, le=1_000_000)]
Size = Annotated[int, Field(ge=0, le=100_000)]
Name = Annotated[str, Field(max_length=32, pattern=r"^[a-z][a-z0-9-]*$|^$")]
# keys that say how something was played or moved through; W, A, S and D share a name, and no other letter has one
Key = Literal[
    "ArrowUp", "ArrowDown", "ArrowLeft", "ArrowRight", "wasd", "Space", "Enter", "Escape", "Tab", "Backspace", "Delete",
    "Home", "End", "PageUp", "PageDown", "Shift", "Control", "Alt", "Meta", "Function", "other",
]  # fmt: skip


class _Event(BaseModel):
    """`t` is in milliseconds since the page began."""

    model_config = ConfigDict(extra="forbid", strict=True)

    t: int = Field(ge=0, le=86_400_000)


class _Said(_Event):
    message: str = Field(max_length=300)

    @field_validator("message")
    @classmethod
    def _one_line(cls, value: str) -> str:
        return _CONTROL.sub(" ", value)


class Start(_Event):
    """The page began; `embedded` if in a frame of the app's own."""

    kind: Literal["start"]
    width: Size
    height: Size
    embedded: bool


class Click(_Event):
    """A button of the mouse or a finger went down, on an element of this tag and role."""

    kind: Literal["click"]
    x: Position
    y: Position
    tag: Name
    role: Name
    pointer: Literal["mouse", "touch", "pen", ""]


class Press(_Event):
    """A key went down outside of what takes text."""

    kind: Literal["key"]
    key: Key


class Typed(_Event):
    """So many keys went down in what takes text."""

    kind: Literal["typed"]
    count: int = Field(ge=1, le=10_000)


class Scroll(_Event):
    """Something was scrolled to here."""

    kind: Literal["scroll"]
    x: Position
    y: Position
    tag: Name


class Resize(_Event):
    """The page has this size now."""

    kind: Literal["resize"]
    width: Size
    height: Size


class Error(_Said):
    """A script failed."""

    kind: Literal["error"]
    line: int = Field(ge=0, le=10_000_000)
    column: int = Field(ge=0, le=10_000_000)


class Rejection(_Said):
    """A promise was refused, and nobody cared."""

    kind: Literal["rejection"]


class Visibility(_Event):
    """The page can be seen now, or no longer."""

    kind: Literal["visibility"]
    visible: bool


AnyEvent = Start | Click | Press | Typed | Scroll | Resize | Error | Rejection | Visibility
Event = Annotated[AnyEvent, Field(discriminator="kind")]


class Batch(BaseModel):
    """What one page, named by a number of its own making, tells at once."""

    model_config = ConfigDict(extra="forbid", strict=True)

    version: Literal[1]
    page: str = Field(pattern=r"^[0-9a-f]{8}$")
    events: list[Event] = Field(min_length=1, max_length=MAX_BATCH)
