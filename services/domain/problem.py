"""What went wrong, in a form that can be stored and shown."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Problem:
    """A failure as a value: a stable `code`, a `message` for people, and what to do about it."""

    code: str
    message: str
    hint: str = ""
