"""What may be known of how the arena keeps to its word, and of how good its votes are."""

from fastapi import APIRouter

from services.api.dependencies import ADMIN, ServicesDep, problems
from services.arena.quality_report import QualityReport
from services.ratings.audit.whole import AuditReport

router = APIRouter(tags=["audit"])


@router.get("/audit", response_model=AuditReport, responses=problems(409, 503))
def read_audit(services: ServicesDep) -> AuditReport:
    """The audit up to an hour ago; contenders whose standing is not shown yet have no name in it."""
    return services.facts.audit()


@router.get("/votes/quality", response_model=QualityReport, responses=problems(403, 409, 503), dependencies=[ADMIN])
def read_vote_quality(services: ServicesDep) -> QualityReport:
    """Flags, agreement and voters (under pseudonyms), for who runs the arena."""
    return services.facts.votes()
