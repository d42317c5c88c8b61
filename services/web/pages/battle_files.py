"""What a side wrote and what its program left, as downloads."""

import io
import zipfile
from pathlib import PurePosixPath
from typing import Literal
from urllib.parse import quote

from fastapi import APIRouter
from starlette.responses import Response

from services.arena.captured import bytes_of
from services.container import Services
from services.domain.execution import CapturedStream, Execution
from services.domain.side import Side
from services.domain.visibility import SideView, Viewer
from services.errors import NotFound
from services.web.forms import KnownId

BYTES = "application/octet-stream"
# archives do not say when they were packed, so equal files give equal archives
_DATE = (1980, 1, 1, 0, 0, 0)


def battle_files(services: Services) -> APIRouter:
    """The routes of all downloads of a battle's sides."""
    router = APIRouter(include_in_schema=False, prefix="/battles/{battle_id}/sides/{side}")

    def side_of(battle_id: str, side: Side) -> SideView:
        return services.battles.view(battle_id, Viewer.VOTER).sides[side]

    @router.get("/files.zip")
    def archive(battle_id: KnownId, side: Side) -> Response:
        return attachment(zipped(_texts(side_of(battle_id, side))), f"answer-{side}.zip", "application/zip")

    @router.get("/files/{path:path}")
    def file(battle_id: KnownId, side: Side, path: str) -> Response:
        text = _texts(side_of(battle_id, side)).get(path)
        if text is None:
            raise NotFound(f"This answer has no file {path[:200]!r}.")
        return attachment(text.encode(), PurePosixPath(path).name)

    @router.get("/left/{path:path}")
    def left(battle_id: KnownId, side: Side, path: str) -> Response:
        found = next((one for one in _execution(side_of(battle_id, side)).files if one.path == path), None)
        if found is None:
            raise NotFound(f"The program left no file {path[:200]!r}.")
        return attachment(services.blobs.get(found.digest), PurePosixPath(path).name)

    @router.get("/{stream}")
    def output(battle_id: KnownId, side: Side, stream: Literal["stdout", "stderr"]) -> Response:
        captured: CapturedStream = getattr(_execution(side_of(battle_id, side)), stream)
        return attachment(bytes_of(captured, services.blobs), f"{stream}-{side}.txt")

    return router


def _execution(side: SideView) -> Execution:
    if side.execution is None:
        raise NotFound("Nothing has run on this side.")
    return side.execution


def _texts(side: SideView) -> dict[str, str]:
    return {file.path: file.text for file in side.snippet.files} if side.snippet else {}


def zipped(texts: dict[str, str]) -> bytes:
    """The files as an archive."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as target:
        for path, text in texts.items():
            target.writestr(zipfile.ZipInfo(path, date_time=_DATE), text, zipfile.ZIP_DEFLATED)
    return packed.getvalue()


def attachment(data: bytes, name: str, kind: str = BYTES) -> Response:
    """A download that no browser opens."""
    disposition = f"attachment; filename*=UTF-8''{quote(name, safe='')}"
    return Response(data, media_type=kind, headers={"Content-Disposition": disposition})
