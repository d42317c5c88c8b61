"""What is told of a contender once its name may be seen."""

from dataclasses import dataclass
from datetime import date

from services.domain.contender import Contender
from services.domain.rating import Board


@dataclass(frozen=True, kw_only=True)
class Place:
    """A contender's place on the live board of people's votes: points, their 95 % interval, ranks."""

    score: float
    low: float
    high: float
    rank_low: int
    rank_high: int
    judgements: int
    provisional: bool


@dataclass(frozen=True, kw_only=True)
class Reveal:
    """Who a contender is; `rating` is None until it has a place."""

    organisation: str = ""
    licence: str = ""
    released: date | None = None
    rating: Place | None = None


def reveal_of(contender: Contender | None, name: str, board: Board | None) -> Reveal:
    """What the catalogue (None: it is not in it any more) and the board say of the contender `name`."""
    row = next((row for row in board.standings if row.contender == name), None) if board else None
    place = None
    if row is not None and board is not None:
        low, high = row.interval(board.interval_kind)
        place = Place(
            score=row.score,
            low=low,
            high=high,
            rank_low=row.rank_low,
            rank_high=row.rank_high,
            judgements=row.judgements,
            provisional=row.provisional,
        )
    if contender is None:
        return Reveal(rating=place)
    return Reveal(
        organisation=contender.organisation, licence=contender.licence, released=contender.released, rating=place
    )
