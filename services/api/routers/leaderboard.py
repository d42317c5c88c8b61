"""Boards: one per source of judgements, never summed."""

from collections.abc import Mapping, Sequence
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Request, Response

from services.api.dependencies import CredentialsDep, ServicesDep, check_admin, problems
from services.api.schemas.leaderboard import (
    BoardOut,
    BoardVersionOut,
    PublishedBoardOut,
    SliceQuery,
    SnapshotOut,
)
from services.arena.board_facts import SamplingShares
from services.domain.judgement import Source
from services.domain.rating import BoardSlice
from services.errors import InvalidRequest
from services.ratings.benchmark_quality import Quality
from services.ratings.history import HistoryPoint, series
from services.ratings.matrices import Matrices
from services.ratings.slices import SliceOptions

router = APIRouter(prefix="/leaderboard", tags=["leaderboard"])
JSON_LINES = "application/jsonl"
SourceQuery = Annotated[Source, Query(description="Whose judgements.")]
SnapshotNumber = Annotated[int, Path(ge=1, le=2**31 - 1, description="Number of a published board.")]


def slice_of(query: Annotated[SliceQuery, Query()]) -> BoardSlice:
    """The slice that the query asks for.

    Raises:
        InvalidRequest: it ends before it begins.
    """
    try:
        return query.slice()
    except ValueError as error:
        raise InvalidRequest(str(error)) from None


SliceDep = Annotated[BoardSlice, Depends(slice_of)]


@router.get("", response_model=BoardOut, responses=problems(422, 503))
def read_board(services: ServicesDep, part: SliceDep, source: SourceQuery = Source.HUMAN) -> BoardOut:
    """The live board of one source, or of a slice of it; empty when nothing has been judged yet."""
    return BoardOut.of(source, services.boards.of(source, part))


@router.get("/version", response_model=BoardVersionOut, responses=problems(422, 503))
def read_board_version(services: ServicesDep, source: SourceQuery = Source.HUMAN) -> BoardVersionOut:
    """When the live board of a source was computed: who follows it asks this, and reads the rest when it changes."""
    live = services.boards.live(source)
    return BoardVersionOut(computed_at=live.computed_at if live else None)


@router.get("/slices", response_model=SliceOptions, responses=problems(422, 503))
def list_slices(services: ServicesDep, source: SourceQuery = Source.HUMAN) -> SliceOptions:
    """The values that a slice of a source can ask for, with their counted judgements."""
    return services.facts.options(source)


@router.get("/matrices", response_model=Matrices, responses=problems(422, 503))
def read_matrices(services: ServicesDep, part: SliceDep, source: SourceQuery = Source.HUMAN) -> Matrices:
    """Judgements and win rates of every pair."""
    return services.facts.matrices(source, part)


@router.get("/history", response_model=dict[str, list[HistoryPoint]], responses=problems(422, 503))
def read_history(services: ServicesDep, source: SourceQuery = Source.HUMAN) -> Mapping[str, Sequence[HistoryPoint]]:
    """How scores went from snapshot to snapshot, by contender."""
    return series(services.facts.snapshots(), source=source)


@router.get("/sampling", response_model=SamplingShares, responses=problems(409, 503))
def read_sampling(services: ServicesDep) -> SamplingShares:
    """Shares of seats by contender, provider and licence class: expected as the policy draws now, and actual."""
    return services.facts.sampling()


@router.get("/quality", response_model=Quality, responses=problems(409, 422, 503))
def read_quality(
    services: ServicesDep,
    source: SourceQuery = Source.HUMAN,
    against: Annotated[Source | None, Query(description="Another source to agree with.")] = None,
) -> Quality:
    """How well the board of a source tells contenders apart, and how well it agrees with another's."""
    if against is source:
        raise InvalidRequest("A board cannot be its own reference.", hint="Name another source with `against`.")
    return services.facts.quality(source, against)


@router.get("/snapshots", response_model=list[SnapshotOut], responses=problems(503))
def list_snapshots(services: ServicesDep) -> list[SnapshotOut]:
    """Every published board, oldest first: these are what to cite."""
    return [SnapshotOut.of(snapshot) for snapshot in services.boards.snapshots()]


@router.get(
    "/snapshots/{number}/votes",
    response_class=Response,
    responses={
        200: {"description": "JSON lines, a judgement each.", "content": {JSON_LINES: {"schema": {"type": "string"}}}},
        **problems(403, 404, 422, 503),
    },
)
def read_snapshot_votes(
    request: Request, number: SnapshotNumber, services: ServicesDep, _given: CredentialsDep
) -> Response:
    """The judgements that a published board was computed from, under pseudonyms, to compute it again.

    Those of automatic judges are for who runs the arena: they name contenders of battles that are open to a vote.
    """
    if services.boards.snapshot(number).board.source is not Source.HUMAN:
        check_admin(request)
    return Response(services.snapshots.votes(number), media_type=JSON_LINES)


@router.get("/snapshots/{number}", response_model=PublishedBoardOut, responses=problems(404, 422, 503))
def read_snapshot(number: SnapshotNumber, services: ServicesDep) -> PublishedBoardOut:
    """A published board, with ordinary intervals."""
    return PublishedBoardOut.of(services.boards.snapshot(number))
