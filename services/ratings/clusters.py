"""Sums of scores over clusters: what sandwich covariances are made of."""

from collections.abc import Iterator, Sequence
from itertools import pairwise

import numpy as np
from scipy import sparse

from services.ratings.games import Floats, Integers

_CHUNK_CELLS = 250_000

Part = tuple[Integers | int, Floats]
"""Which column, one for all rows or (N,), and the values (N,) that the rows add to it."""


def by_cluster(clusters: Integers) -> sparse.csr_matrix:
    """(G, N) indicator of which rows belong to each cluster, by a counting sort: the same order anywhere."""
    count, rows = int(clusters.max()) + 1 if clusters.size else 0, np.arange(len(clusters))
    return sparse.csr_matrix((np.ones(len(clusters), dtype=np.int8), (clusters, rows)), shape=(count, len(clusters)))


def tables(parts: Sequence[Part], clusters: Integers, *, width: int) -> Iterator[Floats]:
    """Blocks of the (G, width) table of summed scores, cluster after cluster, at most some megabytes each."""
    members = by_cluster(clusters)
    count, chunk = members.shape[0], max(1, _CHUNK_CELLS // max(1, width))
    bounds = members.indptr[np.append(np.arange(0, count, chunk), count)]
    for number, (begin, end) in enumerate(pairwise(bounds)):
        rows = members.indices[begin:end]
        here = clusters[rows] - number * chunk
        height = min(chunk, count - number * chunk)
        block = np.zeros(height * width)
        for column, values in parts:
            where = column if isinstance(column, int) else column[rows]
            block += np.bincount(here * width + where, weights=values[rows], minlength=height * width)
        yield block.reshape(height, width)


def outer(parts: Sequence[Part], clusters: Integers, *, width: int) -> Floats:
    """(width, width) G/(G-1) sum_g s_g s_g', s_g the summed score of cluster g."""
    total = np.zeros((width, width))
    for block in tables(parts, clusters, width=width):
        total += block.T @ block
    return total * correction(clusters)


def correction(clusters: Integers) -> float:
    """The small-sample factor G/(G-1)."""
    count = int(clusters.max()) + 1 if clusters.size else 0
    return count / max(1, count - 1)
