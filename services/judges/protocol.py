"""What a judge gets to see and what it has to say."""

from dataclasses import dataclass
from typing import Protocol

from services.domain.execution import Execution
from services.domain.judgement import SeatOrder, Source, Verdict
from services.domain.message import Image
from services.domain.side import Side
from services.domain.snippet import Snippet


@dataclass(frozen=True, kw_only=True)
class JudgedSide:
    """One side as a judge sees it. `execution` is None when there was nothing to run."""

    answer: str
    snippet: Snippet | None
    execution: Execution | None
    images: tuple[Image, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Case:
    """One battle turn to be judged. It names no contender."""

    prompt: str
    sides: dict[Side, JudgedSide]


class Judge(Protocol):
    """Gives verdicts. `name` identifies it in the store, `orders` are the seat orders it wants to see."""

    @property
    def name(self) -> str: ...
    @property
    def source(self) -> Source: ...
    @property
    def orders(self) -> tuple[SeatOrder, ...]: ...
    def verdict(self, case: Case, order: SeatOrder) -> Verdict:
        """The judge's say with the sides seated in `order`; a null verdict when it said nothing usable.

        Raises:
            ProviderError: the judge's endpoint failed.
        """
        ...
