"""What an execution left, byte for byte: its output and its files, always as downloads."""

from pathlib import PurePosixPath
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Path, Query, Response
from starlette.convertors import PathConvertor, register_url_convertor

from sandboxes.result import Phase
from services.api.dependencies import ServicesDep, problems
from services.api.pictures import PICTURE, PictureName, Thumbnail, picture_of
from services.api.schemas.base import RunId
from services.arena.captured import bytes_of
from services.container import Services
from services.domain.direct_run import RunReport
from services.errors import Conflict, NotFound


class FilePathConvertor(PathConvertor):
    """The rest of a path, line breaks too: programs name files as they like."""

    regex = "(?s:.*)"


register_url_convertor("file", FilePathConvertor())
router = APIRouter(prefix="/executions", tags=["executions"])
# types that no browser runs anything in; every other file is bytes
SAFE_TYPES = {
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".gif": "image/gif",
    ".webp": "image/webp",
    ".txt": "text/plain; charset=utf-8",
    ".csv": "text/csv; charset=utf-8",
    ".json": "application/json",
}
BYTES = "application/octet-stream"
FilePath = Annotated[str, Path(min_length=1, max_length=4096, description="A path among its artefacts or displays.")]
StagePhase = Annotated[Phase | None, Query(description="One stage's instead of the program's.")]


def _download(text: str) -> dict[int | str, dict[str, Any]]:
    content = {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}
    types = {kind.partition(";")[0]: {"schema": {"type": "string"}} for kind in SAFE_TYPES.values()}
    return {200: {"description": text, "content": {**content, **types}}, **problems(404, 409, 422, 503)}


@router.get("/{execution_id}/stdout", response_class=Response, responses=_download("Everything that was kept of it."))
def download_stdout(execution_id: RunId, services: ServicesDep, phase: StagePhase = None) -> Response:
    """The program's standard output."""
    return _stream(services, execution_id, "stdout", phase)


@router.get("/{execution_id}/stderr", response_class=Response, responses=_download("Everything that was kept of it."))
def download_stderr(execution_id: RunId, services: ServicesDep, phase: StagePhase = None) -> Response:
    """The program's standard error."""
    return _stream(services, execution_id, "stderr", phase)


@router.get("/{execution_id}/artefacts/{path:file}", response_class=Response, responses=_download("The file."))
def download_artefact(execution_id: RunId, path: FilePath, services: ServicesDep) -> Response:
    """A file that the program left or displayed."""
    found = _report(services, execution_id).file(path)
    if found is None:
        raise NotFound(f"This execution left no file {path[:200]!r}.", hint="Its result lists the files.")
    name = PurePosixPath(path)
    return _attachment(services.blobs.get(found.digest), name.name, SAFE_TYPES.get(name.suffix.lower(), BYTES))


@router.get("/{execution_id}/pictures/{name}", response_class=Response, responses=PICTURE)
def show_execution_picture(
    execution_id: RunId, name: PictureName, services: ServicesDep, *, thumbnail: Thumbnail = False
) -> Response:
    """A picture of a program with a face, as PNG."""
    return picture_of(_report(services, execution_id).appearance, name, services, thumbnail=thumbnail)


def _report(services: Services, execution_id: str) -> RunReport:
    report = services.runs.get(execution_id).report
    if report is None:
        raise Conflict("This execution has not ended yet.", hint="Follow its events, or ask again later.")
    return report


def _stream(services: Services, execution_id: str, name: str, phase: Phase | None) -> Response:
    report = _report(services, execution_id)
    parts = [report] if phase is None else [stage for stage in report.stages if stage.phase == phase]
    if not parts:
        raise NotFound(f"This execution had no {phase} stage.")
    return _attachment(bytes_of(getattr(parts[0], name), services.blobs), f"{name}.txt", SAFE_TYPES[".txt"])


def _attachment(data: bytes, name: str, kind: str) -> Response:
    disposition = f"attachment; filename*=UTF-8''{quote(name, safe='')}"
    return Response(data, media_type=kind, headers={"Content-Disposition": disposition})
