"""Whose fault it is: when one contender is starved all others are drawn too often, and the other way round."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from services.ratings.audit.segments import Segment
from services.ratings.games import Floats, Integers


@dataclass(frozen=True, kw_only=True)
class Scaled:
    """What a segment's draws sum to when each is scaled to a declared mean of 1 for who could be drawn.

    `total`: (K,) sum of x / (m p) from the stored pair probabilities; `products`: (K, K) sum of their products.
    """

    total: Floats
    products: Floats


def scaled(segment: Segment) -> Scaled:
    """The sums of `segment`."""
    size = len(segment.weights)
    value = 1.0 / (np.maximum(segment.stored, 1e-300) * max(1, segment.eligible - 1))
    pairs = np.bincount(segment.first * size + segment.second, weights=value**2, minlength=size * size)
    products = np.asarray(pairs.reshape(size, size) + pairs.reshape(size, size).T, dtype=np.float64)
    np.fill_diagonal(products, products.sum(axis=1))
    return Scaled(total=per_contender(segment.first, segment.second, value, size), products=products)


def per_contender(first: Integers, second: Integers, values: Floats, size: int) -> Floats:
    """(K,) sum of the draws' values for each contender in them."""
    return np.asarray(
        np.bincount(first, weights=values, minlength=size) + np.bincount(second, weights=values, minlength=size)
    )


def standing_out(segments: Sequence[Segment], size: int) -> Floats:
    """(K,) how many standard errors each contender's mean scaled draw is from the median contender's.

    What one contender does to all others moves the median with them. 0 for who was never eligible. A contender's
    standard deviation is taken to be at least the median one: whoever is never drawn has none of its own.
    """
    count, total, squares = np.zeros(size), np.zeros(size), np.zeros(size)
    for segment in segments:
        can = segment.weights > 0
        count += len(segment.rows) * can
        table = segment.table()
        if table is None:
            found = scaled(segment)
            total += found.total * can
            squares += np.diag(found.products) * can
            continue
        share = np.where(can, table.sum(axis=1), 1.0)
        hits = per_contender(segment.first, segment.second, np.ones(len(segment.rows)), size)
        total += hits / share
        squares += hits / share**2
    there = count > 0
    if not there.any():
        return np.zeros(size)
    many = np.maximum(count, 1.0)
    mean = total / many
    spread = np.sqrt(np.maximum(squares / many - mean**2, 0.0))
    spread = np.maximum(spread, np.median(spread[there]))
    error = np.maximum(spread, 1e-12) / np.sqrt(many)
    return np.where(there, (mean - np.median(mean[there])) / error, 0.0)
