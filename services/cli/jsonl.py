"""Values from files with one JSON object a line."""

from dataclasses import fields
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from services.errors import InvalidRequest

Value = TypeVar("Value")


def read_values(path: Path, kind: type[Value]) -> list[Value]:
    """The values of the dataclass `kind` in `path`; empty lines do not count.

    Raises:
        InvalidRequest: the file cannot be read, or a line is not such a value; names the line.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidRequest(f"{path} cannot be read: {error}.", hint="It takes one JSON object a line.") from None
    adapter = TypeAdapter(kind)
    return [
        _value(adapter, line, place=f"{path}:{number}")
        for number, line in enumerate(text.splitlines(), start=1)
        if line.strip()
    ]


def _value(adapter: TypeAdapter[Value], line: str, *, place: str) -> Value:
    try:
        value = adapter.validate_json(line)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise InvalidRequest(f"{place}: {where or 'the line'}: {first['msg']}.", where=place) from None
    for field in fields(value):  # type: ignore[arg-type]
        _check_zone(getattr(value, field.name), place=f"{place}: {field.name}")
    return value


def _check_zone(value: Any, *, place: str) -> None:
    if isinstance(value, datetime) and value.tzinfo is None:
        raise InvalidRequest(f"{place}: a time needs its zone, as in 2025-01-31T12:00:00Z.", where=place)
