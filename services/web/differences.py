"""Two programs side by side: which lines differ."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

# comparing takes time with the square of the lines
MOST_LINES = 3000
CONTEXT_LINES = 3


@dataclass(frozen=True, kw_only=True)
class Row:
    """A line of each side, its number 0 where there is none; `kind` is equal, replace, delete, insert or skip."""

    kind: str
    left_number: int = 0
    left: str = ""
    right_number: int = 0
    right: str = ""


@dataclass(frozen=True, kw_only=True)
class FileDifference:
    """One file of the two; `problem` says why its lines are not compared."""

    path: str
    rows: tuple[Row, ...] = ()
    same: bool = False
    problem: str = ""


def differences(left: Mapping[str, str], right: Mapping[str, str]) -> tuple[FileDifference, ...]:
    """All files of both programs, texts by path. Two single files are compared whatever their names are."""
    if len(left) == len(right) == 1 and left.keys() != right.keys():
        (a,), (b,) = left, right
        return (_compared(f"{a} / {b}", left[a], right[b]),)
    paths = [*left, *(path for path in right if path not in left)]
    return tuple(_compared(path, left.get(path, ""), right.get(path, "")) for path in paths)


def _compared(path: str, left: str, right: str) -> FileDifference:
    a, b = left.splitlines(), right.splitlines()
    if a == b:
        return FileDifference(path=path, same=True)
    if max(len(a), len(b)) > MOST_LINES:
        return FileDifference(path=path, problem=f"More than {MOST_LINES} lines are not compared.")
    return FileDifference(path=path, rows=tuple(_rows(a, b)))


def _rows(a: Sequence[str], b: Sequence[str]) -> Iterator[Row]:
    groups = SequenceMatcher(None, a, b, autojunk=False).get_grouped_opcodes(CONTEXT_LINES)
    for index, group in enumerate(groups):
        if index:
            yield Row(kind="skip")
        for kind, a_from, a_to, b_from, b_to in group:
            for offset in range(max(a_to - a_from, b_to - b_from)):
                x, y = a_from + offset, b_from + offset
                yield Row(
                    kind=kind,
                    left_number=x + 1 if x < a_to else 0,
                    left=a[x] if x < a_to else "",
                    right_number=y + 1 if y < b_to else 0,
                    right=b[y] if y < b_to else "",
                )
