"""Exported votes as JSON lines: one vote record each."""

from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from services.domain.vote_record import VoteRecord
from services.errors import InvalidRequest

_RECORD = TypeAdapter(VoteRecord)


def read_vote_lines(path: Path) -> list[VoteRecord]:
    """The records in `path`; empty lines are skipped.

    Raises:
        InvalidRequest: the file cannot be read, or a line is no vote record; nothing of it is used then.
    """
    found = []
    try:
        with path.open("rb") as stream:
            for number, line in enumerate(stream, start=1):
                if line.strip():
                    found.append(_record(path, number, line))
    except OSError as error:
        raise InvalidRequest(f"Cannot read {path}: {error.strerror}.") from None
    return found


def _record(path: Path, number: int, line: bytes) -> VoteRecord:
    try:
        return _RECORD.validate_json(line)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(str(part) for part in first["loc"]) or "the line"
        raise InvalidRequest(
            f"Line {number} of {path} is no vote: {where}: {first['msg']}.",
            hint="Each line is one vote record as JSON.",
        ) from None
