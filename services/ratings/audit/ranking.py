"""The ranking that an audit speaks of: everyone's strengths from all counted judgements."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from services.domain.vote_record import FlagCode, VoteRecord
from services.ratings.audit.registry_state import Entry
from services.ratings.bradley_terry import Fit, fit
from services.ratings.fragility import Fragility, pair_fragility
from services.ratings.games import Comparison, Games, games_from

FRAGILE_PAIRS = 5
"""How many adjacent pairs from the top are asked how fragile their order is."""


@dataclass(frozen=True, kw_only=True)
class Ranking:
    """The comparisons and the fit to them."""

    games: Games
    fitted: Fit


def ranking(records: Sequence[VoteRecord]) -> Ranking | None:
    """The fit to the counted `records`; None without any."""
    rows = [
        Comparison(
            contender_a=record.contender_a,
            contender_b=record.contender_b,
            winner=record.winner,
            cluster=record.id,
            weight=record.weight,
        )
        for record in records
        if record.counted and record.winner is not None
    ]
    if not rows:
        return None
    games = games_from(rows)
    return Ranking(games=games, fitted=fit(games.wins()))


def as_if_shown(records: Sequence[VoteRecord]) -> list[VoteRecord]:
    """The records as they would count if nobody were private: what a provider learns of its variants."""
    return [
        replace(record, flags=tuple(flag for flag in record.flags if flag.code is not FlagCode.PRIVATE))
        if any(flag.code is FlagCode.PRIVATE for flag in record.flags)
        else record
        for record in records
    ]


def fragile_pairs(found: Ranking | None, entries: Mapping[str, Entry]) -> tuple[Fragility, ...]:
    """The adjacent pairs at the top, among contenders whose standing is shown or who are not registered."""
    if found is None:
        return ()
    names = found.games.names
    shown = [
        number
        for number in np.argsort(-found.fitted.theta, kind="stable").tolist()
        if names[number] not in entries or (entries[names[number]].public and entries[names[number]].configured)
    ]
    pairs = pairwise(shown[: FRAGILE_PAIRS + 1])
    return tuple(pair_fragility(found.games, above, below, fitted=found.fitted) for above, below in pairs)
