"""What a visitor may do with their own data."""

from typing import Annotated

from fastapi import APIRouter, Query, Request

from services.api.dependencies import CallerDep, ServicesDep, problems
from services.api.schemas.deletion import DeletedOut
from services.domain.deletion_mode import DeletionMode
from services.errors import Forbidden, NotFound

router = APIRouter(prefix="/me", tags=["me"])
ModeQuery = Annotated[
    DeletionMode, Query(description="forget: votes stay, of nobody in particular; votes: they go, too.")
]


@router.delete("", response_model=DeletedOut, responses=problems(403, 404, 409, 422, 503))
def delete_me(
    request: Request, services: ServicesDep, caller: CallerDep, mode: ModeQuery = DeletionMode.FORGET
) -> DeletedOut:
    """Delete what came of the caller's browser session: prompts, all that was made of them, pseudonym, votes if asked.

    A name in `X-Voter` is refused, because anybody could claim it.
    """
    if "x-voter" in request.headers:
        raise Forbidden(
            "A name in X-Voter proves nothing, so nothing is deleted for it.",
            hint="Whoever runs the arena can delete it with `arena data delete`.",
        )
    if not caller:
        raise NotFound("There is no session here.", hint="Ask from the browser that the votes were cast in.")
    return DeletedOut.model_validate(services.deletion.delete(caller, mode))
