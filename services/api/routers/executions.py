"""Executions: run a program by itself, follow it, talk to it, end it."""

from typing import Annotated, Any

from fastapi import APIRouter, Header, Query, Request, Response
from starlette.concurrency import run_in_threadpool
from starlette.responses import StreamingResponse

from services.api.admission import address_of
from services.api.dependencies import (
    CallerDep,
    Cursor,
    CursorHeader,
    IdentityDep,
    ServicesDep,
    StreamLimitsDep,
    problems,
)
from services.api.schemas.base import BatchId, RunId
from services.api.schemas.execution import BatchOut, NewBatch, NewExecution, NewInput, RunOut
from services.api.streaming import EventStream, event_schema
from services.api.waiting import until_ended
from services.api.watched import WatchedRun
from services.domain.account import Role
from services.domain.direct_run import DirectRun, RunState
from services.domain.rate import Asked

router = APIRouter(prefix="/executions", tags=["executions"])
EVENTS = event_schema("state", "output", "ended")
Wait = Annotated[bool, Query(description="Answer when it has ended, or with 202 when that takes too long.")]
IdempotencyKey = Annotated[
    str | None,
    Header(pattern=r"^[!-~]{1,128}$", description="Chosen by the caller; the same key and request runs once."),
]
LOCATION = {"Location": {"description": "Where it is.", "schema": {"type": "string"}}}
RETRY_AFTER = {"Retry-After": {"description": "Seconds to wait.", "schema": {"type": "integer"}}}


def _problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    found = problems(*statuses)
    if 429 in found:
        found[429]["headers"] = RETRY_AFTER
    return found


@router.post(
    "",
    status_code=202,
    response_model=RunOut,
    responses={
        200: {"model": RunOut, "description": "Accepted before, with the same key.", "headers": LOCATION},
        201: {"model": RunOut, "description": "It has ended.", "headers": LOCATION},
        202: {"description": "Accepted; it waits or runs.", "headers": LOCATION},
        **_problems(400, 403, 409, 413, 422, 429, 503),
    },
)
async def create_execution(
    *,
    new: NewExecution,
    services: ServicesDep,
    caller: CallerDep,
    response: Response,
    wait: Wait = False,
    idempotency_key: IdempotencyKey = None,
) -> RunOut:
    """Run a program."""
    submitted = await run_in_threadpool(
        services.runs.submit, new.program(), caller=caller, idempotency_key=idempotency_key
    )
    [run] = submitted.runs
    if wait:
        run = await until_ended(services, run, seconds=services.wait_seconds)
    response.headers["Location"] = f"/api/v1/executions/{run.id}"
    response.status_code = 200 if submitted.known else 201 if run.state is RunState.ENDED else 202
    return RunOut.of(run)


@router.post(
    "/batch",
    status_code=202,
    response_model=BatchOut,
    responses={
        200: {"model": BatchOut, "description": "Accepted before, with the same key.", "headers": LOCATION},
        202: {"description": "All accepted.", "headers": LOCATION},
        **_problems(400, 403, 409, 413, 422, 429, 503),
    },
)
def create_batch(
    *,
    request: Request,
    new: NewBatch,
    services: ServicesDep,
    caller: CallerDep,
    identity: IdentityDep,
    response: Response,
    idempotency_key: IdempotencyKey = None,
) -> BatchOut:
    """Run several programs, each by itself; all are accepted, or none."""
    if len(new.executions) > 1 and identity.role is not Role.ADMIN:
        # the first was counted on the way in
        more = len(new.executions) - 1
        services.access.limits.take(Asked.RUNS, session=identity.voter, address=address_of(request), times=more)
    programs = [execution.program() for execution in new.executions]
    submitted = services.runs.submit_batch(programs, caller=caller, idempotency_key=idempotency_key)
    batch_id = submitted.runs[0].batch_id
    response.headers["Location"] = f"/api/v1/executions/batch/{batch_id}"
    response.status_code = 200 if submitted.known else 202
    return BatchOut(id=batch_id, executions=[RunOut.of(run) for run in submitted.runs])


@router.get("/batch/{batch_id}", response_model=BatchOut, responses=problems(404, 503))
def read_batch(batch_id: BatchId, services: ServicesDep) -> BatchOut:
    """The executions of a batch as they stand."""
    return BatchOut(id=batch_id, executions=[RunOut.of(run) for run in services.runs.batch(batch_id)])


@router.get("/{execution_id}", response_model=RunOut, responses=problems(404, 503))
def read_execution(execution_id: RunId, services: ServicesDep) -> RunOut:
    """The execution as it stands, with its result when it has ended."""
    return RunOut.of(services.runs.get(execution_id))


@router.get(
    "/{execution_id}/events",
    response_class=StreamingResponse,
    responses={
        200: {
            "description": "Server-sent events: state, output, ended. Ends after `ended`.",
            "content": {"text/event-stream": {"schema": EVENTS}},
        },
        **problems(404, 422, 503),
    },
)
async def follow_execution(
    execution_id: RunId,
    services: ServicesDep,
    limits: StreamLimitsDep,
    last_event_id: Cursor = "",
    last_event_id_header: CursorHeader = "",
) -> StreamingResponse:
    """What the program writes, as it writes it; the header wins over the query parameter."""
    cursor = last_event_id_header or last_event_id
    watched = await run_in_threadpool(WatchedRun.open, services, execution_id, cursor=cursor)
    stream = EventStream(services=services, limits=limits, watched=watched, cursor=cursor)
    return StreamingResponse(stream.text(), media_type="text/event-stream", headers={"X-Accel-Buffering": "no"})


@router.post(
    "/{execution_id}/cancel",
    response_model=RunOut,
    responses={
        200: {"description": "It has ended, now or before."},
        202: {"model": RunOut, "description": "Its worker has been told to end it."},
        **problems(403, 404, 413, 503),
    },
)
def cancel_execution(execution_id: RunId, services: ServicesDep, response: Response) -> RunOut:
    """End it now, wherever it is; asking again changes nothing."""
    return _told(services.runs.cancel(execution_id), response)


@router.post(
    "/{execution_id}/stdin",
    status_code=202,
    response_model=RunOut,
    responses={202: {"description": "On its way to the program."}, **problems(400, 403, 404, 409, 413, 422, 503)},
)
def write_stdin(execution_id: RunId, new: NewInput, services: ServicesDep) -> RunOut:
    """Append to the input of an interactive execution, or close it."""
    return RunOut.of(services.runs.send_input(execution_id, new.data, close=new.close))


def _told(run: DirectRun, response: Response) -> RunOut:
    response.status_code = 200 if run.state is RunState.ENDED else 202
    return RunOut.of(run)
