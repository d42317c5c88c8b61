"""Battles: start one, look at it, follow it, vote on it."""

from typing import Annotated

from fastapi import APIRouter, Header, Response
from starlette.concurrency import run_in_threadpool
from starlette.responses import StreamingResponse

from services.api.dependencies import Cursor, CursorHeader, ServicesDep, StreamLimitsDep, VoterDep, problems
from services.api.pictures import PICTURE, PictureName, Thumbnail, picture_of
from services.api.problems import VoteRefused
from services.api.schemas.base import BattleId
from services.api.schemas.battle import BattleOut, NewBattle, NewVote, VoteOut
from services.api.streaming import EventStream, event_schema
from services.api.watched import WatchedBattle
from services.domain.side import Side
from services.domain.visibility import Viewer
from services.errors import Conflict, InvalidRequest, NotFound

router = APIRouter(prefix="/battles", tags=["battles"])
JSON_LINES, LINES = "application/jsonl", {"type": "string"}
EVENTS = event_schema("delta", "phase", "execution", "judgement", "problem", "done")
IdempotencyKey = Annotated[
    str,
    Header(pattern=r"^[!-~]{1,128}$", description="Chosen by the caller; the same key and choice is the same vote."),
]
VoterHeader = Annotated[
    str | None,
    Header(pattern=r"^[A-Za-z0-9_-]{1,64}$", description="Who votes, for programs; browsers have a session cookie."),
]


@router.post(
    "",
    status_code=201,
    response_model=BattleOut,
    responses={
        201: {
            "description": "Started.",
            "headers": {"Location": {"description": "Where the battle is.", "schema": {"type": "string"}}},
        },
        **problems(400, 403, 413, 422, 429, 503),
    },
)
def create_battle(new: NewBattle, services: ServicesDep, voter: VoterDep, response: Response) -> BattleOut:
    """Start a battle: both contenders begin to write at once."""
    if new.consent is not None:
        services.access.consents.give(voter, version=new.consent.version, training=new.consent.training)
    services.access.consents.check(voter)
    named = tuple(new.contenders) if new.contenders is not None else None
    judges = tuple(services.judges) if new.judges is None else tuple(dict.fromkeys(new.judges))
    try:
        battle = services.battles.create(
            new.prompt,
            contenders=named,
            mode=new.mode,
            parameters=new.parameters.value() if new.parameters else None,
            judges=judges,
            record_interactions=new.record_interactions,
            owner=voter,
        )
    except NotFound as error:
        raise InvalidRequest(error.message, hint=error.hint) from error
    response.headers["Location"] = f"/api/v1/battles/{battle.id}"
    return BattleOut.of(services.battles.view(battle.id, Viewer.VOTER))


@router.post(
    "/repeat",
    status_code=201,
    response_model=BattleOut,
    responses={201: {"description": "Waits for your vote."}, **problems(400, 403, 404, 413, 503)},
)
def repeat_battle(services: ServicesDep, voter: VoterDep, response: Response) -> BattleOut:
    """An earlier battle once more, seats exchanged, to see how well votes agree; it never counts on a board."""
    battle = services.repeats.next(voter)
    response.headers["Location"] = f"/api/v1/battles/{battle.id}"
    return BattleOut.of(services.battles.view(battle.id, Viewer.VOTER))


@router.get("/{battle_id}", response_model=BattleOut, responses=problems(404, 503))
def read_battle(battle_id: BattleId, services: ServicesDep) -> BattleOut:
    """The battle as a voter may see it now: nobody is named before the vote."""
    return BattleOut.of(services.battles.view(battle_id, Viewer.VOTER))


@router.get("/{battle_id}/sides/{side}/pictures/{name}", response_class=Response, responses=PICTURE)
def show_battle_picture(
    battle_id: BattleId, side: Side, name: PictureName, services: ServicesDep, *, thumbnail: Thumbnail = False
) -> Response:
    """A picture of a side's program, as PNG."""
    execution = services.battles.view(battle_id, Viewer.VOTER).sides[side].execution
    return picture_of(execution.appearance if execution else None, name, services, thumbnail=thumbnail)


@router.get(
    "/{battle_id}/interactions",
    response_class=Response,
    responses={
        200: {"description": "JSON lines, each with its side.", "content": {JSON_LINES: {"schema": LINES}}},
        **problems(404, 503),
    },
)
def read_interactions(battle_id: BattleId, services: ServicesDep) -> Response:
    """How the running answers were used, where whoever started the battle agreed to a record, once they have ended."""
    return Response("".join(services.interactions.of_battle(battle_id)), media_type=JSON_LINES)


@router.get(
    "/{battle_id}/events",
    response_class=StreamingResponse,
    responses={
        200: {
            "description": "Server-sent events: delta, phase, execution, judgement, problem, done. Ends after `done`.",
            "content": {"text/event-stream": {"schema": EVENTS}},
        },
        **problems(404, 422, 503),
    },
)
async def follow_battle(
    battle_id: BattleId,
    services: ServicesDep,
    limits: StreamLimitsDep,
    last_event_id: Cursor = "",
    last_event_id_header: CursorHeader = "",
) -> StreamingResponse:
    """What happens in the battle, as it happens; the header wins over the query parameter."""
    cursor = last_event_id_header or last_event_id
    watched = await run_in_threadpool(WatchedBattle.open, services, battle_id, cursor=cursor)
    stream = EventStream(services=services, limits=limits, watched=watched, cursor=cursor)
    return StreamingResponse(stream.text(), media_type="text/event-stream", headers={"X-Accel-Buffering": "no"})


@router.post(
    "/{battle_id}/vote",
    status_code=201,
    response_model=VoteOut,
    responses={
        200: {"model": VoteOut, "description": "The same vote, recorded before."},
        201: {"description": "Recorded."},
        **problems(400, 403, 404, 409, 413, 422, 429, 503),
    },
)
def vote(
    *,
    battle_id: BattleId,
    new: NewVote,
    services: ServicesDep,
    voter: VoterDep,
    response: Response,
    idempotency_key: IdempotencyKey,
    x_voter: VoterHeader = None,  # noqa: ARG001 - documents the header that the guard reads
) -> VoteOut:
    """Say which side is better. A battle takes one vote; a second one is a 409 that shows the first."""
    with services.store() as uow:
        before = uow.votes.find(battle_id)
    try:
        cast = services.voting.cast(battle_id, new.choice, voter=voter, idempotency_key=idempotency_key)
    except Conflict as error:
        with services.store() as uow:
            earlier = uow.votes.find(battle_id)
        raise VoteRefused(error, earlier_choice=earlier.choice if earlier else None) from error
    if before is not None and before.id == cast.id:
        response.status_code = 200
    return VoteOut.model_validate(cast)
