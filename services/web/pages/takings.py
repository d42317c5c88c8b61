"""Boards and votes as files: the same rows that `arena export` writes.

Votes are only those of published boards, with which everybody may compute these again: they are held back and deleted
by the same rules.
"""

import tempfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from services.arena.exports import board_rows, vote_rows
from services.arena.exports.columns import Column
from services.arena.exports.files import FileFormat
from services.arena.exports.vote_bytes import from_bytes
from services.arena.exports.vote_files import table
from services.container import Services
from services.domain.judgement import Source
from services.errors import InvalidRequest, NotFound
from services.web.leaderboard_view import Filters
from services.web.rendering import Pages

SCHEMA_VERSION = 1
"""Grows when a column gets another meaning or goes; new columns do not change it."""
MEDIA_TYPES = {
    FileFormat.JSONL: "application/jsonl",
    FileFormat.CSV: "text/csv; charset=utf-8",
    FileFormat.PARQUET: "application/vnd.apache.parquet",
}


def takings(services: Services, pages: Pages) -> APIRouter:  # noqa: ARG001  every page function is called alike
    """The routes."""
    router = APIRouter(include_in_schema=False)

    @router.get("/leaderboard/board.{ending}")
    def board(request: Request, ending: str) -> Response:
        chosen, filters = _format(ending), Filters.of(request.query_params)
        found = services.boards.of(filters.source, filters.slice())
        if found is None:
            raise NotFound("Nothing has been judged yet.", hint="A board needs votes.")
        return _file(f"board-{filters.source.value}", chosen, board_rows.COLUMNS, board_rows.rows_of(found))

    @router.get("/leaderboard/votes.{ending}")
    def votes(ending: str, snapshot: str = "") -> Response:
        chosen, number = _format(ending), _number(services, snapshot)
        if services.boards.snapshot(number).board.source is not Source.HUMAN:
            raise NotFound("There are no votes of people behind that board.", hint="Take another published board.")
        records = from_bytes(services.snapshots.votes(number))
        return _file(f"votes-{number}", chosen, vote_rows.COLUMNS, map(vote_rows.row_of, records))

    return router


def _format(ending: str) -> FileFormat:
    if ending not in set(FileFormat):
        raise NotFound("There is no such format.", hint=f"There are: {', '.join(FileFormat)}.")
    return FileFormat(ending)


def _number(services: Services, given: str) -> int:
    """The number that is asked for, or that of the newest board of people's votes."""
    if given:
        if not (given.isascii() and given.isdigit() and len(given) < 10):
            raise InvalidRequest("A published board has a number.", hint="Leave `snapshot` out for the newest.")
        return int(given)
    published = [one.number for one in services.boards.snapshots() if one.board.source is Source.HUMAN]
    if not published:
        raise NotFound("No board of people's votes has been published yet.", hint="Its votes come with it.")
    return published[-1]


def _file(name: str, chosen: FileFormat, columns: Sequence[Column], rows: Iterable[Mapping[str, Any]]) -> Response:
    with tempfile.TemporaryDirectory(prefix="runarena-taking-") as folder:
        path = Path(folder) / f"rows.{chosen.value}"
        with table(str(path), columns, file_format=chosen) as writer:
            for row in rows:
                writer.write(dict(row))
        data = path.read_bytes()
    headers = {
        "Content-Disposition": f'attachment; filename="runarena-{name}-schema-{SCHEMA_VERSION}.{chosen.value}"',
        "X-Schema-Version": f"{SCHEMA_VERSION}",
    }
    return Response(data, media_type=MEDIA_TYPES[chosen], headers=headers)
