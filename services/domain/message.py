"""Chat messages as contenders and judges receive them."""

from dataclasses import dataclass, field
from enum import StrEnum


class Role(StrEnum):
    """Who speaks."""

    SYSTEM = "system"
    USER = "user"
    ASSISTANT = "assistant"


@dataclass(frozen=True, kw_only=True)
class Image:
    """A picture that goes with a message."""

    media_type: str
    data: bytes


@dataclass(frozen=True, kw_only=True)
class Message:
    """One chat message; images only reach models that see them."""

    role: Role
    text: str
    images: tuple[Image, ...] = field(default=())
