"""The files of one split: a table, lines, or a document, each whole or not there at all."""

import json
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import BinaryIO, Protocol

from services.arena.exports.files import FileFormat, written
from services.arena.exports.jsonl_file import JsonlWriter, line_of
from services.arena.exports.preferences.forms import (
    ANNOTATED_VERSION,
    COLUMNS,
    FACTS,
    comparison,
    facts_of,
    openai_line,
    table_row,
)
from services.arena.exports.preferences.pair import PreferencePair
from services.arena.exports.preferences.rules import PreferenceForm
from services.arena.exports.vote_files import RowWriter, table
from services.domain.judgement import Source
from services.errors import InvalidRequest

_ANNOTATORS = {
    Source.HUMAN: ("human", "A person who saw both answers, and how their programs ran, without names."),
    Source.LLM: ("model", "Language models that judged both answers and how their programs ran."),
    Source.EXECUTION: ("program", "What happened when the programs ran."),
}


class PairWriter(Protocol):
    """Takes the pairs of one split."""

    def write(self, pair: PreferencePair) -> None: ...


@contextmanager
def split_files(
    folder: Path, split: str, *, form: PreferenceForm, file_format: FileFormat, source: Source
) -> Iterator[PairWriter]:
    """The files of `split` in `folder`; they appear when the block ends well.

    Raises:
        InvalidRequest: the form does not come in this format, or a file cannot be written.
        PrerequisiteError: Parquet is asked for and pyarrow is missing.
    """
    if form in COLUMNS:
        with table(f"{folder}/{split}.{file_format}", COLUMNS[form], file_format=file_format) as rows:
            yield _Table(rows, form)
        return
    if file_format is not FileFormat.JSONL:
        raise InvalidRequest(f"The form {form} comes as JSON only.", hint="Leave --format out.")
    with ExitStack() as stack:
        if form is PreferenceForm.OPENAI:
            lines = stack.enter_context(written(f"{folder}/{split}.jsonl"))
            yield _Lines(lines, stack.enter_context(written(f"{folder}/{split}.facts.jsonl")))
        else:
            document = _Document(stack.enter_context(written(f"{folder}/{split}.json")), source)
            yield document
            document.close()


class _Table:
    def __init__(self, rows: RowWriter, form: PreferenceForm) -> None:
        self._rows, self._form, self._count = rows, form, 0

    def write(self, pair: PreferencePair) -> None:
        self._rows.write(table_row(pair, self._form, number=self._count))
        self._count += 1


class _Lines:
    """Lines without a key too many, and beside them, line by line, what is known of each pair."""

    def __init__(self, lines: BinaryIO, facts: BinaryIO) -> None:
        self._lines, self._facts = lines, JsonlWriter(facts, FACTS)

    def write(self, pair: PreferencePair) -> None:
        self._lines.write(line_of(openai_line(pair)))
        self._facts.write(facts_of(pair))


class _Document:
    """One JSON document, written comparison by comparison."""

    def __init__(self, stream: BinaryIO, source: Source) -> None:
        kind, description = _ANNOTATORS[source]
        head = {
            "metadata": {
                "version": ANNOTATED_VERSION,
                "description": "Pairs of answers and which was preferred, from battles of an arena.",
                "dataset_name": "RunArena",
                "default_annotator": source.value,
            },
            "annotators": {source.value: {"name": source.value, "description": description, "type": kind}},
        }
        self._stream, self._annotator, self._first = stream, source.value, True
        stream.write(json.dumps(head, ensure_ascii=False)[:-1].encode() + b', "comparisons": [')

    def write(self, pair: PreferencePair) -> None:
        line = line_of(comparison(pair, self._annotator)).rstrip()
        self._stream.write((b"\n" if self._first else b",\n") + line)
        self._first = False

    def close(self) -> None:
        """What comes after the last comparison."""
        self._stream.write(b"\n]}\n")
