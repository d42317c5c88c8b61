"""Boards: one per source of judgements, never summed."""

from fastapi import APIRouter

from services.api.dependencies import ServicesDep, problems
from services.api.schemas.leaderboard import BoardOut
from services.domain.judgement import Source

router = APIRouter(prefix="/leaderboard", tags=["leaderboard"])


@router.get("", response_model=BoardOut, responses=problems(422, 503))
def read_board(services: ServicesDep, source: Source = Source.HUMAN) -> BoardOut:
    """The newest board of one source; empty when nothing has been judged yet."""
    with services.store() as uow:
        return BoardOut.of(source, uow.boards.find(source))
