"""Tables as Parquet, by pyarrow: an extra that is asked for only when it is needed."""

from collections.abc import Iterator, Sequence
from types import ModuleType
from typing import Any, BinaryIO

from services.arena.exports.columns import Column, Kind, Row, RowTrouble
from services.errors import PrerequisiteError

ROWS_PER_GROUP = 4096


class ParquetWriter:
    """Writes rows to a stream, some thousand at a time."""

    def __init__(self, stream: BinaryIO, columns: Sequence[Column]) -> None:
        arrow = _arrow()
        self._arrow = arrow
        self._columns = columns
        self._schema = arrow.schema([(column.name, _type(arrow, column.kind)) for column in columns])
        self._writer = arrow.parquet.ParquetWriter(stream, self._schema, compression="zstd")
        self._rows: list[dict[str, Any]] = []

    def write(self, row: Row) -> None:
        """Write one row."""
        self._rows.append({column.name: _stored(row[column.name], column.kind) for column in self._columns})
        if len(self._rows) == ROWS_PER_GROUP:
            self._flush()

    def close(self) -> None:
        """Write what is left and the footer."""
        try:
            self._flush()
        finally:
            self._writer.close()

    def _flush(self) -> None:
        if self._rows:
            self._writer.write_table(self._arrow.Table.from_pylist(self._rows, schema=self._schema))
            self._rows.clear()


def read_parquet(stream: BinaryIO) -> Iterator[tuple[int, Row | RowTrouble]]:
    """Number, from 1, and cells of every row; what cannot be read comes as the trouble it is."""
    arrow = _arrow()
    number = 0
    try:
        for batch in arrow.parquet.ParquetFile(stream).iter_batches(batch_size=1024):
            for row in batch.to_pylist():
                number += 1
                yield number, row
    except (arrow.ArrowException, OSError, ValueError) as error:
        said = (str(error).splitlines() or ["unreadable"])[0]
        yield number + 1, RowTrouble(f"The file is not Parquet, or damaged: {said}")


def _stored(value: Any, kind: Kind) -> Any:
    return list(value.items()) if kind is Kind.FEATURES and value is not None else value


def _type(arrow: ModuleType, kind: Kind) -> Any:
    text, number = arrow.string(), arrow.float64()
    return {
        Kind.TEXT: text,
        Kind.WHOLE: arrow.int64(),
        Kind.NUMBER: number,
        Kind.TRUTH: arrow.bool_(),
        Kind.MOMENT: arrow.timestamp("us", tz="UTC"),
        Kind.FEATURES: arrow.map_(text, number),
        Kind.FLAGS: arrow.list_(arrow.struct([("code", text), ("reason", text), ("factor", number)])),
        Kind.MESSAGES: arrow.list_(arrow.struct([("role", text), ("content", text)])),
    }[kind]


def _arrow() -> ModuleType:
    try:
        import pyarrow as pa
        import pyarrow.parquet as pq
    except ImportError:
        raise PrerequisiteError("Parquet needs pyarrow.", hint="pip install 'runarena[export]'") from None
    assert pa.parquet is pq  # noqa: S101  what the second import is for
    return pa  # type: ignore[no-any-return]
