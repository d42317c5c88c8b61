"""Columns of a table in a file, whatever the format of the file."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

Row = Mapping[str, Any]
"""A row in plain values: text, int, float, bool, aware datetime, None, and those of nested kinds."""


class RowTrouble(ValueError):
    """A row cannot be used; the message says what is wrong with it."""


class Kind(StrEnum):
    """What a column holds."""

    TEXT = "text"
    WHOLE = "whole number"
    NUMBER = "number"
    TRUTH = "true or false"
    MOMENT = "moment"
    FEATURES = "named numbers"
    FLAGS = "flags"
    MESSAGES = "messages"

    @property
    def nested(self) -> bool:
        """Whether a cell holds a structure: JSON text in CSV."""
        return self in (Kind.FEATURES, Kind.FLAGS, Kind.MESSAGES)


@dataclass(frozen=True, kw_only=True)
class Column:
    """A column; only a `nullable` one may hold None."""

    name: str
    kind: Kind = Kind.TEXT
    nullable: bool = False


_FIELDS: Mapping[Kind, Mapping[str, Kind]] = {
    Kind.FLAGS: {"code": Kind.TEXT, "reason": Kind.TEXT, "factor": Kind.NUMBER},
    Kind.MESSAGES: {"role": Kind.TEXT, "content": Kind.TEXT},
}
_WORDS = {"NaN": math.nan, "Infinity": math.inf, "-Infinity": -math.inf}


def checked(value: Any, column: Column) -> Any:
    """`value` as the plain value that `column` holds; takes JSON's forms of moments and numbers, too.

    Raises:
        RowTrouble: it is none.
    """
    if value is None:
        if column.nullable:
            return None
        raise RowTrouble(f"{column.name} is missing.")
    try:
        return _plain(value, column.kind)
    except (TypeError, ValueError, OverflowError) as error:
        said = str(error) if isinstance(error, RowTrouble) else f"{_short(value)} is no {column.kind}"
        raise RowTrouble(f"{column.name}: {said}.") from None


def number_word(value: float) -> float | str:
    """`value` for JSON, which has no word for some numbers: those become text."""
    if math.isfinite(value):
        return value
    return "NaN" if math.isnan(value) else ("Infinity" if value > 0 else "-Infinity")


def moment_word(value: datetime) -> str:
    """A moment as text: ISO 8601, UTC, always with microseconds."""
    return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ").rjust(27, "0")


def _plain(value: Any, kind: Kind) -> Any:
    match kind:
        case Kind.TEXT:
            return _text(value)
        case Kind.WHOLE | Kind.NUMBER | Kind.TRUTH:
            return _scalar(value, kind)
        case Kind.MOMENT:
            return _moment(value)
        case Kind.FEATURES:
            pairs = value.items() if isinstance(value, Mapping) else value
            return {_text(name): _scalar(number, Kind.NUMBER) for name, number in pairs}
        case Kind.FLAGS | Kind.MESSAGES:
            return _structures(value, _FIELDS[kind])


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError
    try:
        value.encode()
    except UnicodeEncodeError:
        raise RowTrouble(f"{_short(value)} holds half a character (a lone surrogate)") from None
    return value


def _scalar(value: Any, kind: Kind) -> bool | int | float:
    if kind is Kind.TRUTH:
        if not isinstance(value, bool):
            raise TypeError
        return value
    if isinstance(value, str) and kind is Kind.NUMBER and value in _WORDS:
        return _WORDS[value]
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError
    if kind is Kind.NUMBER:
        return float(value)
    if value != int(value):
        raise ValueError
    return int(value)


def _moment(value: Any) -> datetime:
    moment = datetime.fromisoformat(value) if isinstance(value, str) else value
    if not isinstance(moment, datetime):
        raise TypeError
    if moment.tzinfo is None:
        raise RowTrouble(f"{_short(value)} has no time zone")
    return moment.astimezone(UTC)


def _structures(value: Any, fields: Mapping[str, Kind]) -> list[dict[str, Any]]:
    if not isinstance(value, Sequence) or isinstance(value, str):
        raise TypeError
    return [_structure(item, fields) for item in value]


def _structure(item: Any, fields: Mapping[str, Kind]) -> dict[str, Any]:
    if not isinstance(item, Mapping):
        raise TypeError
    for name in fields:
        if item.get(name) is None:
            raise RowTrouble(f"{_short(item)} lacks {name}")
    return {name: _plain(item[name], kind) for name, kind in fields.items()}


def _short(value: Any) -> str:
    said = repr(value)
    return said if len(said) <= 60 else f"{said[:57]}..."
