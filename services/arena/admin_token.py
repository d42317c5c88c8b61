"""The word that tells who runs the arena from everybody else."""

import secrets
from dataclasses import dataclass, field


@dataclass(frozen=True, kw_only=True)
class AdminToken:
    """The token that was set, which nothing prints; "" where none was, and then nobody has it."""

    secret: str = field(default="", repr=False)

    @property
    def is_set(self) -> bool:
        """Whether anybody can have it."""
        return bool(self.secret)

    def matches(self, given: str) -> bool:
        """Whether `given` is it; how long that takes tells nothing."""
        return self.is_set and secrets.compare_digest(given.encode(), self.secret.encode())
