"""Environments: what programs can run in, with versions, limits and packages."""

from fastapi import APIRouter

from services.api.dependencies import ServicesDep
from services.api.schemas.environment import EnvironmentOut, EnvironmentsOut

router = APIRouter(prefix="/environments", tags=["environments"])


@router.get("", response_model=EnvironmentsOut)
def read_environments(services: ServicesDep) -> EnvironmentsOut:
    """Every environment this installation knows."""
    return EnvironmentsOut(environments=[EnvironmentOut.of(found) for found in services.environments])
