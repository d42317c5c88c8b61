"""Tables as CSV (RFC 4180, UTF-8): safe to open in a spreadsheet, and nothing is lost.

A spreadsheet takes a cell that begins with one of `= + - @` for a formula. Text that does, or that begins with an
apostrophe, gets an apostrophe before it. Text with control characters is written as a JSON string after an
apostrophe, because many readers cannot take NUL. Nested values are JSON. None is the empty cell.
"""

import csv
import io
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, BinaryIO

from services.arena.exports.columns import Column, Kind, Row, RowTrouble, moment_word
from services.arena.exports.files import lines_of
from services.arena.exports.jsonl_file import json_value

LONGEST_CELL = 64 * 1024 * 1024
_DANGEROUS = tuple("=+-@\t\n'\uff1d\uff0b\uff0d\uff20")
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f]")


class CsvWriter:
    """Writes rows to a stream, the names of the columns first."""

    def __init__(self, stream: BinaryIO, columns: Sequence[Column]) -> None:
        self._stream = stream
        self._columns = columns
        self._buffer = io.StringIO(newline="")
        self._writer = csv.writer(self._buffer)
        self._flush([column.name for column in columns])

    def write(self, row: Row) -> None:
        """Write one row."""
        self._flush([cell_of(row[column.name], column) for column in self._columns])

    def close(self) -> None:
        """Nothing is left to write."""

    def _flush(self, cells: Sequence[str]) -> None:
        self._writer.writerow(cells)
        self._stream.write(self._buffer.getvalue().encode())
        self._buffer.seek(0)
        self._buffer.truncate()


def cell_of(value: Any, column: Column) -> str:
    """The cell that holds a plain value."""
    if value is None:
        return ""
    if column.kind.nested:
        return json.dumps(json_value(value, column), ensure_ascii=False, separators=(",", ":"))
    if isinstance(value, datetime):
        return moment_word(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    return safe_text(value) if isinstance(value, str) else repr(value)


def safe_text(text: str) -> str:
    """`text` as a cell that no spreadsheet takes for a formula; `plain_text` is the way back."""
    if _CONTROL.search(text):
        return "'" + json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
    return f"'{text}" if text.startswith(_DANGEROUS) else text


def plain_text(cell: str) -> str:
    """The text of a cell made by `safe_text`; anybody else's cell stays as it is."""
    if cell.startswith("'\""):
        try:
            found = json.loads(cell[1:])
        except ValueError:
            return cell
        return found if isinstance(found, str) else cell
    return cell[1:] if cell.startswith("'") and cell[1:].startswith(_DANGEROUS) else cell


def value_of(cell: str, column: Column) -> Any:
    """The value in a cell, for `columns.checked`.

    Raises:
        RowTrouble: the cell holds no such value.
    """
    if column.kind is Kind.TEXT:
        return None if column.nullable and cell == "" else plain_text(cell)
    if cell == "":
        return None
    try:
        return _typed(cell, column.kind)
    except (ValueError, RecursionError):
        raise RowTrouble(f"{column.name}: {cell[:60]!r} is no {column.kind}.") from None


def _typed(cell: str, kind: Kind) -> Any:
    if kind.nested:
        return json.loads(cell)
    if kind is Kind.TRUTH:
        return {"true": True, "false": False, "1": True, "0": False}.get(cell.lower(), cell)
    if kind is Kind.WHOLE:
        return int(cell)
    return float(cell) if kind is Kind.NUMBER else cell


def read_csv(stream: BinaryIO) -> Iterator[tuple[int, Mapping[str, str] | RowTrouble]]:
    """Number of its last line and cells of every row; what cannot be read comes as the trouble it is."""
    csv.field_size_limit(LONGEST_CELL)  # the library knows no limit per reader
    reader = csv.reader(_decoded(stream), strict=True)
    names: list[str] | None = None
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except RowTrouble as trouble:
            yield reader.line_num + 1, trouble
            return
        except csv.Error as error:
            yield reader.line_num, RowTrouble(f"The line is not CSV: {error}.")
            return
        if names is None:
            names = cells
        elif cells:
            yield reader.line_num, _row(names, cells)


def _row(names: Sequence[str], cells: Sequence[str]) -> Mapping[str, str] | RowTrouble:
    if len(cells) != len(names):
        return RowTrouble(f"The row has {len(cells)} cells, the first line names {len(names)}.")
    return dict(zip(names, cells, strict=True))


def _decoded(stream: BinaryIO) -> Iterator[str]:
    for number, line in lines_of(stream, longest=LONGEST_CELL):
        try:
            yield (line.removeprefix(b"\xef\xbb\xbf") if number == 1 else line).decode()
        except UnicodeDecodeError:
            raise RowTrouble("The line is not UTF-8 text; nothing after it was read.") from None
