"""What a voter adds to their vote: which answer is better in what, and a comment."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from services.domain.judgement import Winner
from services.errors import InvalidRequest

MAX_COMMENT = 4000


class Aspect(StrEnum):
    """What answers can be compared in."""

    CORRECTNESS = "correctness"
    EFFICIENCY = "efficiency"
    EXPLAINABILITY = "explainability"
    MAINTAINABILITY = "maintainability"
    UI_UX = "ui_ux"


@dataclass(frozen=True, kw_only=True)
class VoteDetails:
    """Of the vote on one battle; boards never use them. `aspects` holds those that were answered: A, B or a tie.

    Raises:
        InvalidRequest: an aspect is said to be both bad, or the comment is longer than 4,000 characters.
    """

    battle_id: str
    updated_at: datetime
    aspects: Mapping[Aspect, Winner] = field(default_factory=dict)
    comment: str = ""

    def __post_init__(self) -> None:
        if Winner.BOTH_BAD in self.aspects.values():
            raise InvalidRequest("An aspect goes to a, to b, or is a tie.", where="aspects")
        if len(self.comment) > MAX_COMMENT or "\0" in self.comment:
            raise InvalidRequest(f"A comment is text of at most {MAX_COMMENT:,} characters.", where="comment")
