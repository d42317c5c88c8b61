"""npm's ranges of versions: whether a text is one, and whether a version lies in it (semver.org 2.0, node-semver 7).

Our own because the one library there is for Python, semantic_version 2.10, answers otherwise than npm for 17 of the 72
ranges that the tests compare: it refuses `>= 1.2.3`, which manifests are full of, and takes 1.2.3 for 1.2.3-beta.
"""

import re
from dataclasses import dataclass

MAX_RANGE = 150
_PRERELEASE = r"(?:-([0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*))?(?:\+[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)?"
_VERSION = re.compile(rf"v?(\d{{1,9}})\.(\d{{1,9}})\.(\d{{1,9}}){_PRERELEASE}")
_PART = r"(\d{1,9}|[xX*])"
_SIMPLE = re.compile(rf"(>=|<=|>|<|=|~>|~|\^|)v?{_PART}(?:\.{_PART}(?:\.{_PART}{_PRERELEASE})?)?")
_OPERATOR_GAP = re.compile(r"(>=|<=|~>|>|<|=|~|\^)\s+")
_HYPHEN = re.compile(r"\s*(\S+)\s+-\s+(\S+)\s*")

Key = tuple[int, int, int, tuple[tuple[int, int, str], ...]]
# what a release compares as: after each of its prereleases, whose parts begin with 0 or 1
_RELEASE = ((2, 0, ""),)
_FIRST = ((0, 0, ""),)
NOTHING: Key = (0, 0, 0, _FIRST)


@dataclass(frozen=True, kw_only=True)
class Comparator:
    """`operator` is one of `>=`, `<`, `>`, `<=`, `=`."""

    operator: str
    key: Key

    def admits(self, version: Key) -> bool:
        """Whether this version stands so to this one."""
        compared = (version > self.key) - (version < self.key)
        return {">=": compared >= 0, "<": compared < 0, ">": compared > 0, "<=": compared <= 0, "=": compared == 0}[
            self.operator
        ]


@dataclass(frozen=True, kw_only=True)
class Range:
    """Alternatives, each a set of comparators that must all hold."""

    alternatives: tuple[tuple[Comparator, ...], ...]

    def contains(self, version: str) -> bool:
        """Whether this version lies in it; a prerelease does only where the range names one of the same release."""
        match = _VERSION.fullmatch(version.strip())
        if match is None:
            return False
        key = _key(*match.groups())
        return any(_admits(comparators, key) for comparators in self.alternatives)


def parse_range(text: str) -> Range | None:
    """The range, or None where the text is none: a tag, an address, or anything else."""
    if len(text) > MAX_RANGE:
        return None
    found = [_alternative(part) for part in text.split("||")]
    return None if None in found else Range(alternatives=tuple(part for part in found if part is not None))


def _admits(comparators: tuple[Comparator, ...], version: Key) -> bool:
    if not all(comparator.admits(version) for comparator in comparators):
        return False
    named = (comparator.key for comparator in comparators if comparator.key[3] not in {_RELEASE, _FIRST})
    return version[3] == _RELEASE or any(key[:3] == version[:3] for key in named)


def _alternative(text: str) -> tuple[Comparator, ...] | None:
    hyphen = _HYPHEN.fullmatch(text)
    words = [f">={hyphen[1]}", f"<={hyphen[2]}"] if hyphen else _OPERATOR_GAP.sub(r"\1", text).split()
    comparators: list[Comparator] = []
    for word in words or ["*"]:
        match = _SIMPLE.fullmatch(word)
        if match is None:
            return None
        comparators += _comparators(*match.groups())
    return tuple(comparators)


def _comparators(
    operator: str, major: str, minor: str | None, patch: str | None, prerelease: str | None
) -> list[Comparator]:
    numbers: list[int] = []
    for part in (major, minor, patch):
        if part is None or not part.isdigit():
            break
        numbers.append(int(part))
    whole = len(numbers) == 3
    low = _key(*_padded(numbers), prerelease if whole else None)
    if operator in {"^", "~", "~>"}:
        return _between(low, _bumped(numbers, _caret(numbers) if operator == "^" else min(len(numbers), 2)))
    if whole:
        return [Comparator(operator=operator or "=", key=low)]
    return _partial(operator, low, _bumped(numbers, len(numbers)))


def _partial(operator: str, low: Key, end: tuple[int, int, int] | None) -> list[Comparator]:
    """For a version that leaves parts open: it stands for all from `low` to before `end`."""
    if operator in {"", "="}:
        return _between(low, end)
    if operator == "<=":
        return [Comparator(operator="<", key=_first(*end))] if end else _between(low, None)
    if operator == ">=":
        return [Comparator(operator=">=", key=low)]
    if operator == "<":
        return [Comparator(operator="<", key=(*low[:3], _FIRST))]
    # after all versions there are comes none
    return [Comparator(operator=">=", key=_key(*end, None))] if end else [Comparator(operator="<", key=NOTHING)]


def _caret(numbers: list[int]) -> int:
    """How many parts may not change: up to the first that is not zero."""
    return next((place + 1 for place, number in enumerate(numbers) if number), len(numbers))


def _between(low: Key, end: tuple[int, int, int] | None) -> list[Comparator]:
    least = Comparator(operator=">=", key=low)
    return [least, Comparator(operator="<", key=_first(*end))] if end else [least]


def _bumped(numbers: list[int], places: int) -> tuple[int, int, int] | None:
    """The first version after all that share these leading parts; None after all there are."""
    if not places:
        return None
    return _padded([*numbers[: places - 1], numbers[places - 1] + 1])


def _padded(numbers: list[int]) -> tuple[int, int, int]:
    major, minor, patch = (*numbers, 0, 0, 0)[:3]
    return major, minor, patch


def _first(major: int, minor: int, patch: int) -> Key:
    return major, minor, patch, _FIRST


def _key(major: str | int, minor: str | int, patch: str | int, prerelease: str | None) -> Key:
    words = prerelease.split(".") if prerelease else []
    parts = tuple((0, int(word), "") if word.isdigit() else (1, 0, word) for word in words)
    return int(major), int(minor), int(patch), parts or _RELEASE
