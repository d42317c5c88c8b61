"""Votes as the bytes of one JSON lines file, and back: the form in which a snapshot keeps what it was computed from."""

import io
from collections.abc import Iterable, Sequence

from services.arena.exports import vote_rows
from services.arena.exports.columns import Row, RowTrouble
from services.arena.exports.jsonl_file import JsonlWriter, read_jsonl
from services.domain.vote_record import VoteRecord


def to_bytes(records: Iterable[VoteRecord]) -> bytes:
    """The lines of `records` in our schema."""
    stream = io.BytesIO()
    writer = JsonlWriter(stream, vote_rows.COLUMNS)
    for record in records:
        writer.write(vote_rows.row_of(record))
    return stream.getvalue()


def from_bytes(data: bytes) -> Sequence[VoteRecord]:
    """The records of such lines.

    Raises:
        ValueError: a line is no record.
    """
    found = []
    for number, row in read_jsonl(io.BytesIO(data)):
        try:
            found.append(_record(row))
        except RowTrouble as trouble:
            raise ValueError(f"Line {number} is no vote: {trouble}") from None
    return found


def _record(row: Row | RowTrouble) -> VoteRecord:
    if isinstance(row, RowTrouble):
        raise row
    return vote_rows.record_of(row)
