"""Tables as JSON lines: one object a line, UTF-8, moments as text."""

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, BinaryIO

from services.arena.exports.columns import Column, Kind, Row, RowTrouble, moment_word, number_word
from services.arena.exports.files import lines_of

LONGEST_LINE = 64 * 1024 * 1024


class JsonlWriter:
    """Writes rows to a stream, one line each."""

    def __init__(self, stream: BinaryIO, columns: Sequence[Column]) -> None:
        self._stream = stream
        self._columns = columns

    def write(self, row: Row) -> None:
        """Write one row."""
        self._stream.write(line_of({column.name: json_value(row[column.name], column) for column in self._columns}))

    def close(self) -> None:
        """Nothing is left to write."""


def line_of(document: Mapping[str, Any]) -> bytes:
    """One line of JSON."""
    return json.dumps(document, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode() + b"\n"


def json_value(value: Any, column: Column) -> Any:
    """A plain value as JSON has it."""
    if isinstance(value, datetime):
        return moment_word(value)
    if isinstance(value, float):
        return number_word(value)
    if column.kind is Kind.FEATURES:
        return {name: number_word(number) for name, number in value.items()}
    return value


def read_jsonl(stream: BinaryIO) -> Iterator[tuple[int, Row | RowTrouble]]:
    """Number and row of every line that is not empty; what cannot be read comes as the trouble it is."""
    for number, line in lines_of(stream, longest=LONGEST_LINE):
        text = line.removeprefix(b"\xef\xbb\xbf").strip() if number == 1 else line.strip()
        if text:
            yield number, _row(text)


def _row(line: bytes) -> Row | RowTrouble:
    if len(line) > LONGEST_LINE:
        return RowTrouble(f"The line is longer than {LONGEST_LINE // 2**20} MiB.")
    try:
        row = json.loads(line.decode())
    except UnicodeDecodeError:
        return RowTrouble("The line is not UTF-8 text.")
    except (ValueError, RecursionError) as error:
        return RowTrouble(f"The line is not JSON: {getattr(error, 'msg', error)}.")
    return row if isinstance(row, dict) else RowTrouble("The line is no JSON object.")
