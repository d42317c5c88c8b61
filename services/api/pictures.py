"""Pictures of programs with a face, as answers."""

from typing import Annotated, Any

from fastapi import Path, Query, Response

from services.api.dependencies import problems
from services.container import Services
from services.domain.appearance import Appearance
from services.errors import NotFound

PNG = "image/png"
# a picture never changes under its address
FOREVER = "private, max-age=31536000, immutable"
PictureName = Annotated[str, Path(pattern=r"^[a-z0-9][a-z0-9-]{0,63}$", description="A name among its pictures.")]
Thumbnail = Annotated[bool, Query(description="A small one.")]
PICTURE: dict[int | str, dict[str, Any]] = {
    200: {"description": "The picture.", "content": {PNG: {"schema": {"type": "string", "format": "binary"}}}},
    **problems(404, 409, 422, 503),
}


def picture_of(appearance: Appearance | None, name: str, services: Services, *, thumbnail: bool) -> Response:
    """The picture of this name.

    Raises:
        NotFound: there is none; lists those there are.
    """
    found = appearance.picture(name) if appearance else None
    if found is None:
        names = ", ".join(picture.name for picture in appearance.pictures) if appearance else ""
        raise NotFound(f"There is no picture {name!r}.", hint=f"There are: {names}." if names else "")
    data = services.blobs.get(found.thumbnail if thumbnail else found.digest)
    return Response(data, media_type=PNG, headers={"Cache-Control": FOREVER})
