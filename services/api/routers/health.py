"""Is it alive, can it work, what is it doing."""

from typing import cast

from fastapi import APIRouter, Request, Response

from services.api.dependencies import ServicesDep, problems
from services.api.metrics import Metrics
from services.api.schemas.health import Alive, Readiness

router = APIRouter(tags=["health"])


@router.get("/healthz", response_model=Alive, responses=problems())
def healthz() -> Alive:
    """The process answers; says nothing about what it needs."""
    return Alive()


@router.get(
    "/readyz",
    response_model=Readiness,
    responses={503: {"model": Readiness, "description": "A part is out of reach."}, **problems()},
)
def readyz(services: ServicesDep, response: Response) -> Readiness:
    """Whether everything a battle needs answers."""
    parts = dict(services.ready())
    ready = all(parts.values())
    response.status_code = 200 if ready else 503
    return Readiness(ready=ready, parts=parts)


@router.get(
    "/metrics",
    response_class=Response,
    responses={
        200: {"description": "Prometheus text format.", "content": {"text/plain": {"schema": {"type": "string"}}}},
        **problems(503),
    },
)
def metrics(request: Request) -> Response:
    """Numbers for Prometheus."""
    found = cast("Metrics", request.app.state.metrics)
    return Response(found.text(), media_type="text/plain; version=0.0.4")
