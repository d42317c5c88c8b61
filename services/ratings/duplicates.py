"""Prompts that are nearly the same, found quickly and grouped so that groups never change.

Two prompts are near-duplicates when the sets of their 5-character shingles have a Jaccard similarity of at least
0.8, after case and white space are evened out. MinHash signatures of 128 permutations, cut into 32 bands of 4, name
the candidates (Broder, "On the resemblance and containment of documents", 1997; Leskovec, Rajaraman and Ullman,
"Mining of Massive Datasets", ch. 3); the similarity of a candidate is then computed exactly.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from services.domain.vote_record import prompt_key_of

SHINGLE, PERMUTATIONS, BANDS = 5, 128, 32
SIMILAR = 0.8
MOST_CHARS = 10_000

_Hashes = NDArray[np.uint64]


def normalised(prompt: str) -> str:
    """Case folded, runs of white space one space, at most the first 10,000 characters."""
    return " ".join(prompt.casefold().split())[:MOST_CHARS]


def similarity(one: str, other: str) -> float:
    """The Jaccard similarity of two prompts' shingles."""
    return _jaccard(_shingles(normalised(one)), _shingles(normalised(other)))


@dataclass(frozen=True, kw_only=True)
class _Leader:
    key: str
    shingles: _Hashes


class PromptGroups:
    """Puts each prompt into the group of the most similar first prompt of a group, or makes it the first of one.

    A group is called by the key of its first prompt. Prompts are compared with first prompts only, so a new prompt
    can neither join two groups nor move an old one; a prompt that resembles a member but not the first stays out.
    The result depends on the order in which prompts come, and on nothing else.
    """

    def __init__(self) -> None:
        self._groups: dict[str, str] = {}
        self._leaders: list[_Leader] = []
        self._bands: dict[tuple[int, bytes], list[int]] = {}

    def add(self, prompt: str, *, group: str | None = None) -> str:
        """The prompt's group; `group` says which it is already known to be in, so that old groups are kept."""
        key = prompt_key_of(prompt)
        if key in self._groups:
            return self._groups[key]
        shingles = _shingles(normalised(prompt))
        signature = _signature(shingles)
        if group is None:
            group = self._nearest(shingles, signature) or key
        if group == key:
            self._lead(_Leader(key=key, shingles=shingles), signature)
        self._groups[key] = group
        return group

    def groups(self) -> Mapping[str, str]:
        """The group of every key."""
        return dict(self._groups)

    def _nearest(self, shingles: _Hashes, signature: _Hashes) -> str | None:
        candidates = sorted({number for band in _bands(signature) for number in self._bands.get(band, ())})
        best, found = SIMILAR, None
        for number in candidates:
            leader = self._leaders[number]
            close = _jaccard(shingles, leader.shingles)
            if close > best or (found is None and close >= best):
                best, found = close, leader.key
        return found

    def _lead(self, leader: _Leader, signature: _Hashes) -> None:
        number = len(self._leaders)
        self._leaders.append(leader)
        for band in _bands(signature):
            self._bands.setdefault(band, []).append(number)


def repeat_weights(groups: Iterable[str], *, cutoff: int) -> dict[str, tuple[int, float]]:
    """Size and weight of each group that is larger than `cutoff`: cutoff / size, so that it weighs `cutoff` in all.

    Sizes are rounded down to two digits: else every vote on a popular prompt would change the weight of all others.
    """
    sizes = {group: _rounded(size) for group, size in sorted(Counter(group for group in groups if group).items())}
    return {group: (size, cutoff / size) for group, size in sizes.items() if size > cutoff}


def _rounded(size: int) -> int:
    step = 10 ** max(0, len(str(size)) - 2)
    return int(size // step * step)


def _mixed(values: _Hashes) -> _Hashes:
    """The finaliser of SplitMix64 (Steele, Lea and Flood, 2014), which scatters 64 bits."""
    values = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    values = (values ^ (values >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return values ^ (values >> np.uint64(31))


def _constants(count: int, *, seed: int) -> _Hashes:
    """Odd 64-bit numbers: the same on every machine and with every version of numpy."""
    steps = np.arange(seed + 1, seed + count + 1, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    return _mixed(steps) | np.uint64(1)


_CHARACTERS = _constants(SHINGLE, seed=1)
_FACTORS, _OFFSETS = _constants(PERMUTATIONS, seed=100), _constants(PERMUTATIONS, seed=1000)


def _shingles(text: str) -> _Hashes:
    """The sorted hashes of the distinct shingles; a text shorter than one is padded."""
    codes = np.frombuffer(text.ljust(SHINGLE).encode("utf-32-le", "surrogatepass"), dtype=np.uint32).astype(np.uint64)
    windows = np.lib.stride_tricks.sliding_window_view(codes + np.uint64(1), SHINGLE)
    return np.unique(_mixed((windows * _CHARACTERS).sum(axis=1, dtype=np.uint64)))


def _signature(shingles: _Hashes) -> _Hashes:
    """(128,) least value of each permutation."""
    return np.asarray(_mixed(shingles[None, :] * _FACTORS[:, None] + _OFFSETS[:, None]).min(axis=1))


def _bands(signature: _Hashes) -> list[tuple[int, bytes]]:
    edges = pairwise(range(0, PERMUTATIONS + 1, PERMUTATIONS // BANDS))
    return [(start, signature[start:stop].tobytes()) for start, stop in edges]


def _jaccard(one: _Hashes, other: _Hashes) -> float:
    shared = len(np.intersect1d(one, other, assume_unique=True))
    return shared / (len(one) + len(other) - shared)
