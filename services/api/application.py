"""Puts the HTTP application together."""

from typing import Any

from fastapi import APIRouter, FastAPI
from fastapi.routing import APIRoute

from services import __version__
from services.api.admission import Admission
from services.api.metrics import Metrics, RequestCounter
from services.api.problems import MEDIA_TYPE, add_problems
from services.api.routers import (
    audit,
    battle_acts,
    battles,
    environments,
    execution_files,
    executions,
    health,
    leaderboard,
    me,
)
from services.api.security import Guard
from services.api.streaming import StreamLimits
from services.container import Services


def create_app(services: Services, *, stream_limits: StreamLimits | None = None, frames: str = "") -> FastAPI:
    """The JSON interface over `services`; pages can be added to it (they share its guard and its problems).

    `frames` is the origin of running apps as a content policy writes it, with a star for their names.
    """
    app = FastAPI(
        title="RunArena",
        version=__version__,
        description="Battles between code models, judged on what really happened.",
        openapi_url="/api/v1/openapi.json",
        docs_url=None,
        redoc_url=None,
        generate_unique_id_function=_operation_id,
    )
    app.state.services = services
    app.state.stream_limits = stream_limits or StreamLimits()
    app.state.metrics = Metrics(services.store, services.figures)
    v1 = APIRouter(prefix="/api/v1")
    v1.include_router(battles.router)
    v1.include_router(battle_acts.router)
    v1.include_router(leaderboard.router)
    v1.include_router(audit.router)
    v1.include_router(me.router)
    v1.include_router(environments.router)
    v1.include_router(executions.router)
    v1.include_router(execution_files.router)
    app.include_router(v1)
    app.include_router(health.router)
    add_problems(app)
    app.add_middleware(Admission, access=services.access)
    app.add_middleware(Guard, ids=services.ids, frames=frames)
    app.add_middleware(RequestCounter, metrics=app.state.metrics)
    _document_problems(app)
    return app


def _operation_id(route: APIRoute) -> str:
    return route.name


def _document_problems(app: FastAPI) -> None:
    """Have OpenAPI say what problems really look like: their media type, and no schema that is never sent."""
    generate = app.openapi

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            schema = generate()
            for path in schema["paths"].values():
                for operation in path.values():
                    _tell_problems(operation["responses"])
            for unused in ("HTTPValidationError", "ValidationError"):
                schema["components"]["schemas"].pop(unused, None)
        return app.openapi_schema or {}

    app.openapi = openapi  # type: ignore[method-assign]


def _tell_problems(responses: dict[str, Any]) -> None:
    for status, response in list(responses.items()):
        content = response.get("content", {})
        reference = content.get("application/json", {}).get("schema", {}).get("$ref", "")
        if reference.endswith("/HTTPValidationError"):
            del responses[status]  # only a path can be wrong here, and that is a 404
        elif reference.endswith("/Problem"):
            content[MEDIA_TYPE] = content.pop("application/json")
