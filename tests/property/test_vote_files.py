"""Whatever a vote record holds, it comes back from every format as it was."""

import csv
import io
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.arena.exports.csv_file import plain_text, safe_text
from services.arena.exports.files import FileFormat
from services.arena.exports.vote_files import RecordForm, read_votes, write_votes
from services.domain.vote_record import VoteRecord
from tests.fixtures.exported_records import RECORDS, TEXTS

DANGEROUS = "=+-@\t\r\n"


@pytest.mark.parametrize("form", [RecordForm.OURS, RecordForm.ARENA_BATTLES])
@pytest.mark.parametrize("file_format", FileFormat)
@settings(deadline=None, max_examples=30)
@given(records=st.lists(RECORDS, max_size=4, unique_by=lambda record: record.id))
def test_votes_come_back_as_they_were(file_format: FileFormat, form: RecordForm, records: list[VoteRecord]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = str(Path(folder) / f"votes.{file_format}")
        written = write_votes(records, path, form=form)
        kept = [record for record in records if form is RecordForm.OURS or record.winner is not None]
        assert (written.rows, written.nulls) == (len(kept), len(records) - len(kept))
        assert list(read_votes(path).records) == kept


@settings(deadline=None)
@given(text=TEXTS)
def test_no_text_is_a_formula_in_a_spreadsheet_and_none_is_lost(text: str) -> None:
    cell = safe_text(text)
    assert not cell.startswith(tuple(DANGEROUS))
    assert "\x00" not in cell
    out = io.StringIO(newline="")
    csv.writer(out).writerow([cell])
    assert next(csv.reader([out.getvalue()])) == [cell]
    assert plain_text(cell) == text
