"""What can be done with a battle beside voting: stop it, run its programs again, say more about one's vote."""

from typing import Annotated

from fastapi import APIRouter, Header, Response

from services.api.dependencies import ServicesDep, VoterDep, problems
from services.api.schemas.base import BattleId
from services.api.schemas.battle import BattleOut, NewStop, NewTurn, NewVoteDetails, VoteDetailsOut
from services.api.schemas.execution import NewSideRun, RunOut
from services.domain.side import Side
from services.domain.visibility import Viewer

router = APIRouter(prefix="/battles/{battle_id}", tags=["battles"])
IdempotencyKey = Annotated[
    str | None,
    Header(pattern=r"^[!-~]{1,128}$", description="Chosen by the caller; the same key and request runs once."),
]


@router.post(
    "/turns", status_code=201, response_model=BattleOut, responses=problems(400, 403, 404, 409, 413, 422, 429, 503)
)
def follow_up(battle_id: BattleId, new: NewTurn, services: ServicesDep) -> BattleOut:
    """Ask on, both sides or one. Events of the turn before are dropped: follow the battle anew."""
    services.turns.follow_up(battle_id, new.prompt, to=new.side)
    return BattleOut.of(services.battles.view(battle_id, Viewer.VOTER))


@router.post("/retry", response_model=BattleOut, responses=problems(400, 403, 404, 409, 413, 429, 503))
def retry(battle_id: BattleId, services: ServicesDep) -> BattleOut:
    """Ask the failed sides again. Their names were shown, so a vote on it counts on no board."""
    services.turns.retry(battle_id)
    return BattleOut.of(services.battles.view(battle_id, Viewer.VOTER))


@router.post(
    "/rematch",
    status_code=201,
    response_model=BattleOut,
    responses={201: {"description": "Started."}, **problems(400, 403, 404, 409, 413, 429, 503)},
)
def rematch(battle_id: BattleId, services: ServicesDep, voter: VoterDep, response: Response) -> BattleOut:
    """The prompt of a battle that is over once more, for a pair drawn anew."""
    battle = services.battles.rematch(battle_id, judges=tuple(services.judges), owner=voter)
    response.headers["Location"] = f"/api/v1/battles/{battle.id}"
    return BattleOut.of(services.battles.view(battle.id, Viewer.VOTER))


@router.post("/stop", response_model=BattleOut, responses=problems(400, 403, 404, 409, 413, 422, 503))
def stop(battle_id: BattleId, new: NewStop, services: ServicesDep) -> BattleOut:
    """Stop a side, or both. What came until then is kept; no judgement of the battle counts on a board."""
    services.stopping.stop(battle_id, new.side)
    return BattleOut.of(services.battles.view(battle_id, Viewer.VOTER))


@router.post(
    "/sides/{side}/runs",
    status_code=202,
    response_model=RunOut,
    responses={
        200: {"model": RunOut, "description": "Accepted before, with the same key."},
        202: {"description": "Accepted; follow it at `/api/v1/executions/{id}/events`."},
        **problems(400, 403, 404, 409, 413, 422, 429, 503),
    },
)
def run_side(
    *,
    battle_id: BattleId,
    side: Side,
    new: NewSideRun,
    services: ServicesDep,
    voter: VoterDep,
    response: Response,
    idempotency_key: IdempotencyKey = None,
) -> RunOut:
    """Run a program in the place of a side's own. One that differs from it keeps a later vote off the board."""
    submitted = services.side_runs.run(
        battle_id, side, new.program(), turn=new.turn, caller=voter, idempotency_key=idempotency_key
    )
    [run] = submitted.runs
    response.headers["Location"] = f"/api/v1/executions/{run.id}"
    response.status_code = 200 if submitted.known else 202
    return RunOut.of(run)


@router.put("/vote/details", response_model=VoteDetailsOut, responses=problems(400, 403, 404, 409, 413, 422, 429, 503))
def describe_vote(battle_id: BattleId, new: NewVoteDetails, services: ServicesDep, voter: VoterDep) -> VoteDetailsOut:
    """Say more about your own vote; boards do not use it."""
    details = services.voting.describe(battle_id, voter=voter, aspects=new.winners(), comment=new.comment)
    return VoteDetailsOut.model_validate(details)
