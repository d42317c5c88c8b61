"""Which of the versions held stands in for the one that is asked for."""

import re
from collections.abc import Iterable

from sandboxes.semver import parse_range

_NUMBERS = re.compile(r"(\d{1,9})(?:\.(\d{1,9}))?(?:\.(\d{1,9}))?(-)?")
# three.js counts its releases so on cdnjs
_REVISION = re.compile(r"r(\d{1,4})")
_OPERATORS = "^~<>=v \t"
MAX_TEXT = 100

Numbers = tuple[int, int, int]


def best_first(held: Iterable[str], wanted: str) -> tuple[str, ...]:
    """The versions to look in, the one that fits best first; none where another major version is asked for.

    An exact version comes first, then those that a range admits, then the nearest of the same major version. No
    version, and a tag such as `latest`, admits all.
    """
    newest = tuple(sorted(held, key=_order, reverse=True))
    text = wanted.strip()[:MAX_TEXT]
    if match := _REVISION.fullmatch(text):
        text = f"0.{match[1]}.0"
    start = _NUMBERS.match(text.lstrip(_OPERATORS))
    if start is None:
        return newest
    admitted = parse_range(text)
    fitting = tuple(version for version in newest if admitted is not None and admitted.contains(version))
    asked = _numbers(start)
    near = [version for version in newest if _order(version)[0] == asked[0] and version not in fitting]
    return (*fitting, *sorted(near, key=lambda version: _distance(version, asked)))


def major(version: str) -> str:
    """The part that says what is compatible, as people write it: `18`, or `0.160`."""
    first, second, _ = _order(version)[:3]
    return str(first) if first else f"0.{second}"


def is_same_release(version: str, wanted: str) -> bool:
    """Whether both are of one minor version, whose releases have the same files."""
    start = _NUMBERS.match(wanted.strip()[:MAX_TEXT].lstrip(_OPERATORS))
    return start is not None and start[2] is not None and _numbers(start)[:2] == _order(version)[:2]


def newest_first(held: Iterable[str]) -> tuple[str, ...]:
    """All versions, the newest first."""
    return tuple(sorted(held, key=_order, reverse=True))


def _distance(version: str, asked: Numbers) -> tuple[int, int]:
    _, minor, patch, _ = _order(version)
    return abs(minor - asked[1]), abs(patch - asked[2])


def _order(version: str) -> tuple[int, int, int, bool]:
    match = _NUMBERS.match(version)
    return (*_numbers(match), match[4] is None) if match else (0, 0, 0, False)


def _numbers(match: re.Match[str]) -> Numbers:
    return int(match[1]), int(match[2] or 0), int(match[3] or 0)
