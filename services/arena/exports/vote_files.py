"""Files of votes: written row by row, read whole or not at all."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, BinaryIO, Protocol

from services.arena.exports import arena_battles, crowd, csv_file, vote_rows
from services.arena.exports.columns import Column, Kind, Row, RowTrouble
from services.arena.exports.csv_file import CsvWriter, read_csv
from services.arena.exports.files import FileFormat, format_of, opened, written
from services.arena.exports.jsonl_file import JsonlWriter, read_jsonl
from services.arena.exports.parquet_file import ParquetWriter, read_parquet
from services.domain.vote_record import VoteRecord
from services.errors import InvalidRequest

SHOWN_TROUBLES = 20


class RecordForm(StrEnum):
    """What the columns are."""

    OURS = "runarena"
    ARENA_BATTLES = "arena-battles"
    CROWD = "crowd"


class RowWriter(Protocol):
    """Takes the rows of a table."""

    def write(self, row: Row) -> None: ...
    def close(self) -> None: ...


@dataclass(frozen=True, kw_only=True)
class Written:
    """What became of records that were to be written; `nulls` have no place in the form."""

    rows: int
    nulls: int


@dataclass(frozen=True, kw_only=True)
class VoteFile:
    """What was read."""

    records: tuple[VoteRecord, ...]
    form: RecordForm
    file_format: FileFormat


_WRITERS: Mapping[FileFormat, type[JsonlWriter] | type[CsvWriter] | type[ParquetWriter]] = {
    FileFormat.JSONL: JsonlWriter,
    FileFormat.CSV: CsvWriter,
    FileFormat.PARQUET: ParquetWriter,
}


@contextmanager
def table(path: str, columns: Sequence[Column], *, file_format: FileFormat | None = None) -> Iterator[RowWriter]:
    """A table that appears under `path` when the block ends well; rows take constant memory.

    Raises:
        InvalidRequest: the file cannot be written, its format is unknown, or a text is not Unicode.
        PrerequisiteError: Parquet is asked for and pyarrow is missing.
    """
    chosen = format_of(path, file_format)
    with written(path) as stream:
        writer = _WRITERS[chosen](stream, columns)
        try:
            try:
                yield writer
            finally:
                writer.close()
        except UnicodeEncodeError:
            raise InvalidRequest("A text holds half a character (a lone surrogate); it cannot be written.") from None


def write_votes(
    records: Iterable[VoteRecord],
    path: str,
    *,
    file_format: FileFormat | None = None,
    form: RecordForm = RecordForm.OURS,
    conversations: Callable[[str], arena_battles.Conversation | None] | None = None,
) -> Written:
    """Write `records` to the file `path`; `conversations` finds what was said in a battle, for the arena-battles form.

    Raises: as `table` does; InvalidRequest for a form that is only read, or that has no place for texts.
    """
    if form is RecordForm.OURS and conversations is not None:
        raise InvalidRequest("Our columns hold no texts.", hint="--form arena-battles, or `arena export battles`.")
    if form is RecordForm.CROWD:
        raise InvalidRequest("The crowd form is only read.", hint="Use --form runarena or arena-battles.")
    rows = nulls = 0
    ours = form is RecordForm.OURS
    columns = vote_rows.COLUMNS if ours else arena_battles.columns(texts=conversations is not None)
    with table(path, columns, file_format=file_format) as writer:
        for record in records:
            if ours:
                writer.write(vote_rows.row_of(record))
            elif record.winner is None:
                nulls += 1
                continue
            else:
                writer.write(arena_battles.arena_row(record, conversations and conversations(record.battle_id)))
            rows += 1
    return Written(rows=rows, nulls=nulls)


def read_votes(path: str, *, file_format: FileFormat | None = None, judge: str = "imported") -> VoteFile:
    """All records of a file of any known form; `judge` names who judged where the form does not say.

    Raises:
        InvalidRequest: the file cannot be read, its form is unknown, or rows cannot be used; the message lists up to
            20 of them with file and line, and nothing of the file is used.
        PrerequisiteError: it is Parquet and pyarrow is missing.
    """
    chosen = format_of(path, file_format)
    place = "row " if chosen is FileFormat.PARQUET else ""
    reading = _Reading(path=path, place=place, csv=chosen is FileFormat.CSV, judge=judge)
    with opened(path) as stream:
        for number, row in _rows(stream, chosen):
            reading.take(number, row)
    reading.check()
    return VoteFile(records=tuple(reading.records), form=reading.form or RecordForm.OURS, file_format=chosen)


def _rows(stream: BinaryIO, chosen: FileFormat) -> Iterator[tuple[int, Row | RowTrouble]]:
    if chosen is FileFormat.JSONL:
        return read_jsonl(stream)
    return read_csv(stream) if chosen is FileFormat.CSV else read_parquet(stream)


class _Reading:
    """What has been read of one file so far."""

    def __init__(self, *, path: str, place: str, csv: bool, judge: str) -> None:
        self.records: list[VoteRecord] = []
        self.form: RecordForm | None = None
        self._name, self._place, self._csv, self._judge = Path(path).name, place, csv, judge
        self._troubles: list[str] = []
        self._bad = 0
        self._seen: dict[str, int] = {}

    def take(self, number: int, row: Row | RowTrouble) -> None:
        """Take one row, or remember what is wrong with it."""
        try:
            if isinstance(row, RowTrouble):
                raise row
            record = self._record(row, number)
            self._see(record.id, number)
        except RowTrouble as trouble:
            self._bad += 1
            if len(self._troubles) < SHOWN_TROUBLES:
                self._troubles.append(f"{self._name}:{self._place}{number}: {trouble}")
        else:
            self.records.append(record)

    def check(self) -> None:
        """Raise InvalidRequest when a row could not be used."""
        if not self._bad:
            return
        more = f"\n... and {self._bad - len(self._troubles)} more." if self._bad > len(self._troubles) else ""
        total = self._bad + len(self.records)
        raise InvalidRequest(
            f"{self._bad} of {total} row(s) cannot be used:\n" + "\n".join(self._troubles) + more,
            hint="Mend or remove them; nothing of the file was used.",
            where=self._troubles[0].partition(": ")[0],
        )

    def _see(self, record_id: str, number: int) -> None:
        first = self._seen.setdefault(record_id, number)
        if first != number:
            raise RowTrouble(f"id: {record_id[:60]!r} was used before, in {self._place or 'line '}{first}.")

    def _record(self, row: Row, number: int) -> VoteRecord:
        if self.form is None:
            self.form = _form(list(row))
        if self.form is RecordForm.CROWD:
            return crowd.crowd_record(row, judge=self._judge)
        if self._csv:
            row = _typed(row, self.form)
        if self.form is RecordForm.OURS:
            return vote_rows.record_of(row)
        return arena_battles.arena_record(row, number=number)


def _form(names: Sequence[str]) -> RecordForm:
    if {"schema_version", "contender_a", "contender_b"} <= set(names):
        return RecordForm.OURS
    if arena_battles.recognises(names):
        return RecordForm.ARENA_BATTLES
    if crowd.recognises(names):
        return RecordForm.CROWD
    raise RowTrouble(
        "These columns are of no known form: use ours (docs/reference/exports.md), "
        "question_id/model_a/model_b/winner, or id/prompt/model_x/model_y/worker/winner/left/right."
    )


def _typed(row: Mapping[str, Any], form: RecordForm) -> dict[str, Any]:
    known = vote_rows.COLUMNS if form is RecordForm.OURS else arena_battles.columns(texts=False)
    kinds = {column.name: column for column in known if column.kind is not Kind.MESSAGES}
    return {name: csv_file.value_of(cell, kinds[name]) for name, cell in row.items() if name in kinds}
