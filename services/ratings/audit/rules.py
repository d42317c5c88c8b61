"""What the audit holds the arena to, and how often it may be wrong."""

from dataclasses import dataclass

FAMILIES = 4
"""Statistical families that share the error: drawn pairs, silence, prompt mix, removals by licence class."""


@dataclass(frozen=True, kw_only=True)
class AuditRules:
    """`false_alarm` bounds the probability that an arena that keeps to its word is accused of anything by chance.

    `private_variants` is how many private variants of one family a provider may test; `notice_days` how long before
    its removal a contender's retirement must be announced (0: any time before, or together with it). Whoever has
    `retire_votes` votes and at least `retire_newer` newer ones of its family may be retired by rule, whatever its
    licence. `window_days` is how far the comparison of prompts looks back and ahead of a removal. `strays` is how
    many battles may be drawn of someone who is not registered, or under a policy that is not declared: processes
    restart one after another.
    """

    false_alarm: float = 0.05
    private_variants: int = 3
    notice_days: float = 0.0
    retire_votes: int = 3000
    retire_newer: int = 2
    window_days: float = 30.0
    strays: int = 5

    def __post_init__(self) -> None:
        if not 0 < self.false_alarm < 1:
            raise ValueError(f"The false alarm rate lies between 0 and 1: {self.false_alarm}")
        if self.private_variants < 0 or self.notice_days < 0 or self.window_days <= 0 or self.strays < 0:
            raise ValueError("The limits of an audit are not negative, and its window is longer than nothing.")

    @property
    def alpha(self) -> float:
        """The share of one family."""
        return self.false_alarm / FAMILIES
