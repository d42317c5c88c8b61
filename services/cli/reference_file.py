"""A ranking in a file, to compare a board with: somebody else's, or one of ours."""

import csv
import io
import json
from pathlib import Path
from typing import Any

from services.errors import InvalidRequest
from services.ratings.ranking_measures import Ranking, published

MAX_BYTES = 16 * 1024 * 1024
_COLUMNS = ("contender", "score", "low", "high")
_HINT = (
    "CSV with the columns contender, score, low, high; or JSON: a list of objects with these names, "
    "or what `arena leaderboard show --source ... --json` prints."
)


def read_reference(path: Path) -> Ranking:
    """The ranking in `path`: scores (higher is better) with the bounds of their 95 % intervals.

    Raises:
        InvalidRequest: the file cannot be read, has another form, or its numbers make no sense.
    """
    try:
        if path.stat().st_size > MAX_BYTES:
            raise InvalidRequest(f"{path} is larger than {MAX_BYTES // 2**20} MiB.", hint=_HINT)
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise InvalidRequest(f"Cannot read {path}: {error.strerror}.") from None
    except UnicodeDecodeError:
        raise InvalidRequest(f"{path} is not UTF-8 text.", hint=_HINT) from None
    try:
        rows = _from_json(text) if text.lstrip()[:1] in {"[", "{"} else list(csv.DictReader(io.StringIO(text)))
    except (ValueError, RecursionError, csv.Error) as error:
        raise InvalidRequest(f"{path} cannot be read: {error}", hint=_HINT) from None
    return _ranking(path, rows)


def _from_json(text: str) -> list[Any]:
    document = json.loads(text)
    boards = document.get("data") if isinstance(document, dict) else document
    if isinstance(boards, list) and boards and isinstance(boards[0], dict) and "standings" in boards[0]:
        if len(boards) > 1:
            raise ValueError(f"it holds {len(boards)} boards; choose one with --source.")
        boards = boards[0]["standings"]
    if not isinstance(boards, list):
        raise ValueError("it holds no list of contenders.")  # noqa: TRY004 - what is wrong is the file, not a type of ours
    return boards


def _ranking(path: Path, rows: list[Any]) -> Ranking:
    if not rows:
        raise InvalidRequest(f"{path} ranks nobody.", hint=_HINT)
    names, numbers = [], []
    for number, row in enumerate(rows, start=1):
        try:
            names.append(str(row["contender"]))
            numbers.append([float(row[column]) for column in _COLUMNS[1:]])
        except (KeyError, TypeError, ValueError):
            raise InvalidRequest(
                f"Entry {number} of {path} lacks a contender, or a number for score, low or high.", hint=_HINT
            ) from None
    score, low, high = zip(*numbers, strict=True)
    try:
        return published(names, score, low, high)
    except ValueError as error:
        raise InvalidRequest(f"{path}: {error}") from None
